//! The list of tokens.

use domain::{
    TokenQuery,
    token_query::{By, View},
};
use leptos::prelude::*;

pub const REFUSED: &str = "You may not see the API tokens of this organization.";

/// When the address asks for what there is not.
pub const NOT_SHOWN: &str = "This list cannot be shown";

pub const NO_MORE: &str = "No more tokens";
pub const NO_MORE_WHY: &str = "The list ends before this page.";
pub const NO_ACTIVE_MATCH: &str = "No active tokens match";
pub const NO_ACTIVE_MATCH_WHY: &str = "One that does may be revoked or expired: those are among the inactive ones.";
pub const NO_INACTIVE_MATCH: &str = "No inactive tokens match";
pub const NO_INACTIVE_MATCH_WHY: &str = "No revoked or expired token fits what you search for.";
pub const NO_ACTIVE: &str = "No active tokens";
pub const NO_ACTIVE_WHY: &str = "All tokens of this organization are expired or revoked.";
pub const NO_INACTIVE: &str = "No inactive tokens";
pub const NO_INACTIVE_WHY: &str = "Tokens come here once they are expired or revoked, and stay.";

pub const SHOW_ALL_ACTIVE: &str = "Show all active tokens";
pub const SHOW_ALL_INACTIVE: &str = "Show all inactive tokens";
pub const SHOW_ACTIVE: &str = "Show active tokens";
pub const SHOW_INACTIVE: &str = "Show inactive tokens";
pub const LOOK_AMONG_ACTIVE: &str = "Look among the active ones";
pub const LOOK_AMONG_INACTIVE: &str = "Look among the inactive ones";

/// The first page and the next one, as long as the newest tokens come first.
pub const NEWEST_TOKENS: &str = "Newest tokens";
pub const OLDER_TOKENS: &str = "Older tokens";

pub fn lead(organization: &str) -> String {
    format!(
        "Tokens let programs act for {organization}. Those of the organization and of teams go on working when the person who generated them leaves; those of a person end with their membership."
    )
}

/// To somebody who is shown their own tokens only.
pub fn lead_own(organization: &str) -> String {
    format!(
        "Your tokens let programs act for you in {organization}. They may never do more than you may at that moment, and end when you leave."
    )
}

pub fn generated(token: AnyView) -> impl IntoView {
    view! { "Token “" {token} "” is generated. In the list it is marked as new." }
}

/// What the table is, for those who do not see it.
pub fn caption(organization: &str, query: &TokenQuery) -> String {
    let order = match (query.sort.by, query.sort.descending) {
        (By::Label, false) => "by label, A to Z",
        (By::Label, true) => "by label, Z to A",
        (By::Created, false) => "oldest first",
        (By::Created, true) => "newest first",
        (By::Expires, false) => "soonest to expire first",
        (By::Expires, true) => "last to expire first",
        (By::LastUsed, false) => "longest unused first",
        (By::LastUsed, true) => "last used first",
    };
    match query.view {
        View::Active => format!("API tokens of {organization}, {order}"),
        View::Inactive => format!("Inactive API tokens of {organization}, {order}"),
    }
}

/// How many tokens a search or filter has found; `more` when they do not all fit on the page.
pub fn found(shown: usize, more: bool) -> String {
    match (shown, more) {
        (_, true) => format!("More than {shown} tokens match; the first {shown} are here."),
        (1, false) => "1 token matches.".to_owned(),
        (shown, false) => format!("{shown} tokens match."),
    }
}
