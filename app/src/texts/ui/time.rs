//! Points in time.

/// `how_long` is as in "3 minutes".
pub fn ago(how_long: &str) -> String {
    format!("{how_long} ago")
}
