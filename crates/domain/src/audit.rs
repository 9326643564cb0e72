//! The audit trail: what is written down about every change, in the change's own transaction.

use core::fmt;

use serde::{Deserialize, Serialize};

/// What was done. The list is closed, so that a filter can offer all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// An organization came into being, with its first owner.
    #[serde(rename = "organization.create")]
    OrganizationCreate,
    /// A person signed in.
    #[serde(rename = "session.create")]
    SessionCreate,
    /// A person signed out.
    #[serde(rename = "session.end")]
    SessionEnd,
    /// A token was generated.
    #[serde(rename = "token.create")]
    TokenCreate,
    /// A token was ended.
    #[serde(rename = "token.revoke")]
    TokenRevoke,
    /// A token got a new secret.
    #[serde(rename = "token.rotate")]
    TokenRotate,
    /// The old secret of a token ended before its time.
    #[serde(rename = "token.end_overlap")]
    TokenEndOverlap,
}

impl Action {
    /// The word in storage: the noun, a dot, the verb.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OrganizationCreate => "organization.create",
            Self::SessionCreate => "session.create",
            Self::SessionEnd => "session.end",
            Self::TokenCreate => "token.create",
            Self::TokenRevoke => "token.revoke",
            Self::TokenRotate => "token.rotate",
            Self::TokenEndOverlap => "token.end_overlap",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
