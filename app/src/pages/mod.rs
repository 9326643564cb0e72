//! Pages, a file for each route.

pub mod account;
pub mod audit;
#[cfg(debug_assertions)]
pub mod components;
pub mod forgot_password;
pub mod invitations;
pub mod mail;
pub mod members;
pub mod not_found;
pub mod overview;
pub mod policies;
pub mod reset_password;
pub mod roles;
pub mod setup;
pub mod sign_in;
pub mod teams;
pub mod tokens;
