//! The verdict: what verification answers about a presented token, decided from facts and the time alone.

use serde::{Deserialize, Serialize};

use crate::{Permission, Status, Timestamp, Token};

/// What verification found. The words are part of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    /// Good for what was asked.
    Valid,
    /// Malformed, unknown, or of another organization: nobody can tell which.
    NotFound,
    /// Its time is over.
    Expired,
    /// Somebody ended it.
    Revoked,
    /// Somebody switched it off.
    Disabled,
    /// Good, but not for what was asked.
    InsufficientPermissions,
}

impl Verdict {
    /// Judges a token that was found. A dead token is dead before it is weak: the order tells nothing about the rights of a dead one.
    pub fn on(token: &Token, asked: Option<Permission>, now: Timestamp) -> Self {
        match token.status_at(now) {
            Status::Revoked => Self::Revoked,
            Status::Expired => Self::Expired,
            Status::Disabled => Self::Disabled,
            Status::Active if asked.is_some_and(|asked| !token.effective().contains(asked)) => Self::InsufficientPermissions,
            Status::Active => Self::Valid,
        }
    }
}
