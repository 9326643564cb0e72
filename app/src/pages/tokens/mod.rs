//! An organization's API tokens.

pub mod create;
pub mod list;
mod revoke;
pub mod row;
pub mod token;
