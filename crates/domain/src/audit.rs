//! The audit trail: what is written down about every change, in the change's own transaction.

use core::fmt;

use serde::{Deserialize, Serialize};

/// What was done. The list is closed, so that a filter can offer all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// A person changed what they are called.
    #[serde(rename = "account.edit")]
    AccountEdit,
    /// Somebody was invited.
    #[serde(rename = "invitation.create")]
    InvitationCreate,
    /// Somebody who was invited became a member.
    #[serde(rename = "invitation.accept")]
    InvitationAccept,
    /// An invitation was taken back.
    #[serde(rename = "invitation.withdraw")]
    InvitationWithdraw,
    /// A member got another role.
    #[serde(rename = "member.edit")]
    MemberEdit,
    /// A member was removed.
    #[serde(rename = "member.remove")]
    MemberRemove,
    /// An organization came into being, with its first owner.
    #[serde(rename = "organization.create")]
    OrganizationCreate,
    /// A person changed their password.
    #[serde(rename = "password.change")]
    PasswordChange,
    /// A person signed in.
    #[serde(rename = "session.create")]
    SessionCreate,
    /// A session was ended: a person signed out, or ended another session of their own.
    #[serde(rename = "session.end")]
    SessionEnd,
    /// A token was generated.
    #[serde(rename = "token.create")]
    TokenCreate,
    /// A token was ended.
    #[serde(rename = "token.revoke")]
    TokenRevoke,
}

impl Action {
    /// The word in storage: the noun, a dot, the verb.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccountEdit => "account.edit",
            Self::InvitationCreate => "invitation.create",
            Self::InvitationAccept => "invitation.accept",
            Self::InvitationWithdraw => "invitation.withdraw",
            Self::MemberEdit => "member.edit",
            Self::MemberRemove => "member.remove",
            Self::OrganizationCreate => "organization.create",
            Self::PasswordChange => "password.change",
            Self::SessionCreate => "session.create",
            Self::SessionEnd => "session.end",
            Self::TokenCreate => "token.create",
            Self::TokenRevoke => "token.revoke",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
