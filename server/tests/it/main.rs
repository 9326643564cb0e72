//! The server's tests: one binary, a module per operation, a function per case, each case on both databases under its own name.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod access;
mod audit;
mod commands;
mod confirm;
mod credentials;
mod edit;
mod fail_closed;
mod forms;
mod gate;
mod harness;
mod headers;
mod introspect;
mod invitation_mails;
mod limits;
mod list;
mod nginx;
mod offboarding;
mod openapi;
mod organization;
mod pages;
mod people;
mod policy;
mod resets;
mod rest_edit;
mod rest_owners;
mod rest_people;
mod rest_replace;
mod rest_rotate;
mod rest_switches;
mod rest_token;
mod rest_tokens;
mod revoke;
mod revoke_many;
mod roles;
mod rotation;
mod sessions;
mod sign_in;
mod teams;
mod usage;
mod verify;
mod verify_batch;
mod wire;
