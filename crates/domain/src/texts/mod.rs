//! What people read that is said by `domain` and `services`, in English: why something is refused and what to do instead, and the names of roles,
//! states, events and times. Each module is of the noun whose file says it; what services say of that noun stands there too.
//!
//! It is one place, and this one, because console, REST API, mails and exports all say it, and `domain` is what they have in common. With
//! `app/src/texts`, which holds what the pages say beside it, and the letters in `services::mails` it is all there is to translate. A text is
//! a whole sentence or name; where something stands inside of it, it is a function that takes that, and where there is one or many the
//! function says which. Words in storage, on the wire and in logs are no texts. Decision 46.

#![expect(missing_docs, reason = "a text says itself what it says")]

pub mod access;
pub mod account;
pub mod audit;
pub mod catalogue;
pub mod database;
pub mod error;
pub mod invitations;
pub mod keys;
pub mod lifetime;
pub mod limits;
pub mod lists;
pub mod mails;
pub mod members;
pub mod network;
pub mod organizations;
pub mod owner;
pub mod passwords;
pub mod permission;
pub mod preset;
pub mod rate_limit;
pub mod revocations;
pub mod roles;
pub mod rotation;
pub mod secret;
pub mod sessions;
pub mod teams;
pub mod text;
pub mod time;
pub mod token_filter;
pub mod token_policy;
pub mod token_query;
pub mod tokens;
pub mod usage;
