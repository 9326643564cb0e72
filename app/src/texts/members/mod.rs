//! The members of an organization: what more than one of their pages says.

pub mod list;
pub mod member;
pub mod remove;
pub mod secrets_once;
pub mod sign_out;

pub const EMAIL_ADDRESS: &str = "E-mail address";
pub const MEMBER_SINCE: &str = "Member since";
pub const REFUSED: &str = "You may not see the members of this organization.";
pub const REMOVE: &str = "Remove";
pub const SIGN_OUT_EVERYWHERE: &str = "Sign out everywhere";
pub const TOKENS_THEY_GENERATED: &str = "Tokens they generated";
pub const YOU: &str = "You";
