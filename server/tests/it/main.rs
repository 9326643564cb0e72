//! The server's tests: one binary, a module per operation, a function per case, each case on both databases under its own name.

mod access;
mod commands;
mod credentials;
mod forms;
mod harness;
mod headers;
mod organization;
mod pages;
mod sign_in;
mod verify;
