//! How secrets are written.

pub const NO_PREFIX: &str = "A token prefix is 2 to 8 small letters, such as jt.";
pub const NO_KIND: &str = "A kind is organization, team or user.";
