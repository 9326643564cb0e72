//! Pages, a file for each route.

pub mod audit;
pub mod mail;
pub mod not_found;
pub mod setup;
pub mod sign_in;
pub mod tokens;
