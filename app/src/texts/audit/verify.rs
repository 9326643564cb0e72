//! Checking the trail with a button.

use leptos::prelude::*;

pub const VERIFY: &str = "Verify the log";
/// What is copied.
pub const CHECKPOINT: &str = "checkpoint";
pub const MEANWHILE: &str = "Verifying…";

/// More are counted than are listed.
pub fn intact(events: i64) -> String {
    match events {
        1 => "The one event of this instance is intact.".to_owned(),
        events => format!(
            "All {events} events of this instance are intact, with those that are not listed here: sign-ins, and other organizations."
        ),
    }
}

pub fn keep(command: AnyView) -> impl IntoView {
    view! { "Save this checkpoint outside of the database. With it " {command} " can tell later whether the latest events were removed:" }
}

pub fn broken(from: i64) -> impl IntoView {
    view! {
        <strong>{format!("From event {from} on, the log is not what was recorded.")}</strong>
        " Somebody has changed, removed or added events in the database. Tell the operator, keep a copy of the database, and compare it with a backup."
    }
}

/// What follows is why.
pub fn not_verified(why: &str) -> String {
    format!("The log was not verified. {why}")
}
