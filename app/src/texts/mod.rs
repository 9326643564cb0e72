//! Every text of the console, in English: each page, component and island finds its own in the module of the same name.
//!
//! Pages say where a text stands, this says what it is: whoever looks for a word, changes the tone or translates reads one folder. A text is
//! a whole sentence or name, as another language would have to put it in another order: where something stands inside of it (a number, a time,
//! a link), it is a function that takes that. Where there is one or many, the function says which. Decision 46.
//!
//! What the server refuses, and what roles, states and events are called, is in `domain::texts`, because the REST API says the same; mails are in
//! `services::mails::letter`.

pub mod islands;

#[cfg(feature = "ssr")]
pub mod account;
#[cfg(feature = "ssr")]
pub mod audit;
#[cfg(feature = "ssr")]
pub mod common;
#[cfg(feature = "ssr")]
pub mod forgot_password;
#[cfg(feature = "ssr")]
pub mod invitations;
#[cfg(feature = "ssr")]
pub mod layout;
#[cfg(feature = "ssr")]
pub mod mail;
#[cfg(feature = "ssr")]
pub mod members;
#[cfg(feature = "ssr")]
pub mod not_found;
#[cfg(feature = "ssr")]
pub mod overview;
#[cfg(feature = "ssr")]
pub mod policies;
#[cfg(feature = "ssr")]
pub mod preferences;
#[cfg(feature = "ssr")]
pub mod reset_password;
#[cfg(feature = "ssr")]
pub mod roles;
#[cfg(feature = "ssr")]
pub mod setup;
#[cfg(feature = "ssr")]
pub mod shell;
#[cfg(feature = "ssr")]
pub mod sign_in;
#[cfg(feature = "ssr")]
pub mod teams;
#[cfg(feature = "ssr")]
pub mod tokens;
#[cfg(feature = "ssr")]
pub mod ui;
