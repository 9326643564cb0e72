//! Invitations: how people who are not members become some.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use crate::{AssignedRole, Email, InvitationId, Name, Timestamp};

/// An invitation that can still be accepted, as the organization's administrators see it. It never holds its code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Names it.
    pub id: InvitationId,
    /// Whom it is for: nobody else can accept it.
    pub email: Email,
    /// As what they will belong to the organization.
    pub role: AssignedRole,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it, by name.
    pub created_by: String,
    /// From when on it is refused.
    pub expires_at: Timestamp,
    /// When the latest mail with its link goes out, or went; nothing for one that is older than such mails.
    pub mailed_at: Option<Timestamp>,
}

/// The address that accepts an invitation, with its code: whoever has it can become a member. It is wiped when dropped, and it cannot be
/// printed, copied or compared.
pub struct InvitationLink(Zeroizing<String>);

impl InvitationLink {
    /// Puts the code behind the address of the page that takes it.
    pub fn new(page: &str, code: &str) -> Self {
        Self(Zeroizing::new(format!("{page}{code}")))
    }

    /// The address, to hand it over. Whoever calls this answers for where it goes.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// An invitation that was just made, with its link: like a token's secret, it is shown once, to who made it.
#[derive(Serialize, Deserialize)]
pub struct Invited {
    /// The record, as the list shows it.
    pub invitation: Invitation,
    /// The link; beside here it stands in the mail to the person alone.
    #[serde(serialize_with = "write", deserialize_with = "read")]
    pub link: InvitationLink,
}

fn write<S: Serializer>(link: &InvitationLink, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(link.expose())
}

fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<InvitationLink, D::Error> {
    String::deserialize(deserializer).map(|text| InvitationLink(Zeroizing::new(text)))
}

/// What the holder of an invitation's code is told before they accept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenInvitation {
    /// What the organization is called.
    pub organization: Name,
    /// Whom it is for.
    pub email: Email,
    /// As what.
    pub role: AssignedRole,
    /// Who made it, by name.
    pub created_by: String,
    /// From when on it is refused.
    pub expires_at: Timestamp,
    /// What the person who asks has to do to accept it.
    pub standing: Standing,
}

/// How somebody with an invitation's code stands to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// There is no account with the address: they say who they are and choose a password.
    New,
    /// There is one, and nobody is signed in: they sign in first.
    SignIn,
    /// They are signed in with the address.
    Join,
    /// They are signed in with another address.
    SomebodyElse,
}
