//! Generating a token in the place of one that is over.

pub const REFUSED: &str = "You may not generate a replacement for this token.";

pub const LEAD: &str =
    "A new token with the settings of the old one. Its secret is shown once, right after it is generated; the old one stays as it is.";
/// Where a token with the same label is in use.
pub const PERHAPS_REPLACED: &str = "Perhaps somebody has replaced this one; look at the list before you generate another.";
pub const WHAT_IT_MAY_DO: &str = "What it may do";

pub const NEVER_EXPIRES: &str = "Never expires";
/// Where the new token lives shorter than the old one did.
pub const SHORTENED: &str = "The organization's policy allows no longer.";

/// When the new token expires.
pub fn after(lifetime: &str) -> String {
    format!("After {lifetime}")
}
