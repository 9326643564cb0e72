//! The server of Jeton: configuration, router, sessions, forms, JSON API and commands.
//!
//! [`router::router`] is what production mounts and what the tests mount. This crate decides nothing about permissions and knows no SQL:
//! it turns requests into calls of [`services`] and their answers into responses.

pub mod assets;
mod catalogue;
pub mod commands;
mod compression;
pub mod config;
mod cookies;
mod csrf;
mod csv;
pub mod demo;
mod exit;
mod exports;
pub mod forms;
pub mod front;
mod headers;
pub mod mail;
mod observe;
mod pages;
pub mod rest;
pub mod router;
pub mod serve;
pub mod telemetry;

pub use exit::Exit;
