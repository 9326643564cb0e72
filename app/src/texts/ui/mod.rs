//! Components.

pub mod confirm;
pub mod field;
pub mod grants;
pub mod keys;
pub mod notice;
pub mod pages;
pub mod problem;
pub mod role_cards;
pub mod secret_once;
pub mod summary;
pub mod table;
pub mod time;
