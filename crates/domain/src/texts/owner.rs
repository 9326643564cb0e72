//! Whom a token belongs to.

use crate::Name;

pub const ORGANIZATION: &str = "Organization";

pub const NO_OWNER: &str = "A token can belong to the organization, to you, or to a team that you are in; choose one of these.";

pub const ONLY_OF_ADMINS: &str = "The organization's policy leaves its own tokens to owners and admins.";
pub const NO_TOKENS_OF_PEOPLE: &str = "The organization's policy allows no tokens of people.";
pub const NO_TOKENS_OF_TEAMS: &str = "The organization's policy allows no tokens of teams.";
pub const NO_TOKENS_OF_PEOPLE_OR_TEAMS: &str = "The organization's policy allows no tokens of people or teams.";

pub fn team(name: &Name) -> String {
    format!("Team {name}")
}
