//! Notices.

pub const DISMISS: &str = "Dismiss this message";
