//! The list of members, and of those who are invited.

use domain::Removal;

pub const INVITE: &str = "Invite";
pub const CANNOT_BE_SHOWN: &str = "This list cannot be shown";
pub const SHOW_ALL: &str = "Show all members";

pub fn lead(organization: &str) -> String {
    format!("The people of {organization}. Their role says what they may see and do here.")
}

pub fn caption(organization: &str, search: Option<&str>) -> String {
    match search {
        Some(search) => format!("Members of {organization} that match “{search}”, by name"),
        None => format!("Members of {organization}, by name"),
    }
}

pub fn remove(name: &str) -> String {
    format!("Remove {name}")
}

/// In the place of when somebody was last seen.
pub const NEVER_SIGNED_IN: &str = "Never signed in";

pub const NONE_MATCH: &str = "No members match";
pub const NONE_MATCH_TEXT: &str = "Nobody’s name or e-mail address holds what you search for.";
/// Leads on whoever was looking for a token.
pub const SEARCH_TOKENS: &str = "Search API tokens instead";
pub const NO_MORE: &str = "No more members";
pub const ENDS_BEFORE: &str = "The list ends before this page.";

pub const SEARCH: &str = "Search";
pub const SEARCH_LABEL: &str = "Search name or e-mail address";
pub const SEARCH_PLACEHOLDER: &str = "Name or e-mail address";
pub const CLEAR_SEARCH: &str = "Clear search";

pub const EDITED: &str = "The role is changed. It holds from the member’s next request on.";
pub const SIGNED_OUT: &str = "The member is signed out everywhere.";
pub const WITHDRAWN: &str = "The invitation is withdrawn: its link no longer works.";
pub const SENT: &str = "A mail with the same link goes out within a minute. The link ends when it would have.";
/// After sending again where no mail server is named.
pub const WRITTEN: &str = "No mail server is set up, so nobody gets this mail: it became a file on the server. To hand the link over yourself, invite the same address anew, which shows a new one.";

/// Who was removed, and what became of their tokens.
pub fn removed(removal: &Removal) -> String {
    let Removal { name, moved, rotated, expiring, revoked, own } = removal;
    let each = [
        (moved, "belong to a team now", "belongs to a team now"),
        (rotated, "have new secrets", "has a new secret"),
        (expiring, "expire in 7 days at most", "expires in 7 days at most"),
        (revoked, "are revoked", "is revoked"),
        (own, "ended with their membership", "ended with their membership"),
    ];
    let each = each.into_iter().filter(|(count, ..)| **count > 0);
    let met: Vec<String> =
        each.map(|(count, several, one)| if *count == 1 { format!("1 {one}") } else { format!("{count} {several}") }).collect();
    if met.is_empty() { format!("{name} is removed.") } else { format!("{name} is removed. Of their tokens {}.", met.join(", ")) }
}

pub const INVITED: &str = "Invited";
pub const INVITATIONS: &str = "Invitations that were not accepted yet, newest first";
pub const LINK_WORKS_UNTIL: &str = "Link works until";
pub const PAGES_OF_INVITATIONS: &str = "Pages of invitations";

/// Before when an invitation was mailed.
pub const MAILED: &str = "Mailed";
/// The same where no mail server is named.
pub const MAIL_WRITTEN: &str = "Mail written to a file";

pub const SEND_AGAIN: &str = "Send again";

/// Follows [`SEND_AGAIN`] for those who don't see the row.
pub fn send_again_to(email: &str) -> String {
    format!(" to {email}")
}

pub const WITHDRAW: &str = "Withdraw";

/// Instead of [`WITHDRAW`] for those who don't see the row.
pub fn withdraw(email: &str) -> String {
    format!("Withdraw the invitation of {email}")
}

/// Below when somebody was invited.
pub fn by(name: &str) -> String {
    format!("by {name}")
}

/// Below until when a link works.
pub fn works_for(remaining: &str) -> String {
    format!("for {remaining}")
}

pub const TOO_OFTEN: &str = "An invitation is mailed once a minute at most. Wait a minute, then send it again.";
pub const NO_LONGER_OPEN: &str = "This invitation was accepted or withdrawn meanwhile, or is over.";
