//! Checking the trail with a button.

use domain::{Failure, audit::Verified};
use leptos::prelude::*;

use super::Asked;
use crate::{
    paths, posted,
    ui::{
        badge::Tone,
        button::{Look, Submit},
        notice::Notice,
    },
};

/// What a check found, or why there was none.
pub type Checked = Result<Verified, Failure>;

/// What the post found that this page answers.
pub fn posted_outcome() -> Option<Checked> {
    posted::verified().map(Ok).or_else(|| posted::failure().map(Err))
}

/// The button. The answer is the page with what was found.
#[component]
pub fn Verify(organization: String, asked: Asked) -> impl IntoView {
    let action = asked.address(&paths::verify_audit(&organization));
    view! {
        <form method="post" action=action>
            <Submit look=Look::Secondary meanwhile="Verifying…" label="Verify the trail" />
        </form>
    }
}

/// Tells what a check found.
#[component]
pub fn Outcome(outcome: Checked) -> impl IntoView {
    match outcome {
        Ok(Verified::Intact { events, checkpoint }) => view! {
            <Notice tone=Tone::Success>
                <p>
                    {match events {
                        1 => "The one event of this instance is intact.".to_owned(),
                        events => format!("All {events} events of this instance are intact."),
                    }}
                    " Keep the checkpoint where the database's owner cannot write: with it the operator's "
                    <code>"jeton audit verify --checkpoint"</code> " also shows whether the end was cut off since."
                </p>
                <p>"Checkpoint: " <code class="audit-code">{checkpoint}</code></p>
            </Notice>
        }
        .into_any(),
        Ok(Verified::Broken { from }) => view! {
            <Notice tone=Tone::Danger>
                <p>
                    <strong>{format!("From event {from} on, the trail is not what was recorded.")}</strong>
                    " Somebody has changed, removed or added events in the database. Tell the operator, keep a copy of the database, and compare it with a backup."
                </p>
            </Notice>
        }
        .into_any(),
        Err(failure) => view! {
            <Notice tone=Tone::Warning>
                <p>"The trail was not verified. " {failure.message}</p>
            </Notice>
        }
        .into_any(),
    }
}
