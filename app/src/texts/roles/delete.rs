//! Deleting a role.

pub const DELETE_ROLE: &str = "Delete role";
pub const BACK_TO_THE_ROLE: &str = "Back to the role";
pub const NOT_DELETED: &str = "The role was not deleted";
pub const REFUSED: &str = "You may not delete roles of this organization.";
/// Where it is this one that may not be deleted.
pub const THIS_REFUSED: &str = "You may not delete this role.";
pub const MAY_DO_MORE: &str = "This role may do more than you.";
pub const LEAD: &str = "Nobody has it. Once deleted it cannot be given to anybody; the audit log goes on naming it.";

pub fn delete(name: &str) -> String {
    format!("Delete the role “{name}”?")
}

/// Who has it, as in "2 members and 1 token".
pub fn in_use(holders: &str) -> String {
    format!("It is in use by {holders}. Give them another role first.")
}
