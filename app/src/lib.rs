//! The console of Jeton: the same components rendered by the server and, once it has arrived, by the WebAssembly in the browser.
//!
//! Every page works without scripts: forms post to page addresses, links lead to pages. This crate never sees a database pool; on the
//! server it asks [`services`], in the browser it asks the server functions in [`api`].

pub mod api;

/// Placeholder until the pages exist.
#[leptos::component]
pub fn App() -> impl leptos::IntoView {}
#[cfg(feature = "ssr")]
pub mod ssr;
