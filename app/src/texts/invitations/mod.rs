//! Inviting people to an organization, and joining one.

pub mod accept;
pub mod create;
pub mod link_once;
