//! What pages ask of the services. Each is a line that calls one; the rules are there, not here.

pub mod account;
pub mod audit;
pub mod edit;
pub mod invitations;
pub mod mails;
pub mod members;
pub mod policy;
pub mod resets;
pub mod roles;
pub mod rotation;
pub mod session;
pub mod teams;
pub mod tokens;
pub mod usage;
