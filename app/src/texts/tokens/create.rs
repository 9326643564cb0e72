//! Generating a token.

pub const MEANWHILE: &str = "Generating…";
pub const REFUSED: &str = "You may not generate API tokens for this organization.";
pub const NOT_GENERATED: &str = "The token was not generated";

pub const LEAD: &str = "Its secret is shown once, right after it is generated.";
/// Where the token can only belong to who generates it.
pub const LEAD_OWN: &str = "It belongs to you. Its secret is shown once, right after it is generated.";

pub const EXPIRY_HINT: &str = "Once it has expired, the token is refused.";

/// Follows what the policy says about owners.
pub const NO_OTHER_OWNER: &str = "There is no other owner that you can choose. Ask an owner or admin of the organization.";
pub const GO_TO_THE_TOKENS: &str = "Go to the API tokens";

pub const OWNER_HINT: &str = "You cannot change this later.";
pub const OF_TEAMS_HINT: &str = "Of the teams only yours are listed.";
pub const ORGANIZATION: &str = "The organization";
pub const ORGANIZATION_SUMMARY: &str = "For services and pipelines. It goes on working when you leave.";
pub const TEAM_SUMMARY: &str = "Shared with everybody in the team. It goes on working when you leave, and ends with the team.";
pub const YOU: &str = "You";
pub const YOU_SUMMARY: &str = "For your own scripts. It may never do more than you may at that moment, and ends when you leave.";

pub const NOT_GENERATED_YET: &str = "Not generated yet.";
pub const LABELS_ARE_UNIQUE: &str = "Labels are unique in this organization: choose another one.";
pub const LABELS_MAY_REPEAT: &str = "Another label tells the two apart; you can also generate this one as it is.";
pub const GENERATE_ANYWAY: &str = "Generate it anyway";

/// Above the new secret.
pub fn generated(label: &str) -> String {
    format!("Token “{label}” is generated")
}

pub fn team(name: &str) -> String {
    format!("Team {name}")
}

pub fn label_in_use(label: &str) -> String {
    format!("A token labelled “{label}” is in use already.")
}
