//! The fields of a role.

pub const NAME_HINT: &str = "What people choose it by.";
pub const DESCRIPTION_HINT: &str = "Who should have it, and for what.";
pub const PERMISSIONS_HINT: &str =
    "Only what you may do yourself is here, and never deleting the organization: nobody hands on more than they hold.";
