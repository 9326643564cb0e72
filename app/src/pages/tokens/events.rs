//! The latest events about a token.

use domain::{Failure, TokenId};
use leptos::prelude::*;

use crate::{
    paths,
    queries::audit::Entry,
    texts::tokens::{events as say, row::by},
    ui::{badge::Tone, notice::Notice, time::Moment},
};

/// What was done to a token lately, for who may read the audit log, with the way there.
#[component]
pub fn RecentEvents(organization: String, token: TokenId, recent: Result<Option<Vec<Entry>>, Failure>) -> AnyView {
    match recent {
        Ok(Some(entries)) => view! { <Recent entries=entries all=paths::audit_about(&organization, token) /> }.into_any(),
        Ok(None) => ().into_any(),
        Err(failure) => view! {
            <Notice tone=Tone::Warning>
                <p>{say::not_shown(&failure.message)}</p>
            </Notice>
        }
        .into_any(),
    }
}

#[component]
fn Recent(entries: Vec<Entry>, all: String) -> impl IntoView {
    let lines = entries.into_iter().map(|Entry { event, .. }| {
        view! {
            <li>
                <span class="recent-what">{event.title()}</span>
                <span class="text-muted">{by(event.actor.name)}</span>
                <Moment at=event.at />
            </li>
        }
    });
    view! {
        <section class="block" aria-labelledby="recent-events">
            <h2 class="block-title" id="recent-events">
                {say::RECENT_EVENTS}
            </h2>
            <ul class="recent">{lines.collect_view()}</ul>
            <p>
                <a href=all>{say::ALL_EVENTS}</a>
            </p>
        </section>
    }
}
