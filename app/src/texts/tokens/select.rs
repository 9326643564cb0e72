//! Choosing several tokens of the list.

pub const REVOKE_SELECTED: &str = "Revoke selected";
