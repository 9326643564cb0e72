//! One role of an organization's own.

pub const DELETE: &str = "Delete";
pub const NOT_CHANGED: &str = "The role was not changed";
pub const NO_DESCRIPTION: &str = "None";
pub const NOBODY_HAS_IT: &str = "Nobody has this role yet, so an edit changes nothing for anybody.";

/// Who has it, as in "2 members and 1 token".
pub fn holds_at_once(holders: &str) -> String {
    format!("What you save holds at once, for {holders}.")
}
