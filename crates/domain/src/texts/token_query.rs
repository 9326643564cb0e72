//! What people look for in the list of tokens.

pub const ANOTHER_ROLE: &str = "Another role";
pub const CUSTOM: &str = "Custom";

pub const LOOKS_LIKE_A_SECRET: &str = "This looks like a secret. Search for its last four characters instead.";
/// Where something else than tokens is looked for.
pub const NO_SECRET_HERE: &str = "This looks like a secret. Search the list of tokens for its last four characters instead.";
pub const NO_SORT: &str = "Sort by label, created, expires or last_used, with a minus before it for the other direction.";
pub const OTHER_VIEW: &str = "This status is in the other view; choose one of this view.";
pub const NONE_EXPIRES: &str = "Only active tokens are about to expire; choose the view Active.";
pub const NONE_IS_OVER: &str = "Only active tokens can have this finding; choose the view Active.";

/// What cannot be what it is, for [`one_of`].
pub const VIEW: &str = "The view";
pub const STATUS: &str = "The status";
pub const OWNER: &str = "The owner";
pub const EXPIRING: &str = "When a token expires";
pub const UNUSED: &str = "The days a token was not used for";
pub const FINDING: &str = "The finding";

/// Of what has to be one of these words, which have commas between.
pub fn one_of(what: &str, words: &str) -> String {
    format!("{what} can be {words}; choose one of them.")
}

/// The same of the role.
pub fn no_role(words: &str) -> String {
    format!("The role can be {words}, or the id of a role; choose one of them.")
}
