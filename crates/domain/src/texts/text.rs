//! What is wrong with a text that somebody typed.

/// What it was to be, for the sentences below.
pub const LABEL: &str = "A label";
pub const DESCRIPTION: &str = "A description";
pub const REASON: &str = "A reason";
pub const SEARCH: &str = "A search";
pub const NAME: &str = "A name";

pub fn needed(what: &str) -> String {
    format!("{what} is needed.")
}

pub fn deceptive(what: &str) -> String {
    format!("{what} may not hold control, invisible or text-direction characters; type it anew.")
}

pub fn too_long(what: &str, longest: usize, length: usize) -> String {
    format!("{what} may have {longest} characters; this has {length}.")
}
