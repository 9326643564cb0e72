//! An organization's API tokens.

pub mod create;
pub mod list;
mod events;
mod revoke;
mod row;
pub mod token;
