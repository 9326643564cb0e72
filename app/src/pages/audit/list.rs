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
    texts::{
        audit::{DETAILS, FROM_WHERE, ON_WHAT, WHEN, WHO, list as say},
        common,
    },
    ui::{
        button::{ButtonLink, Look},
        empty::Empty,
        field::Refusal,
        heading::{Heading, PageTitle},
        icon::{Glyph, Icon},
        later::later,
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
        <Breadcrumb steps=vec![(common::ORGANIZATION_SETTINGS, None), (common::AUDIT_LOG, None)] />
        <div role="status">{posted_outcome().map(|outcome| view! { <Outcome outcome=outcome /> })}</div>
        <Heading text=common::AUDIT_LOG />
        <section>
            {later(async move {
                let log = log.await;
                let (organization, asked) = (organization.get_untracked(), asked.get_untracked());
                match log {
                    Ok(log) => view! { <Listed log=log asked=asked /> }.into_any(),
                    Err(failure) if failure.code == Code::Invalid => {
                        view! { <NotAsked failure=failure organization=organization asked=asked /> }.into_any()
                    }
                    Err(failure) => {
                        view! {
                            <PageTitle page=common::AUDIT_LOG />
                            <Problem failure=failure refused=say::REFUSED />
                        }
                            .into_any()
                    }
                }
            })}
        </section>
    }
}

/// The filter again, and what is wrong with it.
#[component]
fn NotAsked(failure: Failure, organization: String, asked: Asked) -> impl IntoView {
    let refusal = Refusal::new(Some(failure));
    view! {
        <PageTitle page=common::AUDIT_LOG />
        <Summary title=say::FILTER_NOT_ACCEPTED fields=FIELDS refusal=refusal />
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
        view! { <Nothing asked=asked.clone() page=page.clone() organization=slug.clone() /> }.into_any()
    } else {
        let rows = entries.into_iter().map(|entry| view! { <Row entry=entry organization=slug.clone() /> }).collect_view();
        view! {
            <Table
                id="audit"
                caption=say::caption(organization.name.as_str())
                columns=&[say::WHAT, WHEN, WHO, ON_WHAT, FROM_WHERE, DETAILS]
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
        <PageTitle page=common::AUDIT_LOG organization=organization.name.to_string() />
        <div class="page-head">
            <p class="lead">{say::lead(organization.name.as_str())}</p>
            <div class="audit-files">
                <Verify organization=slug.clone() asked=asked.clone() />
                {(!empty).then(|| view! { <ButtonLink href="#audit-export">{say::EXPORT}</ButtonLink> })}
            </div>
        </div>
        <Filters organization=slug.clone() asked=asked.clone() refusal=refusal />
        <div class="audit-events" id="audit-events" role="group" aria-label=say::EVENTS tabindex="-1">
            {events}
        </div>
        <Pages first=newest next=older first_name=say::NEWEST_EVENTS next_name=say::OLDER_EVENTS />
        {(!empty).then(|| view! { <Exports organization=slug asked=asked.newest() /> })}
    }
}

/// Says why no event is shown, and leads to some.
#[component]
fn Nothing(asked: Asked, page: String, organization: String) -> impl IntoView {
    // An event names a token by its label and its id; the list knows its mask as well, and leads on to its events.
    let tokens = (!asked.target.is_empty()).then(|| {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("q", &asked.target).finish();
        let label = say::search_the_tokens(&asked.target);
        view! { <ButtonLink href=paths::tokens_at(&organization, &query)>{label}</ButtonLink> }
    });
    let (title, text, action) = match (asked.is_filtered(), asked.before.is_empty()) {
        (true, true) => (say::NO_MATCH, say::NO_MATCH_TEXT, Some(say::CLEAR_THE_FILTER)),
        (_, false) => (say::NO_EARLIER, say::NO_EARLIER_TEXT, Some(say::NEWEST_EVENTS)),
        (false, true) => (say::NO_EVENTS, say::NO_EVENTS_TEXT, None),
    };
    view! {
        <Empty glyph=Glyph::Log title=title>
            <p class="empty-text">{text}</p>
            {tokens}
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
    let lead = if asked.is_filtered() { say::EXPORT_MATCHING } else { say::EXPORT_ALL };
    view! {
        <section class="block" aria-labelledby="audit-export">
            <h2 class="block-title" id="audit-export">
                {say::EXPORT}
            </h2>
            <p class="lead">{lead}</p>
            <div class="audit-files">{file("csv", say::CSV)} {file("jsonl", say::JSON_LINES)}</div>
        </section>
    }
}
