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
    /// A token was edited; the details say what was changed.
    #[serde(rename = "token.edit")]
    TokenEdit,
    /// A token was switched off.
    #[serde(rename = "token.disable")]
    TokenDisable,
    /// A token was switched on again.
    #[serde(rename = "token.enable")]
    TokenEnable,
    /// The secret of a new token was lost on its way and replaced by another.
    #[serde(rename = "token.reissue")]
    TokenReissue,
    /// A token was ended.
    #[serde(rename = "token.revoke")]
    TokenRevoke,
}

impl Action {
    /// The word in storage: the noun, a dot, the verb.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OrganizationCreate => "organization.create",
            Self::SessionCreate => "session.create",
            Self::SessionEnd => "session.end",
            Self::TokenCreate => "token.create",
            Self::TokenEdit => "token.edit",
            Self::TokenDisable => "token.disable",
            Self::TokenEnable => "token.enable",
            Self::TokenReissue => "token.reissue",
            Self::TokenRevoke => "token.revoke",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
