//! A new team, and another name for one that is there.

pub const LEAD: &str = "You add its members on the next page, yourself too if you shall be one: who creates a team is not in it by that.";
pub const CREATE_REFUSED: &str = "You may not create teams in this organization.";
pub const NOT_CREATED: &str = "The team was not created";

pub const EDIT_TEAM: &str = "Edit team";
pub const EDIT_REFUSED: &str = "You may not edit this team.";
pub const NOT_CHANGED: &str = "The team was not changed";

pub const NAME_HINT: &str = "What the team is called here, such as Payments. No other team may have this name.";
