//! A new team, and another name for one that is there.

pub const LEAD: &str = "You add its members on the next page. Creating a team does not put you into it.";
pub const CREATE_REFUSED: &str = "You may not create teams in this organization.";
pub const NOT_CREATED: &str = "The team was not created";

pub const EDIT_TEAM: &str = "Edit team";
pub const EDIT_REFUSED: &str = "You may not edit this team.";
pub const NOT_CHANGED: &str = "The team was not changed";

pub const NAME_HINT: &str = "What the team is called here, such as Payments. No other team may have this name.";
