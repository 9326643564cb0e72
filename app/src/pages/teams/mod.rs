//! The teams of an organization.

pub mod end;
pub mod form;
pub mod list;
pub mod team;
