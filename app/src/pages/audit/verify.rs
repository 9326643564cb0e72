//! Checking the trail with a button.

use domain::{Failure, audit::Verified};
use leptos::prelude::*;

use super::Asked;
use crate::{
    islands::Copy,
    paths, posted,
    texts::audit::verify as say,
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
            <Submit look=Look::Secondary meanwhile=say::MEANWHILE label=say::VERIFY />
        </form>
    }
}

/// Tells what a check found.
#[component]
pub fn Outcome(outcome: Checked) -> impl IntoView {
    match outcome {
        Ok(Verified::Intact { events, checkpoint }) => view! {
            <Notice tone=Tone::Success>
                <p>{say::intact(events)}</p>
                <p>{say::keep(view! { <code>"jeton audit verify --checkpoint"</code> }.into_any())}</p>
                <div class="audit-checkpoint">
                    <code id="checkpoint">{checkpoint}</code>
                    <Copy what=say::CHECKPOINT.to_owned() from="checkpoint".to_owned() first=false />
                </div>
            </Notice>
        }
        .into_any(),
        Ok(Verified::Broken { from }) => view! {
            <Notice tone=Tone::Danger>
                <p>{say::broken(from)}</p>
            </Notice>
        }
        .into_any(),
        Err(failure) => view! {
            <Notice tone=Tone::Warning>
                <p>{say::not_verified(&failure.message)}</p>
            </Notice>
        }
        .into_any(),
    }
}
