//! Components: thin, on native elements. Ids are passed in: labels, errors and [`crate::islands`] go by them.

pub mod badge;
pub mod button;
pub mod choice;
pub mod confirm;
pub mod details;
pub mod dialog;
pub mod empty;
pub mod field;
pub mod grants;
pub mod heading;
pub mod keys;
pub mod later;
pub mod notice;
pub mod pages;
pub mod problem;
pub mod role_cards;
pub mod secret_once;
pub mod select;
pub mod sparkline;
pub mod summary;
pub mod table;
pub mod tabs;
pub mod time;
pub mod toggles;

pub use crate::icon;

/// Writes a text so that as HTML it reads as that text. For the places that Leptos does not escape by itself.
pub fn as_markup(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
