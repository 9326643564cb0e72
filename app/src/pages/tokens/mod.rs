//! An organization's API tokens.

pub mod create;
mod disable;
pub mod edit;
mod events;
mod fields;
mod issuing;
pub mod list;
mod overlap;
pub mod replace;
mod revoke;
mod rights;
pub mod rotate;
mod row;
pub mod token;
