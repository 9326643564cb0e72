//! Changing a token: what may be changed of it, and from when on nothing may.

use crate::{AssignedRole, Description, Label, Lifetime, Limits, PermissionSet, State, Status, Timestamp, Token, texts::tokens as say};

/// The choice of a form that stands for permissions of its own instead of a role.
pub const CUSTOM: &str = "custom";
/// The choice of a form that leaves something as it is.
pub const KEEP: &str = "keep";

/// What a token may do: what its role allows, and beside that permissions of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rights {
    /// One word for many permissions; none when there are only its own.
    pub role: Option<AssignedRole>,
    /// Its own.
    pub permissions: PermissionSet,
}

impl Rights {
    /// Everything that it comes to.
    pub fn effective(&self) -> PermissionSet {
        self.role.as_ref().map_or(PermissionSet::NONE, AssignedRole::permissions).union(self.permissions)
    }
}

/// What is to become another in a token. None leaves a thing as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// What it is recognised by.
    pub label: Option<Label>,
    /// What it is for.
    pub description: Option<Description>,
    /// What it may do.
    pub rights: Option<Rights>,
    /// How long it lives, counted from the change.
    pub lifetime: Option<Lifetime>,
    /// From where it may be used, and how often.
    pub limits: Option<Limits>,
}

/// Says that a token is dead. What it was then stays on record as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.as_str())]
pub enum Dead {
    /// Somebody ended it.
    Revoked,
    /// Its time is over.
    Expired,
}

impl Dead {
    /// A sentence that says what to do instead.
    pub const fn as_str(self) -> &'static str {
        say::dead(self)
    }
}

impl Token {
    /// What it may do.
    pub fn rights(&self) -> Rights {
        Rights { role: self.role.clone(), permissions: self.permissions }
    }

    /// Refuses when it is dead at `now`.
    pub fn living(self, now: Timestamp) -> Result<Self, Dead> {
        match self.status_at(now) {
            Status::Revoked => Err(Dead::Revoked),
            Status::Expired => Err(Dead::Expired),
            Status::Active | Status::Disabled => Ok(self),
        }
    }

    /// Changes it; refuses when it is dead.
    pub fn edit(self, change: Change, now: Timestamp) -> Result<Self, Dead> {
        let token = self.living(now)?;
        let Rights { role, permissions } = change.rights.unwrap_or_else(|| token.rights());
        Ok(Self {
            label: change.label.unwrap_or(token.label),
            description: change.description.unwrap_or(token.description),
            role,
            permissions,
            expires_at: change.lifetime.map_or(token.expires_at, |lifetime| lifetime.ends(now)),
            limits: change.limits.unwrap_or(token.limits),
            ..token
        })
    }

    /// Whether it ends later than it did `before`.
    pub fn is_extended_from(&self, before: &Self) -> bool {
        before.expires_at.is_some_and(|end| self.expires_at.is_none_or(|later| later > end))
    }

    /// Whether it may be used from elsewhere, or more often, than `before`.
    pub fn is_loosened_from(&self, before: &Self) -> bool {
        !self.limits.are_within(&before.limits)
    }

    /// Switches it off; refuses when it is dead. If it is off already, whoever switched it off first stays on record.
    pub fn disable(self, at: Timestamp, by: String) -> Result<Self, Dead> {
        let token = self.living(at)?;
        Ok(match token.state {
            State::Active => Self { state: State::Disabled { at, by }, ..token },
            State::Disabled { .. } | State::Revoked { .. } => token,
        })
    }

    /// Switches it on again; refuses when it is dead.
    pub fn enable(self, now: Timestamp) -> Result<Self, Dead> {
        Ok(Self { state: State::Active, ..self.living(now)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Role;
    use crate::{Hint, Owner, TokenId};

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    fn token() -> Token {
        Token {
            id: TokenId::new(at(0), [0; 10]),
            owner: Owner::Organization,
            label: Label::parse("ci").unwrap(),
            description: Description::parse("Builds").unwrap(),
            hint: Hint::from_stored("jto_aaaa…bbbb".to_owned()),
            role: Some(Role::Viewer.into()),
            permissions: PermissionSet::NONE,
            created_at: at(0),
            created_by: "Ada".to_owned(),
            created_by_left: false,
            expires_at: Some(at(100)),
            limits: Limits::default(),
            last_used_at: None,
            state: State::Active,
        }
    }

    #[test]
    fn an_edit_changes_what_it_names_and_nothing_else() {
        assert_eq!(token().edit(Change::default(), at(50)), Ok(token()));
        let rights = Rights { role: None, permissions: "cluster:read".parse().unwrap() };
        let change = Change { rights: Some(rights.clone()), lifetime: Some(Lifetime::Minutes(1)), ..Change::default() };
        let edited = token().edit(change, at(50)).unwrap();
        assert_eq!((edited.effective(), edited.expires_at), (rights.permissions, Some(at(60_000_050))));
        assert_eq!(
            Token { role: Some(Role::Viewer.into()), permissions: PermissionSet::NONE, expires_at: Some(at(100)), ..edited },
            token(),
            "the rest"
        );
        let label = Change { label: Label::parse("cd").ok(), description: Description::parse("").ok(), ..Change::default() };
        let edited = token().edit(label, at(50)).unwrap();
        assert_eq!((edited.label.as_str(), edited.description.as_str(), edited.role), ("cd", "", Some(Role::Viewer.into())));
    }

    #[test]
    fn limits_change_together_and_are_loosened_by_either() {
        let some = Limits { networks: crate::Networks::parse("10.0.0.0/8").unwrap(), rate: "100/minute".parse().ok() };
        let bound = token().edit(Change { limits: Some(some.clone()), ..Change::default() }, at(50)).unwrap();
        assert_eq!((&bound.limits, Token { limits: Limits::default(), ..bound.clone() }), (&some, token()));
        assert!(token().is_loosened_from(&bound) && !bound.is_loosened_from(&token()) && !bound.is_loosened_from(&bound));
        let faster = Token { limits: Limits { rate: None, ..some }, ..bound.clone() };
        assert!(faster.is_loosened_from(&bound));
    }

    #[test]
    fn what_is_off_can_be_edited_and_switched_on_again() {
        let off = token().disable(at(5), "Ada".to_owned()).unwrap();
        assert_eq!(off.status_at(at(6)), Status::Disabled);
        assert_eq!(off.clone().disable(at(6), "Bob".to_owned()), Ok(off.clone()), "the first stays on record");
        assert_eq!(off.clone().edit(Change::default(), at(7)), Ok(off.clone()));
        assert_eq!(off.enable(at(8)), Ok(token()));
        assert_eq!(token().enable(at(8)), Ok(token()));
    }

    #[test]
    fn the_dead_stay_as_they_were() {
        let revoked = token().revoke(at(5), "Ada".to_owned(), None).unwrap();
        for (dead, why, now) in
            [(revoked.clone(), Dead::Revoked, at(6)), (revoked, Dead::Revoked, at(100)), (token(), Dead::Expired, at(100))]
        {
            assert_eq!(dead.clone().edit(Change { lifetime: Some(Lifetime::Never), ..Change::default() }, now), Err(why));
            assert_eq!(dead.clone().disable(now, "Ada".to_owned()), Err(why));
            assert_eq!(dead.enable(now), Err(why));
        }
    }
}
