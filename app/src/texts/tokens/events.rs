//! The latest events about a token.

pub const RECENT_EVENTS: &str = "Recent events";
pub const ALL_EVENTS: &str = "All events about this token";

pub fn not_shown(why: &str) -> String {
    format!("The recent events cannot be shown. {why}")
}
