//! The latest events about a token.

use domain::TokenId;
use leptos::prelude::*;

use crate::{
    paths,
    queries::audit::{self, Entry},
    ui::{badge::Tone, notice::Notice, time::Moment},
};

/// What was done to a token lately, for who may read the audit log, with the way there.
#[component]
pub fn RecentEvents(organization: String, token: TokenId) -> impl IntoView {
    let all = paths::audit_about(&organization, token);
    let key = (organization, token.to_string());
    let recent = Resource::new_blocking(move || key.clone(), |(organization, token)| audit::recent(organization, token));
    view! {
        <Suspense>
            {move || {
                let all = all.clone();
                Suspend::new(async move {
                    match recent.await {
                        Ok(Some(entries)) => view! { <Recent entries=entries all=all /> }.into_any(),
                        Ok(None) => ().into_any(),
                        Err(failure) => {
                            view! {
                                <Notice tone=Tone::Warning>
                                    <p>"The recent events cannot be shown. " {failure.message}</p>
                                </Notice>
                            }
                                .into_any()
                        }
                    }
                })
            }}
        </Suspense>
    }
}

#[component]
fn Recent(entries: Vec<Entry>, all: String) -> impl IntoView {
    let lines = entries.into_iter().map(|Entry { event, .. }| {
        view! {
            <li>
                <span class="recent-what">{event.title()}</span>
                <span class="text-muted">"by " {event.actor.name}</span>
                <Moment at=event.at />
            </li>
        }
    });
    view! {
        <section class="block" aria-labelledby="recent-events">
            <h2 class="block-title" id="recent-events">
                "Recent events"
            </h2>
            <ul class="recent">{lines.collect_view()}</ul>
            <p>
                <a href=all>"All events about this token"</a>
            </p>
        </section>
    }
}
