//! The members of an organization.

pub mod list;
pub mod member;
pub mod remove;
mod secrets_once;
pub mod sign_out;
