//! The log: a filter, a page of events, and the ways to check and to keep them.

use domain::{Code, Failure as Refused};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    Asked,
    entry::Row,
    filters::{FIELDS, Filters},
    verify::{Checked, Outcome, Verify, posted_outcome},
};
use crate::{
    api::{
        Failure,
        audit::{self, Log},
    },
    browser,
    layout::{Breadcrumb, use_organization},
    paths,
    ui::{
        button::{ButtonLink, Look},
        empty::Empty,
        field::Refusal,
        heading::{Heading, PageTitle},
        icon::{Glyph, Icon},
        pages::Pages,
        problem::Problem,
        summary::Summary,
        table::Table,
    },
};

/// The id of what takes the focus when other events have been fetched.
const EVENTS: &str = "audit-events";

/// Shows an organization's audit log, 50 events at a time.
#[component]
pub fn AuditLog() -> impl IntoView {
    let organization = use_organization();
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(Asked::of));
    let log = Resource::new_blocking(
        move || (organization.get(), asked.get()),
        |(organization, asked)| async move {
            let Asked { action, actor, target, from, to, before } = asked;
            audit::list(organization, action, actor, target, from, to, before).await
        },
    );
    let pending = RwSignal::new(false);
    let outcome = RwSignal::new(posted_outcome());
    // What had the focus is gone once other events have come.
    let focus = StoredValue::new(false);
    let moved = StoredValue::new(false);
    Effect::new(move |earlier: Option<Asked>| {
        let asked = asked.get();
        if earlier.is_some_and(|earlier| earlier != asked) {
            focus.set_value(true);
            moved.set_value(true);
        }
        asked
    });
    view! {
        <Breadcrumb steps=vec![("Organization settings", None), ("Audit log", None)] />
        <div role="status">{move || outcome.get().map(|outcome| view! { <Outcome outcome=outcome /> })}</div>
        <Heading text="Audit log" />
        // Only the browser reads `pending`; see the list of tokens.
        <section aria-busy=move || (!cfg!(feature = "ssr") && pending.get()).then_some("true")>
            <Transition fallback=Loading set_pending=pending>
                {move || Suspend::new(async move {
                    let log = log.await;
                    let (organization, asked) = (organization.get_untracked(), asked.get_untracked());
                    match log {
                        Ok(log) => view! { <Listed log=log asked=asked outcome=outcome focus=focus moved=moved /> }.into_any(),
                        Err(Failure(failure)) if failure.code == Code::Invalid => {
                            view! { <NotAsked failure=failure organization=organization asked=asked moved=moved /> }.into_any()
                        }
                        Err(Failure(failure)) => {
                            view! {
                                <PageTitle page="Audit log" />
                                <Problem failure=failure refused="see the audit log of this organization" />
                            }
                                .into_any()
                        }
                    }
                })}
            </Transition>
        </section>
    }
}

/// Appears only when an answer takes long.
#[component]
fn Loading() -> impl IntoView {
    view! {
        <p class="loading" role="status">
            "Loading the events…"
        </p>
    }
}

/// The filter again, and what is wrong with it.
#[component]
fn NotAsked(failure: Refused, organization: String, asked: Asked, moved: StoredValue<bool>) -> impl IntoView {
    let refusal: Refusal = RwSignal::new(Some(failure));
    view! {
        <PageTitle page="Audit log" />
        <Summary title="The filter was not accepted" fields=FIELDS refusal=refusal />
        <Filters organization=organization asked=asked refusal=refusal moved=moved />
    }
}

#[component]
fn Listed(log: Log, asked: Asked, outcome: RwSignal<Option<Checked>>, focus: StoredValue<bool>, moved: StoredValue<bool>) -> impl IntoView {
    Effect::new(move |_| {
        if focus.try_update_value(core::mem::take).unwrap_or_default() {
            browser::focus(EVENTS);
        }
    });
    let Log { organization, entries, next } = log;
    let slug = organization.slug.to_string();
    let page = paths::audit(&slug);
    let refusal: Refusal = RwSignal::new(None);
    let empty = entries.is_empty();
    let events = if empty {
        view! { <Nothing asked=asked.clone() page=page.clone() /> }.into_any()
    } else {
        let rows = entries.into_iter().map(|entry| view! { <Row entry=entry organization=slug.clone() /> }).collect_view();
        view! {
            <Table
                id="audit"
                caption=format!("Audit log of {}, newest first", organization.name)
                columns=&["What", "When", "Who", "On what", "From where", "Details"]
                actions=false
            >
                {rows}
            </Table>
        }
        .into_any()
    };
    let newest = (!asked.before.is_empty() && !empty).then(|| asked.newest().address(&page));
    let older = next.map(|next| Asked { before: next.to_string(), ..asked.clone() }.address(&page));
    view! {
        <PageTitle page="Audit log" organization=organization.name.to_string() />
        <div class="page-head">
            <p class="lead">
                "Who did what in " {organization.name.to_string()}
                ". Events are only ever added, each chained to the one before, so that what is changed afterwards shows. Signing in belongs to no organization and is not listed."
            </p>
            <Verify organization=slug.clone() asked=asked.clone() outcome=outcome />
        </div>
        <Filters organization=slug.clone() asked=asked.clone() refusal=refusal moved=moved />
        <div class="audit-events" id=EVENTS role="group" aria-label="Events" tabindex="-1">
            {events}
        </div>
        <Pages first=newest next=older first_name="Newest events" next_name="Older events" />
        {(!empty).then(|| view! { <Exports organization=slug asked=asked.newest() /> })}
    }
}

/// Says why no event is shown, and leads to some.
#[component]
fn Nothing(asked: Asked, page: String) -> impl IntoView {
    let (title, text, action) = match (asked.is_filtered(), asked.before.is_empty()) {
        (true, true) => {
            ("No event matches", "Nothing in this organization's audit log is let through by the filter.", Some("Clear the filter"))
        }
        (_, false) => ("No earlier events", "The log begins after this place.", Some("Newest events")),
        (false, true) => ("No events yet", "What is done in this organization from now on will be listed here.", None),
    };
    view! {
        <Empty glyph=Glyph::Log title=title>
            <p class="empty-text">{text}</p>
            {action.map(|label| view! { <ButtonLink href=page>{label}</ButtonLink> })}
        </Empty>
    }
}

/// The events as files.
#[component]
fn Exports(organization: String, asked: Asked) -> impl IntoView {
    let file = |kind: &'static str, title: &'static str| {
        // Not a page of ours: the browser fetches it.
        view! {
            <a
                class="button"
                data-look=Look::Secondary.as_str()
                href=asked.address(&paths::audit_export(&organization, kind))
                rel="external"
                download=""
            >
                <Icon glyph=Glyph::Download />
                {title}
            </a>
        }
    };
    let subject = if asked.is_filtered() { "the events that match the filter" } else { "all events" };
    view! {
        <section class="block" aria-labelledby="audit-export">
            <h2 class="block-title" id="audit-export">
                "Export"
            </h2>
            <p class="lead">{format!("A file with {subject}, the newest 10,000 at most.")}</p>
            <div class="audit-files">{file("csv", "CSV")} {file("jsonl", "JSON Lines")}</div>
        </section>
    }
}
