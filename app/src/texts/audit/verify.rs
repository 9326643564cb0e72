//! Checking the trail with a button.

use leptos::prelude::*;

pub const VERIFY: &str = "Verify the trail";
pub const MEANWHILE: &str = "Verifying…";

pub fn intact(events: i64, command: AnyView) -> impl IntoView {
    let intact = match events {
        1 => "The one event of this instance is intact.".to_owned(),
        events => format!("All {events} events of this instance are intact."),
    };
    view! {
        {intact}
        " Keep the checkpoint where the database's owner cannot write: with it the operator's " {command}
        " also shows whether the end was cut off since."
    }
}

pub fn checkpoint(checkpoint: AnyView) -> impl IntoView {
    view! { "Checkpoint: " {checkpoint} }
}

pub fn broken(from: i64) -> impl IntoView {
    view! {
        <strong>{format!("From event {from} on, the trail is not what was recorded.")}</strong>
        " Somebody has changed, removed or added events in the database. Tell the operator, keep a copy of the database, and compare it with a backup."
    }
}

/// What follows is why.
pub fn not_verified(why: &str) -> String {
    format!("The trail was not verified. {why}")
}
