//! The teams of an organization: what more than one of their pages says.

pub mod end;
pub mod form;
pub mod list;
pub mod team;

pub const CREATE_TEAM: &str = "Create team";
pub const END_TEAM: &str = "End team";
pub const REFUSED: &str = "You may not see the teams of this organization.";
