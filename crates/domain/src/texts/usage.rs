//! What is known about the use of a token.

use crate::usage::grouped;

/// Of the last so many days; `ever` says whether it was used before them.
pub fn summary(allowed: u64, refused: u64, days: i64, ever: bool) -> String {
    let uses = match allowed {
        0 if !ever => "Never used".to_owned(),
        0 => format!("Not used in {days} days"),
        1 => format!("1 use in {days} days"),
        allowed => format!("{} uses in {days} days", grouped(allowed)),
    };
    // Beside them, not among them.
    match refused {
        0 => format!("{uses}."),
        1 if allowed == 0 => format!("{uses}, and 1 try was refused."),
        1 => format!("{uses}, and 1 more try was refused."),
        refused if allowed == 0 => format!("{uses}, and {} tries were refused.", grouped(refused)),
        refused => format!("{uses}, and {} more tries were refused.", grouped(refused)),
    }
}
