//! The server's tests: one binary, a module per operation, a function per case, each case on both databases under its own name.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod access;
mod commands;
mod credentials;
mod forms;
mod harness;
mod headers;
mod organization;
mod pages;
mod people;
mod sign_in;
mod verify;
