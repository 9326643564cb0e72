//! Whom a token belongs to.

use core::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{AssignedRole, Invalid, Kind, Name, PermissionSet, TeamId, UserId, texts::owner as say, token_policy::Policy};

/// Whom a token belongs to: what it may do ends with its owner's rights, and it ends with its owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// The organization: the token outlives the person who generated it.
    Organization,
    /// One person.
    User(Person),
    /// A team: the token outlives every person in it, and ends with the team.
    Team(OwnerTeam),
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

/// A team as its tokens name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerTeam {
    /// Which.
    pub id: TeamId,
    /// What it is called, or was called when it ended.
    pub name: Name,
    /// Whether it has ended.
    pub is_ended: bool,
}

/// Whom a new token shall belong to, as somebody chooses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnerChoice {
    /// The organization.
    Organization,
    /// Who generates it.
    Me,
    /// A team that they are in.
    Team(TeamId),
}

/// Whom a new token may belong to, in the eyes of somebody who generates it by hand, so that nobody chooses what would be refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owners {
    /// Whether the organization.
    pub organization: bool,
    /// Whether the person who asks.
    pub me: bool,
    /// The teams, by name.
    pub teams: Vec<OwnerTeam>,
    /// What the organization's policy leaves out, in sentences; empty when that is nothing.
    pub limit: String,
}

impl Owner {
    /// The kind of token that such an owner has.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Organization => Kind::Organization,
            Self::User(_) => Kind::User,
            Self::Team(_) => Kind::Team,
        }
    }

    /// The most that a token of theirs may do now; none when nothing but the token itself limits it.
    pub fn ceiling(&self) -> Option<PermissionSet> {
        match self {
            Self::Organization | Self::Team(_) => None,
            Self::User(person) => Some(person.role.as_ref().map_or(PermissionSet::NONE, AssignedRole::permissions)),
        }
    }

    /// Whether the owner is gone, so that the token has to be refused whatever else is said about it.
    pub const fn is_gone(&self) -> bool {
        matches!(self, Self::User(Person { role: None, .. }) | Self::Team(OwnerTeam { is_ended: true, .. }))
    }

    /// The person, if it is one.
    pub const fn person(&self) -> Option<&Person> {
        match self {
            Self::User(person) => Some(person),
            Self::Organization | Self::Team(_) => None,
        }
    }

    /// The team, if it is one.
    pub const fn team(&self) -> Option<&OwnerTeam> {
        match self {
            Self::Team(team) => Some(team),
            Self::Organization | Self::User(_) => None,
        }
    }

    /// In words: whom the token belongs to, for people who know the organization.
    pub fn words(&self) -> String {
        match self {
            Self::Organization => say::ORGANIZATION.to_owned(),
            Self::User(person) => person.name.to_string(),
            Self::Team(team) => say::team(&team.name),
        }
    }
}

impl Owners {
    /// What a policy leaves of what somebody could choose. `permitted` tells whether they may generate tokens of the organization at all,
    /// `held` which permissions they hold, and `teams` are those they are in.
    pub fn under(policy: &Policy, permitted: bool, held: impl Fn(PermissionSet) -> bool, teams: &[OwnerTeam]) -> Self {
        let organization = permitted && policy.creators.include(held);
        let creators = (permitted && !organization).then_some(say::ONLY_OF_ADMINS);
        let kinds = match (policy.user_tokens_allowed, policy.team_tokens_allowed || teams.is_empty()) {
            (true, true) => None,
            (false, true) => Some(say::NO_TOKENS_OF_PEOPLE),
            (true, false) => Some(say::NO_TOKENS_OF_TEAMS),
            (false, false) => Some(say::NO_TOKENS_OF_PEOPLE_OR_TEAMS),
        };
        Self {
            organization,
            me: policy.user_tokens_allowed,
            teams: if policy.team_tokens_allowed { teams.to_vec() } else { Vec::new() },
            limit: creators.into_iter().chain(kinds).collect::<Vec<_>>().join(" "),
        }
    }

