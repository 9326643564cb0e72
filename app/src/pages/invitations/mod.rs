//! Invitations: making one, showing its link once, accepting it.

pub mod accept;
pub mod create;
mod link_once;
