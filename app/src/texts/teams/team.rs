//! One team: who is in it, and its tokens.

pub const CREATED: &str = "The team is created. Add the people who shall share its tokens.";
pub const EDITED: &str = "The team is changed.";
pub const ADDED: &str = "Added to the team, which brings access to its tokens.";
pub const REMOVED: &str = "They are no longer in the team. Rotate its tokens if they may have kept a secret.";

/// For who is in the team.
pub const TOKENS_LEAD_IN: &str =
    "Everybody in the team can see, rotate and revoke these. They go on working when somebody leaves, and end with the team.";
/// For who may see its tokens, but is not in it.
pub const TOKENS_LEAD_OUTSIDE: &str = "They belong to the team. Only somebody in it can generate or rotate one.";
pub const TOKENS_LEAD_UNSEEN: &str = "Only somebody in the team sees its tokens.";
pub const NO_NEW_TOKENS: &str =
    "The organization's policy allows no tokens of teams: there are no new ones, and those that are there go on.";
pub const NO_TOKENS: &str = "It has no active tokens.";

/// Ends a list of a team's tokens that does not name all.
pub fn more_tokens(count: usize) -> String {
    format!("and {count} more")
}

pub fn tokens_caption(team: &str) -> String {
    format!("Tokens of the team {team}, newest first")
}

/// What is outside of the organization's policy about a token.
pub fn outside_the_policy(what: &str) -> String {
    format!("Outside the policy: {what}")
}

pub const NOBODY: &str = "Nobody is in this team yet, so nobody can generate tokens for it.";
pub const IN_THE_TEAM_SINCE: &str = "In the team since";
pub const REMOVE: &str = "Remove";

pub fn members_caption(team: &str) -> String {
    format!("Members of the team {team}, by name")
}

/// Instead of [`REMOVE`] for those who don't see the row.
pub fn remove(name: &str) -> String {
    format!("Remove {name} from the team")
}

pub const ADD_MEMBER: &str = "Add a member of the organization";
pub const CHOOSE_PERSON: &str = "Choose a person";
pub const ADD_TO_TEAM: &str = "Add to team";
pub const NOT_ADDED: &str = "Nobody was added";
pub const EVERYBODY: &str = "Everybody of the organization is in this team.";
