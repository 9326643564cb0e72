//! The console of Jeton: pages that the server writes, and the islands in them that the browser makes live.
//!
//! Every page works without scripts: forms post to page addresses, links lead to pages. What a page shows it asks [`services`] for, by way of
//! [`queries`]; this crate never sees a database pool. Of all this only `islands` is compiled for the browser as well. Decision 33.

pub mod icon;
pub mod islands;

#[cfg(feature = "ssr")]
mod layout;
#[cfg(feature = "ssr")]
mod pages;
#[cfg(feature = "ssr")]
pub mod paths;
#[cfg(feature = "ssr")]
pub mod posted;
#[cfg(feature = "ssr")]
pub mod preferences;
#[cfg(feature = "ssr")]
mod queries;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(feature = "ssr")]
pub mod ssr;
mod texts;
#[cfg(feature = "ssr")]
mod ui;
