//! An organization's API tokens.

pub mod create;
mod issuing;
pub mod list;
mod overlap;
pub mod replace;
mod revoke;
pub mod rotate;
mod row;
pub mod token;
