//! The roles of an organization: what more than one of their pages says.

pub mod create;
pub mod delete;
pub mod edit;
pub mod fields;
pub mod list;

pub const CREATE_ROLE: &str = "Create role";
pub const HELD_BY: &str = "Held by";
pub const REFUSED: &str = "You may not see the roles of this organization.";
