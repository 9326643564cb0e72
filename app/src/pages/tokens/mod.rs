//! An organization's API tokens.

pub mod create;
mod disable;
pub mod edit;
mod events;
mod fields;
pub mod filters;
pub mod first_use;
mod issuing;
mod limits;
pub mod list;
mod overlap;
pub mod replace;
mod revoke;
pub mod revoke_many;
mod rights;
pub mod rotate;
pub mod row;
mod select;
mod subject;
pub mod token;
mod usage;
