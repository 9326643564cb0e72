//! People: how they are named, which role they have where.

use core::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    AssignedRole, Invalid, Name, Organization, TeamId, Timestamp, UserId,
    texts::{members as say, roles},
};

/// An e-mail address in small letters: the name a person signs in with. Only a mail that arrives proves it, so the check is coarse.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

impl Email {
    /// Checks and lowers what was typed.
    pub fn parse(typed: &str) -> Result<Self, Invalid> {
        let text = typed.trim().to_lowercase();
        let fits = text.len() <= 254
            && text.split_once('@').is_some_and(|(local, host)| {
                !local.is_empty() && !host.is_empty() && !host.contains('@') && !host.starts_with('.') && !host.ends_with('.')
            })
            && text.chars().all(|c| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | ',' | ';' | '"' | '\\'));
        if fits { Ok(Self(text)) } else { Err(Invalid(say::NO_EMAIL.to_owned())) }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Email {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

/// What a member or a token may do, as one word; [`crate::policy`] says which permissions it stands for. The order is from most to least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, also ending the organization. For people only.
    Owner,
    /// Everything but ending the organization.
    Admin,
    /// Reads, changes what is built with, triggers deployments.
    Developer,
    /// Reads what is not confidential. The least.
    Viewer,
}

impl Role {
    /// All roles, from most to least.
    pub const ALL: [Self; 4] = [Self::Owner, Self::Admin, Self::Developer, Self::Viewer];

    /// The roles a token may have, the least first, so that the first in a form is never the most powerful one.
    pub const FOR_TOKENS: [Self; 3] = [Self::Viewer, Self::Developer, Self::Admin];

    /// The word in storage, addresses and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Developer => "developer",
            Self::Viewer => "viewer",
        }
    }

    /// The word on the screen.
    pub const fn title(self) -> &'static str {
        roles::title(self)
    }

    /// The roles a person may have, the least first.
    pub const FOR_MEMBERS: [Self; 4] = [Self::Viewer, Self::Developer, Self::Admin, Self::Owner];

    /// What it allows a token, in a sentence for the form.
    pub fn summary(self) -> &'static str {
        if crate::catalogue::in_force().is_built_in() { roles::summary(self) } else { roles::summary_by_operator(self) }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| Invalid(roles::NO_ROLE.to_owned()))
    }
}

/// A person who belongs to an organization, as the others see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The person.
    pub user: UserId,
    /// What they are called.
    pub name: Name,
    /// What they sign in with.
    pub email: Email,
    /// As what they belong to it.
    pub role: AssignedRole,
    /// Since when.
    pub since: Timestamp,
    /// When they last did something in the console, a minute coarse; none when they have never signed in.
    pub last_seen_at: Option<Timestamp>,
}

/// What becomes of a token when the person who generated it is removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AfterLeaving {
    /// It goes on working.
    #[default]
    Keep,
    /// It goes on working, and belongs to this team instead of the organization.
    Move(TeamId),
    /// It gets a new secret, and the old one lives on for a while.
    Rotate,
    /// It ends in a week, or at its own end if that is sooner.
    Expire,
    /// It ends at once.
    Revoke,
}

/// What the removal of somebody did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removal {
    /// Who they were.
    pub name: String,
    /// How many of the tokens they generated belong to a team now.
    pub moved: usize,
    /// How many got a new secret.
    pub rotated: usize,
    /// How many end in a week at most.
    pub expiring: usize,
    /// How many ended.
    pub revoked: usize,
    /// How many tokens of their own ended with them.
    pub own: usize,
}

impl AfterLeaving {
    /// The choices that are the same everywhere, the one that breaks nothing first. Beside them there is one for each team.
    pub const ALL: [Self; 4] = [Self::Keep, Self::Rotate, Self::Expire, Self::Revoke];

    /// The word in the audit trail, and in forms for all but a team.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Move(_) => "move",
            Self::Rotate => "rotate",
            Self::Expire => "expire",
            Self::Revoke => "revoke",
        }
    }

    /// The words on the screen.
    pub const fn title(self) -> &'static str {
        say::after_leaving(self)
    }
}

impl fmt::Display for AfterLeaving {
    /// What a form sends: a team is named by its id.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Move(team) => team.fmt(f),
            other => f.write_str(other.as_str()),
        }
    }
}

impl FromStr for AfterLeaving {
    type Err = Invalid;

    /// Reads one of the words, or the id of a team.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let team = || text.parse().map(Self::Move).ok();
        Self::ALL.into_iter().find(|choice| choice.as_str() == text).or_else(team).ok_or_else(|| Invalid(say::SAY_WHAT_BECOMES.to_owned()))
    }
}

/// A person's place in an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// Where.
    pub organization: Organization,
    /// As what.
    pub role: AssignedRole,
    /// Whether the organization's policy allows people new tokens of their own.
    pub user_tokens_allowed: bool,
}

/// Who is signed in, and where they belong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// The person.
    pub id: UserId,
    /// What they are called.
    pub name: Name,
    /// What they sign in with.
    pub email: Email,
    /// Their organizations, by name.
    pub memberships: Vec<Membership>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_lowered_and_checked_coarsely() {
        assert_eq!(Email::parse(" Ada@Acme.test ").unwrap().as_str(), "ada@acme.test");
        for wrong in ["", "ada", "@acme.test", "ada@", "a@b@c", "a b@c", "ada@.test", "<ada@acme.test>", "a\n@b", "a@b,c@d"] {
            assert!(Email::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn who_leaves_breaks_nothing_unless_somebody_says_so() {
        assert_eq!(AfterLeaving::default(), AfterLeaving::ALL[0]);
        let team = TeamId::new(Timestamp::from_micros(0), [1; 10]);
        for choice in AfterLeaving::ALL.into_iter().chain([AfterLeaving::Move(team)]) {
            assert_eq!(choice.to_string().parse(), Ok(choice));
        }
        for wrong in ["", "move", "Keep", "team", "usr_00000000000000000000000000000000"] {
            assert!(wrong.parse::<AfterLeaving>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn the_first_role_of_the_form_is_the_least() {
        assert_eq!(Role::FOR_TOKENS[0], Role::Viewer);
        assert!(!Role::FOR_TOKENS.contains(&Role::Owner));
        assert_eq!(Role::FOR_MEMBERS[0], Role::Viewer);
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
    }
}
