//! Teams: people of an organization who share tokens.

use serde::{Deserialize, Serialize};

use crate::{Description, Email, Name, TeamId, Timestamp, UserId};

/// The most teams that an organization may have at a time.
pub const MOST: i64 = 1_000;

/// A team that has not ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// Never changes and is never reused.
    pub id: TeamId,
    /// Unique among the teams of its organization that have not ended, in small and capital letters alike.
    pub name: Name,
    /// What it is for.
    pub description: Description,
    /// When it was created.
    pub created_at: Timestamp,
    /// Who created it, by name.
    pub created_by: String,
    /// How many people are in it.
    pub members: u32,
    /// How many tokens it has that are not over.
    pub tokens: u32,
}

/// Somebody who is in a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamMember {
    /// Who.
    pub user: UserId,
    /// What they are called.
    pub name: Name,
    /// How they sign in; none for who may not see members.
    pub email: Option<Email>,
    /// Since when they are in the team.
    pub since: Timestamp,
}

/// Some teams, by name, and where the next ones begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamPage {
    /// The teams.
    pub items: Vec<Team>,
    /// The last of them, if there are more after it.
    pub next: Option<TeamId>,
}

impl Team {
    /// What a name is compared by: two teams whose names differ only in small and capital letters would be taken for one another.
    pub fn key(name: &Name) -> String {
        name.as_str().to_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_regard_to_capitals() {
        let key = |name: &str| Team::key(&Name::parse(name).unwrap());
        assert_eq!(key("PAYMENTS"), key(" Payments "));
        assert_eq!(key("Größe ÄÖ"), key("größe äö"));
        assert_ne!(key("Payments"), key("Payment"));
    }
}
