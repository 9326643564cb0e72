//! An organization's API tokens.

pub mod create;
mod events;
pub mod list;
mod revoke;
mod row;
pub mod token;
