//! An organization's API tokens.

pub mod create;
mod filters;
pub mod list;
mod revoke;
pub mod revoke_many;
mod row;
mod select;
pub mod token;