    /// The choices, those that outlive the person first.
    pub fn choices(&self) -> Vec<OwnerChoice> {
        let organization = self.organization.then_some(OwnerChoice::Organization);
        let teams = self.teams.iter().map(|team| OwnerChoice::Team(team.id));
        organization.into_iter().chain(teams).chain(self.me.then_some(OwnerChoice::Me)).collect()
    }

    /// What is chosen when nobody chooses: the organization, else the person who asks, else a team; none when there is no choice.
    pub fn usual(&self) -> Option<OwnerChoice> {
        let choices = self.choices();
        let own = choices.contains(&OwnerChoice::Me) && !self.organization;
        if own { Some(OwnerChoice::Me) } else { choices.first().copied() }
    }
}

impl fmt::Display for OwnerChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Organization => f.write_str(Kind::Organization.as_str()),
            Self::Me => f.write_str(Kind::User.as_str()),
            Self::Team(team) => team.fmt(f),
        }
    }
}

impl FromStr for OwnerChoice {
    type Err = Invalid;

    /// Reads `organization`, `user` or the id of a team.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            "organization" => Ok(Self::Organization),
            "user" => Ok(Self::Me),
            team => team.parse().map(Self::Team).map_err(|_| Invalid(say::NO_OWNER.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;

    #[test]
    fn a_team_limits_nothing_until_it_ends() {
        let id = TeamId::new(Timestamp::from_micros(0), [1; 10]);
        let team = |is_ended| Owner::Team(OwnerTeam { id, name: Name::parse("Payments").unwrap(), is_ended });
        assert_eq!((team(false).ceiling(), team(false).is_gone(), team(true).is_gone()), (None, false, true));
        assert_eq!((team(false).kind(), team(false).words().as_str()), (Kind::Team, "Team Payments"));
    }

    #[test]
    fn what_the_policy_leaves_out_is_no_choice_and_is_said() {
        let team =
            OwnerTeam { id: TeamId::new(Timestamp::from_micros(0), [1; 10]), name: Name::parse("Payments").unwrap(), is_ended: false };
        let (me, ours) = (OwnerChoice::Me, OwnerChoice::Team(team.id));
        let open = Policy::default();
        let under = |policy: Policy, permitted, teams: &[OwnerTeam]| {
            let owners = Owners::under(&policy, permitted, |_| false, teams);
            (owners.choices(), owners.usual(), owners.limit)
        };
        let all = vec![OwnerChoice::Organization, ours, me];
        assert_eq!(under(open, true, core::slice::from_ref(&team)), (all, Some(OwnerChoice::Organization), String::new()));
        assert_eq!(under(open, false, core::slice::from_ref(&team)), (vec![ours, me], Some(me), String::new()));
        let closed = Policy { user_tokens_allowed: false, ..open };
        let (choices, usual, limit) = under(closed, false, core::slice::from_ref(&team));
        assert_eq!((choices, usual), (vec![ours], Some(ours)));
        assert!(limit.contains("no tokens of people."), "{limit}");
        let closed = Policy { team_tokens_allowed: false, ..closed };
        assert!(under(closed, true, core::slice::from_ref(&team)).2.contains("no tokens of people or teams."));
        // Who is in no team misses none.
        let (choices, usual, limit) = under(closed, false, &[]);
        assert_eq!((choices, usual), (vec![], None));
        assert!(limit.contains("no tokens of people."), "{limit}");
        let admins = Policy { creators: crate::token_policy::Creators::Admins, ..open };
        let (choices, _, limit) = under(admins, true, &[]);
        assert!(choices == [me] && limit.contains("to owners and admins."), "{limit}");
        assert_eq!(under(admins, false, &[]).2, "");
    }

    #[test]
    fn a_choice_is_read_as_it_was_written() {
        let team = TeamId::new(Timestamp::from_micros(0), [1; 10]);
        for choice in [OwnerChoice::Organization, OwnerChoice::Me, OwnerChoice::Team(team)] {
            assert_eq!(choice.to_string().parse(), Ok(choice));
        }
        for wrong in ["", "team", "me", "usr_00000000000000000000000000000000", "Organization"] {
            assert!(wrong.parse::<OwnerChoice>().is_err(), "{wrong:?}");
        }
    }
}
