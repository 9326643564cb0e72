//! An organization's API tokens.

pub mod create;
pub mod list;
mod revoke;
mod row;
pub mod token;
