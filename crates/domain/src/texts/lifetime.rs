//! How long a token shall live.

use super::time::{days, hours, minutes};

pub const NEVER: &str = "never";

pub const TOO_SHORT: &str = "A lifetime of nothing expires at once; choose at least 1 minute.";
pub const ENDS_TOO_SOON: &str = "A token lives at least 1 minute; choose a later time.";
pub const NO_CHOICE: &str = "Choose one of the offered lifetimes, a custom one, or never.";
pub const NO_LIFETIME: &str = "A lifetime is written as 90d, 12h, 30m, together as 1d12h, or never.";
pub const NO_DAYS: &str = "Type the days as a whole number.";
pub const NO_HOURS: &str = "Type the hours as a whole number.";
pub const NO_MINUTES: &str = "Type the minutes as a whole number.";

pub fn too_long(most_days: u32) -> String {
    format!("A lifetime may have {most_days} days at most; choose less.")
}

/// As in `1 day, 12 hours`: what there is none of is left out.
pub fn in_words(of_days: u32, of_hours: u32, of_minutes: u32) -> String {
    let counted = |count: u32, words: fn(u64) -> String| (count > 0).then(|| words(u64::from(count)));
    let parts = [counted(of_days, days), counted(of_hours, hours), counted(of_minutes, minutes)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
