//! Removing a member: what shall become of the tokens they generated.

use domain::Hint;
use leptos::prelude::*;

/// Where the only owner cannot be removed.
pub const GO_TO_MEMBERS: &str = "Go to the members";
pub const REMOVE_MEMBER: &str = "Remove member";
pub const LEAVE: &str = "Leave the organization";
pub const MEANWHILE: &str = "Removing…";
pub const REFUSED: &str = "You may not remove this member.";
pub const NOT_REMOVED: &str = "Nobody was removed";
pub const NOT_REMOVED_YET: &str = "Nobody was removed yet: look through what would be revoked";

pub fn remove(name: &str, organization: &str) -> String {
    format!("Remove {name} from {organization}?")
}

pub fn leave(organization: &str) -> String {
    format!("Leave {organization}?")
}

pub const LEAD: &str = "They lose access at once, and invitations they made stop working. They can be invited again.";
/// When one leaves oneself.
pub const LEAD_OWN: &str = "You lose access at once, and invitations you made stop working. Only somebody who stays can invite you again.";

pub const NO_TOKEN: &str = "This person generated no active token.";
/// When there are some that end with the membership.
pub const NO_OTHER_TOKEN: &str = "This person generated no other active token.";

pub const ENDING: &str = "Tokens that end";
pub const ENDING_LEAD: &str = "These belong to the person, not to the organization: they are revoked in the same moment.";

pub const THEIR_TOKENS_LEAD: &str = "They belong to the organization or to a team and go on working, unless you choose otherwise here.";
/// Goes on after [`THEIR_TOKENS_LEAD`] where that may be chosen.
pub const ROTATING: &str =
    " Think of whoever may have kept a copy of the secret: rotating replaces it, and the new one is shown to you on the next page, once.";
pub const AFTER_LEAVING: &str = "After leaving";
/// In the place of the choice for one token, when one is made for all.
pub const AS_FOR_ALL: &str = "As chosen for all";

/// While an old secret of a token is accepted beside its own, which is used.
pub fn rotating(old: Hint, ends_at: impl IntoView) -> impl IntoView {
    view! { {format!("Rotating: old secret {old} accepted until ")} {ends_at} ". Rotating again ends it at once." }
}

pub fn caption(name: &str) -> String {
    format!("Tokens that {name} generated, newest first")
}

pub fn after_leaving(token: &str) -> String {
    format!("What shall become of {token}")
}

pub fn move_to(team: &str) -> String {
    format!("Move to team {team}")
}

pub const TOGETHER: &str = "All of them";
pub const TOGETHER_HINT: &str = "One choice for every token, or one for each.";
/// Goes on after [`TOGETHER_HINT`] where there is such a token.
pub const NOT_ALL_PASS_ON: &str = " A token that you can neither move nor rotate stays as it is, unless you choose otherwise for it below.";
pub const ONE_BY_ONE: &str = "Decide for each below";

pub fn others(count: usize) -> String {
    format!("The {count} older tokens that are not listed")
}

pub const OTHERS_HINT: &str = "One choice for all of them. To decide one by one, look them up in the list of tokens first, by who created them. Those of teams are not moved.";

pub const OLD_SECRETS: &str = "Old secrets of tokens that you rotate end";
pub const OLD_SECRETS_HINT: &str = "Until then old and new are both accepted, so that nobody who uses a token is cut off. A token that is being rotated already says below what ends at once.";

pub const REVOKED: &str = "Tokens that you revoke";

pub fn revoked_lead(count: usize) -> String {
    match count {
        1 => "Whatever uses this token stops working at once. This cannot be undone.".to_owned(),
        several => format!("Whatever uses one of these {several} tokens stops working at once. This cannot be undone."),
    }
}

/// Ends the list of tokens that are named.
pub fn revoked_more(count: usize) -> String {
    format!("and {count} older ones")
}

/// The label of one token or the number of several follows.
pub const CONFIRM: &str = "To confirm, type:";
