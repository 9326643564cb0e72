//! The list of roles.

pub const LEAD: &str = "What members and API tokens may do, as one word.";
pub const CREATED: &str = "The role is created. It can be handed out now.";
pub const EDITED: &str = "The role is changed. It holds at once for everybody who has it.";
pub const DELETED: &str = "The role is deleted.";

pub const NONE_YET: &str = "There are none yet. Create one when none of the built-in roles fits.";
pub const BUILT_IN: &str = "Built-in roles";
pub const BUILT_IN_CAPTION: &str = "Built-in roles, from most to least";

pub fn own(organization: &str) -> String {
    format!("Roles of {organization}")
}

pub fn own_caption(organization: &str) -> String {
    format!("Roles of {organization}, by name")
}
