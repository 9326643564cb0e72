//! The log: a filter, a page of events, and the ways to check and to keep them.

use domain::{Code, Failure};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    Asked,
    entry::Row,
    filters::{FIELDS, Filters},
    verify::{Outcome, Verify, posted_outcome},
};
use crate::{
    layout::{Breadcrumb, use_organization},
    paths,
    queries::audit::{self, Log},
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
    view! {
        <Breadcrumb steps=vec![("Organization settings", None), ("Audit log", None)] />
        <div role="status">{posted_outcome().map(|outcome| view! { <Outcome outcome=outcome /> })}</div>
        <Heading text="Audit log" />
        <section>
            <Suspense>
                {move || Suspend::new(async move {
                    let log = log.await;
                    let (organization, asked) = (organization.get_untracked(), asked.get_untracked());
                    match log {
                        Ok(log) => view! { <Listed log=log asked=asked /> }.into_any(),
                        Err(failure) if failure.code == Code::Invalid => {
                            view! { <NotAsked failure=failure organization=organization asked=asked /> }.into_any()
                        }
                        Err(failure) => {
                            view! {
                                <PageTitle page="Audit log" />
                                <Problem failure=failure refused="see the audit log of this organization" />
                            }
                                .into_any()
                        }
                    }
                })}
            </Suspense>
        </section>
    }
}

/// The filter again, and what is wrong with it.
#[component]
fn NotAsked(failure: Failure, organization: String, asked: Asked) -> impl IntoView {
    let refusal = Refusal::new(Some(failure));
    view! {
        <PageTitle page="Audit log" />
        <Summary title="The filter was not accepted" fields=FIELDS refusal=refusal />
        <Filters organization=organization asked=asked refusal=refusal />
    }
}

#[component]
fn Listed(log: Log, asked: Asked) -> impl IntoView {
    let Log { organization, entries, next } = log;
    let slug = organization.slug.to_string();
    let page = paths::audit(&slug);
    let refusal = Refusal::new(None);
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
                widths="audit"
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
            <Verify organization=slug.clone() asked=asked.clone() />
        </div>
        <Filters organization=slug.clone() asked=asked.clone() refusal=refusal />
        <div class="audit-events" id="audit-events" role="group" aria-label="Events" tabindex="-1">
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
        view! {
            <a
                class="button"
                data-look=Look::Secondary.as_str()
                href=asked.address(&paths::audit_export(&organization, kind))
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
