//! What a caller is told when something is refused: all that ever leaves the server about an error.

use serde::{Deserialize, Serialize};

/// Why a request was refused, for machines. The list is closed; status codes hang on it in one place of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// No credentials, or none that are good.
    Unauthenticated,
    /// Known, but not allowed.
    Forbidden,
    /// Not there, or not yours to know about.
    NotFound,
    /// A value cannot be taken; the field says which.
    Invalid,
    /// The thing has changed meanwhile, or exists already.
    Conflict,
    /// Too often; later is fine.
    TooMany,
    /// Something we need is away or too busy; later is fine.
    Unavailable,
    /// Our fault; the log has the request id.
    Internal,
}

/// A refusal: what kind, in which words, about which field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// For machines.
    pub code: Code,
    /// A sentence for people that says what to do. It never holds a secret nor tells what exists elsewhere.
    pub message: String,
    /// The name of the form field or JSON member that has to change.
    pub field: Option<String>,
}

impl Failure {
    /// A refusal that is about no field in particular.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), field: None }
    }

    /// A value that cannot be taken.
    pub fn invalid(field: &str, why: impl Into<String>) -> Self {
        Self { code: Code::Invalid, message: why.into(), field: Some(field.to_owned()) }
    }
}
