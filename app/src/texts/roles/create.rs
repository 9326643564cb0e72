//! Creating a role.

pub const LEAD: &str = "Give it to members, to people you invite and to API tokens. It allows exactly what you turn on.";
pub const REFUSED: &str = "You may not create roles in this organization.";
pub const NOT_CREATED: &str = "The role was not created";
