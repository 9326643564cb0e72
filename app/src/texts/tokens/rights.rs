//! What a token may do, as a choice.

pub const HINT: &str = "Choose the least that is enough.";
pub const AS_IT_IS: &str = "As it is";

/// Follows what a role allows.
pub const OUT_OF_REACH: &str = "You may not do all of this, so you cannot give it.";

/// The choice of permissions in place of a role.
pub const CUSTOM_RIGHTS: &str = "Custom";
pub const CUSTOM_RIGHTS_SUMMARY: &str = "No role: exactly the permissions you turn on.";
pub const PERMISSIONS_OF_ITS_OWN: &str = "Permissions of its own";
pub const PERMISSIONS_HINT: &str = "Begin with a preset, then turn off what is not needed.";
/// Follows the hint.
pub const ONLY_WHAT_YOU_MAY: &str = "Only what you may do yourself is here: nobody hands on more than they hold.";

/// What a role allows beyond `least`, the one that allows least.
pub fn adds(permissions: usize, least: &str) -> String {
    format!("Adds {permissions} permissions to those of {least}")
}
