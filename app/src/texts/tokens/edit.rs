//! Editing a token.

pub const EDIT_TOKEN: &str = "Edit token";
pub const MEANWHILE: &str = "Saving…";
pub const REFUSED: &str = "You may not edit API tokens of this organization.";
pub const NOT_CHANGED: &str = "The token was not changed";
/// Where it can no longer be edited.
pub const SHOW_THE_TOKEN: &str = "Show the token";

pub const PRESENT_ROLE_AND_MORE: &str = "A role, and permissions of its own beside it.";
pub const PRESENT_ROLE_OUT_OF_REACH: &str = "A role that may do more than you, which you cannot hand out.";

pub const EXCESS: &str =
    "No service has named all of what this token may do. With custom permissions it can keep what it needs and lose the rest.";

pub const KEEP_EXPIRY: &str = "Keep as it is";
pub const NEVER_EXPIRES: &str = "It never expires. Any other choice counts from now.";

pub fn lead(label: &str) -> String {
    format!("Changes to “{label}” apply at once to everything that uses it. Its secret stays the same.")
}

pub fn ends(end: &str) -> String {
    format!("It ends on {end}. Any other choice counts from now.")
}
