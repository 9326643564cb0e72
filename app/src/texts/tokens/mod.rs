//! Tokens.

pub mod create;
pub mod disable;
pub mod edit;
pub mod events;
pub mod fields;
pub mod filters;
pub mod first_use;
pub mod limits;
pub mod list;
pub mod overlap;
pub mod replace;
pub mod revoke;
pub mod revoke_many;
pub mod rights;
pub mod rotate;
pub mod row;
pub mod select;
pub mod token;
pub mod usage;
