//! The list of teams.

pub const LEAD: &str = "The people in a team share its API tokens: they go on working when somebody leaves, and end with the team.";
pub const NONE_YET: &str = "No teams yet";
pub const NONE_YET_TEXT: &str =
    "A team shares API tokens: everybody in it can see, rotate and revoke them, and they go on working when somebody leaves.";
pub const ENDED: &str = "The team is ended, and its tokens are revoked.";
pub const ACTIVE_TOKENS: &str = "Active tokens";

pub fn caption(organization: &str) -> String {
    format!("Teams of {organization}, by name")
}

/// Below when a team was created.
pub fn by(name: &str) -> String {
    format!("by {name}")
}
