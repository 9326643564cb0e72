//! Whom a token belongs to.

use serde::{Deserialize, Serialize};

use crate::{AssignedRole, Kind, Name, PermissionSet, UserId};

/// Whom a token belongs to: what it may do ends with its owner's rights, and it ends with its owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// The organization: the token outlives the person who generated it.
    Organization,
    /// One person.
    User(Person),
}

/// Somebody and what they are in the organization now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Who.
    pub id: UserId,
    /// What they are called.
    pub name: Name,
    /// Their role at this moment; none when they are no member any more, which leaves them nothing.
    pub role: Option<AssignedRole>,
}

impl Owner {
    /// The kind of token that such an owner has.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Organization => Kind::Organization,
            Self::User(_) => Kind::User,
        }
    }

    /// The most that a token of theirs may do now; none when nothing but the token itself limits it.
    pub fn ceiling(&self) -> Option<PermissionSet> {
        match self {
            Self::Organization => None,
            Self::User(person) => Some(person.role.as_ref().map_or(PermissionSet::NONE, AssignedRole::permissions)),
        }
    }

    /// Whether the owner is gone, so that the token has to be refused whatever else is said about it.
    pub const fn is_gone(&self) -> bool {
        matches!(self, Self::User(Person { role: None, .. }))
    }

    /// The person, if it is one.
    pub const fn person(&self) -> Option<&Person> {
        match self {
            Self::Organization => None,
            Self::User(person) => Some(person),
        }
    }
}
