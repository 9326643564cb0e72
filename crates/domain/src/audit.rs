//! The audit trail: what is written down about every change, in the change's own transaction, and how it is read back.

use core::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{Invalid, Timestamp, texts::audit as say};

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {
        /// What was done. The list is closed, so that a filter can offer all of it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Action {
            $($(#[$doc])* #[serde(rename = $word)] $name,)*
        }

        impl Action {
            /// All actions, in the order in which a filter offers them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word in storage: the noun, a dot, the verb.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }

            /// What somebody did, in words for people.
            pub const fn title(self) -> &'static str {
                say::action(self)
            }
        }
    };
}

// A line an action: its name here, its word in storage.
actions! {
    /// A person changed what they are called.
    AccountEdit = "account.edit";
    /// The server told a person of tokens that end soon.
    ExpiryReport = "expiry.report";
    /// Somebody was invited.
    InvitationCreate = "invitation.create";
    /// Somebody who was invited became a member.
    InvitationAccept = "invitation.accept";
    /// The mail with the link of an invitation was sent again.
    InvitationSend = "invitation.send";
    /// An invitation was taken back.
    InvitationWithdraw = "invitation.withdraw";
    /// A member got another role.
    MemberEdit = "member.edit";
    /// A member was removed.
    MemberRemove = "member.remove";
    /// All sessions of a member were ended by somebody else.
    MemberSignOut = "member.sign_out";
    /// An organization came into being, with its first owner.
    OrganizationCreate = "organization.create";
    /// A person changed their password.
    PasswordChange = "password.change";
    /// Somebody asked for a link that sets a new password, which was mailed to the person.
    PasswordRequestReset = "password.request_reset";
    /// A person set a new password with a link from a mail.
    PasswordReset = "password.reset";
    /// What the organization asks of its tokens was changed.
    PolicyEdit = "policy.edit";
    /// The server told owners and admins that a dead token is still presented.
    RefusalReport = "refusal.report";
    /// A role was made.
    RoleCreate = "role.create";
    /// A role was edited; the details say what was changed.
    RoleEdit = "role.edit";
    /// A role was deleted.
    RoleDelete = "role.delete";
    /// A person signed in.
    SessionCreate = "session.create";
    /// A person who is signed in showed once more that it is they, by their password.
    SessionConfirm = "session.confirm";
    /// A session was ended: a person signed out, or ended another session of their own.
    SessionEnd = "session.end";
    /// Somebody was added to a team.
    TeamAddMember = "team.add_member";
    /// A team was created.
    TeamCreate = "team.create";
    /// A team got another name or description.
    TeamEdit = "team.edit";
    /// A team was ended, and its tokens with it.
    TeamEnd = "team.end";
    /// Somebody was removed from a team.
    TeamRemoveMember = "team.remove_member";
    /// A token was generated.
    TokenCreate = "token.create";
    /// Made-up tokens were added, for a demo or a measurement; the details say how many.
    TokenSeed = "token.seed";
    /// A token was edited; the details say what was changed.
    TokenEdit = "token.edit";
    /// A token was switched off.
    TokenDisable = "token.disable";
    /// A token was switched on again.
    TokenEnable = "token.enable";
    /// A token got a new secret.
    TokenRotate = "token.rotate";
    /// The old secret of a token ended before its time.
    TokenEndOverlap = "token.end_overlap";
    /// The secret of a new token was lost on its way and replaced by another.
    TokenReissue = "token.reissue";
    /// A secret that a rotation has ended was presented to rotate with.
    TokenReuse = "token.reuse_detected";
    /// A token was ended.
    TokenRevoke = "token.revoke";
}

impl Action {
    /// Whether it can be in the log of an organization: what people do to their own accounts is in none.
    pub const fn is_of_organization(self) -> bool {
        !matches!(
            self,
            Self::AccountEdit
                | Self::PasswordChange
                | Self::PasswordRequestReset
                | Self::PasswordReset
                | Self::SessionCreate
                | Self::SessionConfirm
                | Self::SessionEnd
        )
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Action {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::ALL.iter().copied().find(|action| action.as_str() == text).ok_or_else(|| Invalid(say::NO_ACTION.to_owned()))
    }
}

/// An event as it was recorded, without its details, which are of many shapes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its place in the trail; there is no gap between events, but those of other organizations lie between.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Party,
    /// What, as an [`Action`] is stored. A newer server may have recorded what this one does not know.
    pub action: String,
    /// On what.
    pub target: Party,
    /// From where; empty at the command line.
    pub address: String,
    /// In which request, as its answer and the log name it.
    pub request_id: String,
}

/// Who did something, or what it was done to, by the name of that time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// `member`, `token`, `organization`, …
    pub kind: String,
    /// Empty for the operator and the server itself.
    pub id: String,
    /// What people called it then.
    pub name: String,
}

impl Event {
    /// What was done, in words for people; the stored word when this server does not know it.
    pub fn title(&self) -> String {
        self.action.parse::<Action>().map_or_else(|_| self.action.clone(), |action| action.title().to_owned())
    }
}

/// One thing that an event tells beside who, what and when, ready to be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// What it is about, in plain words.
    pub name: String,
    /// What it is.
    pub value: DetailValue,
}

/// The shapes that a [`Detail`] has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum DetailValue {
    /// It is this.
    Is(String),
    /// It was one thing and became another.
    Changed {
        /// Before.
        from: String,
        /// After.
        to: String,
    },
    /// Some were added to a list, some taken from it.
    Diff {
        /// New in the list.
        added: Vec<String>,
        /// No longer in the list.
        removed: Vec<String>,
    },
}

/// What a check of the whole trail found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verified {
    /// Every event is what was recorded.
    Intact {
        /// How many events the instance has recorded.
        events: i64,
        /// Where the trail stands, to be kept elsewhere.
        checkpoint: String,
    },
    /// From this event on the trail is not what was recorded.
    Broken {
        /// The number of the event.
        from: i64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_read_back_from_its_word() {
        for action in Action::ALL {
            assert_eq!(action.as_str().parse(), Ok(*action));
            assert_eq!(serde_json::to_string(action).unwrap(), format!("\"{action}\""));
            assert!(action.title().chars().next().is_some_and(char::is_uppercase), "{action}");
        }
        let mut words: Vec<_> = Action::ALL.iter().map(|action| action.as_str()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Action::ALL.len(), "no word stands for two actions");
        for wrong in ["", "token", "Token.create", "token.create "] {
            assert!(wrong.parse::<Action>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn what_a_newer_server_recorded_is_shown_as_it_is() {
        let party = || Party { kind: "token".to_owned(), id: String::new(), name: String::new() };
        let at = Timestamp::from_micros(0);
        let event = |action: &str| Event {
            seq: 1,
            at,
            actor: party(),
            action: action.to_owned(),
            target: party(),
            address: String::new(),
            request_id: String::new(),
        };
        assert_eq!(event("token.create").title(), "Generated token");
        assert_eq!(event("token.teleport").title(), "token.teleport");
    }
}
