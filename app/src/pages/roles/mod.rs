//! Roles: those that are built in, and those that an organization makes itself.

pub mod create;
pub mod delete;
pub mod edit;
mod fields;
pub mod list;
