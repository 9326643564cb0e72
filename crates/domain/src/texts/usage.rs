//! What is known about the use of a token.

use crate::usage::grouped;

/// Of the last so many days; `ever` says whether it was used before them.
pub fn summary(allowed: u64, refused: u64, days: i64, ever: bool) -> String {
    let refused = if refused == 0 { String::new() } else { format!(", {} refused", grouped(refused)) };
    match allowed {
        0 if !ever => format!("Never used{refused}."),
        0 => format!("Not used in {days} days{refused}."),
        1 => format!("1 use in {days} days{refused}."),
        allowed => format!("{} uses in {days} days{refused}.", grouped(allowed)),
    }
}
