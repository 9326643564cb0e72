//! One event of the log.

use leptos::prelude::*;

use super::DETAILS;

pub const NO_ADDRESS: &str = "No address";
pub const REQUEST: &str = "Request";

/// Read out before what was added to a list; a sign says it to those who see.
pub const ADDED: &str = "added ";
/// Read out before what was removed from a list; a sign says it to those who see.
pub const REMOVED: &str = "removed ";

/// What opens the details of an event. Of which one is for those who do not see in which row it stands.
pub fn details(seq: i64) -> impl IntoView {
    view! {
        {DETAILS}
        <span class="sr-only">{format!(" of event {seq}")}</span>
    }
}

/// What was changed, from one thing to another; an arrow says it to those who see.
pub fn changed(from: AnyView, to: AnyView) -> impl IntoView {
    view! {
        <span class="sr-only">"from "</span>
        {from}
        <span aria-hidden="true">" → "</span>
        <span class="sr-only">" to "</span>
        {to}
    }
}
