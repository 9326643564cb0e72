//! An organization's API tokens.

pub mod create;
mod disable;
pub mod edit;
mod events;
mod fields;
pub mod list;
mod revoke;
mod rights;
mod row;
pub mod token;
