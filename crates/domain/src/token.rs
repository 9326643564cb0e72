//! The token: the record about a secret. Its states are an enum and revocation is one way.

use core::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{AssignedRole, Description, Hint, Label, Limits, Owner, PermissionSet, Reason, Timestamp, TokenId, texts::tokens as say};

/// A token as its organization's administrators see it. It never holds the secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// The same for its whole life.
    pub id: TokenId,
    /// Whom it belongs to.
    pub owner: Owner,
    /// What it is recognised by; several tokens may share one.
    pub label: Label,
    /// What it is for.
    pub description: Description,
    /// Its secret, masked.
    pub hint: Hint,
    /// What it may do, as one word; none when it has only permissions of its own.
    pub role: Option<AssignedRole>,
    /// What it may do beside its role.
    pub permissions: PermissionSet,
    /// When it was generated.
    pub created_at: Timestamp,
    /// Who generated it, by name: kept also when that person is gone.
    pub created_by: String,
    /// Whether that person is no longer a member.
    #[serde(default)]
    pub created_by_left: bool,
    /// From when on it is refused; none means never.
    pub expires_at: Option<Timestamp>,
    /// From where it may be used, and how often.
    #[serde(default)]
    pub limits: Limits,
    /// When it was last presented and accepted, a few seconds coarse.
    pub last_used_at: Option<Timestamp>,
    /// Whether it was ended by hand.
    pub state: State,
}

/// What was decided about a token by hand. Expiry is not in it: that is read off the clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// In force.
    Active,
    /// Switched off until somebody switches it on again.
    Disabled {
        /// When.
        at: Timestamp,
        /// Who, by name.
        by: String,
    },
    /// Ended for good.
    Revoked {
        /// When.
        at: Timestamp,
        /// Who, by name.
        by: String,
        /// Why, if somebody said so or it is known.
        why: Option<Reason>,
    },
}

/// What a token is at a given time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Accepted.
    Active,
    /// Refused: somebody switched it off.
    Disabled,
    /// Refused: its time is over.
    Expired,
    /// Refused: somebody ended it.
    Revoked,
}

/// Says that a token was revoked before; there is no way back and no second time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", say::REVOKED_ALREADY)]
pub struct AlreadyRevoked;

impl Status {
    /// The word in addresses, JSON and style sheets.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

impl Token {
    /// Who generated it, in words: it goes on working when that person leaves, so it is said.
    pub fn creator(&self) -> String {
        if self.created_by_left { say::left(&self.created_by) } else { self.created_by.clone() }
    }

    /// What the token is at `now`. It is good while `now` is before its end, and refused at that very microsecond.
    pub fn status_at(&self, now: Timestamp) -> Status {
        match self.state {
            State::Revoked { .. } => Status::Revoked,
            // Whoever leaves takes their tokens along in the same change. One that stayed by a mistake opens nothing.
            _ if self.owner.is_gone() => Status::Revoked,
            _ if self.expires_at.is_some_and(|end| now >= end) => Status::Expired,
            State::Disabled { .. } => Status::Disabled,
            State::Active => Status::Active,
        }
    }

    /// Whether it ends within this time, and, if it lives short, in the last third of its life: somebody who chose a week meant the week. A life begins
    /// when the token is generated, whatever end it was given since.
    pub fn ends_soon(&self, within: Duration, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end.since(now) <= within && end.since(now) * 3 <= end.since(self.created_at))
    }

    /// Everything it may do now: what it was given, and of that no more than its owner may do at this moment.
    pub fn effective(&self) -> PermissionSet {
        let given = self.given();
        self.owner.ceiling().map_or(given, |ceiling| given.within(ceiling))
    }

    /// Everything it was given, whatever its owner may do.
    pub fn given(&self) -> PermissionSet {
        self.role.as_ref().map_or(PermissionSet::NONE, AssignedRole::permissions).union(self.permissions)
    }

    /// What it was given, in a few words: its role and how many permissions beside it, or `Custom`.
    pub fn role_title(&self) -> String {
        let Some(role) = &self.role else { return say::CUSTOM.to_owned() };
        say::role_and(role.title(), self.permissions.without(role.permissions()).iter().count())
    }

    /// Ends it for good; refuses when that has been done.
    pub fn revoke(self, at: Timestamp, by: String, why: Option<Reason>) -> Result<Self, AlreadyRevoked> {
        match self.state {
            State::Active | State::Disabled { .. } => Ok(Self { state: State::Revoked { at, by, why }, ..self }),
            State::Revoked { .. } => Err(AlreadyRevoked),
        }
    }
}

/// What has to be typed to confirm that these tokens are ended: the label of one, the number of several.
pub fn confirmation<T: core::borrow::Borrow<Token>>(tokens: &[T]) -> String {
    match tokens {
        [one] => one.borrow().label.to_string(),
        several => several.len().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Role;

    fn token() -> Token {
        Token {
            id: TokenId::new(Timestamp::from_micros(0), [0; 10]),
            owner: Owner::Organization,
            label: Label::parse("ci").unwrap(),
            description: Description::parse("").unwrap(),
            hint: Hint::from_stored("jto_aaaa…bbbb".to_owned()),
            role: Some(Role::Viewer.into()),
            permissions: PermissionSet::NONE,
            created_at: Timestamp::from_micros(0),
            created_by: "Ada".to_owned(),
            created_by_left: false,
            expires_at: Some(Timestamp::from_micros(100)),
            limits: Limits::default(),
            last_used_at: None,
            state: State::Active,
        }
    }

    #[test]
    fn expires_at_the_very_microsecond() {
        let status = |now| token().status_at(Timestamp::from_micros(now));
        assert_eq!([status(99), status(100), status(101)], [Status::Active, Status::Expired, Status::Expired]);
    }

    #[test]
    fn a_creator_who_left_is_said_to_have_left() {
        assert_eq!(token().creator(), "Ada");
        assert_eq!(Token { created_by_left: true, ..token() }.creator(), "Ada (left)");
    }

    #[test]
    fn what_it_may_do_beside_its_role_is_said() {
        let with = |permissions: &str| Token { permissions: permissions.parse().unwrap(), ..token() }.role_title();
        assert_eq!(with(""), "Viewer");
        assert_eq!(with("cluster:read"), "Viewer", "the role has it already");
        assert_eq!(with("token:verify"), "Viewer and 1 permission");
        assert_eq!(with("token:verify api_key:create"), "Viewer and 2 permissions");
        assert_eq!(Token { role: None, ..token() }.role_title(), "Custom");
    }

    #[test]
    fn revocation_is_one_way_and_wins_over_expiry() {
        let revoked = token().revoke(Timestamp::from_micros(5), "Ada".to_owned(), None).unwrap();
        assert_eq!(revoked.status_at(Timestamp::from_micros(1000)), Status::Revoked);
        assert_eq!(revoked.revoke(Timestamp::from_micros(6), "Bob".to_owned(), None), Err(AlreadyRevoked));
    }
}
