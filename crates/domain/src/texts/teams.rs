//! Teams.

use crate::Name;

pub const EDITED_MEANWHILE: &str = "Somebody changed this team meanwhile. Open it anew to see what it is now, then make your change.";
pub const TOO_MANY: &str = "An organization can have 1,000 teams. End one that is no longer needed first.";
pub const TYPE_THE_NAME: &str = "Type the name of the team exactly as it is shown.";
pub const NAME_IN_USE: &str = "A team has this name already; choose another one.";

/// Why its tokens were revoked, as it is recorded.
pub fn ended(name: &Name) -> String {
    format!("team {name} ended")
}
