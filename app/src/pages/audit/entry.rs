//! One event of the log.

use domain::{
    TokenId,
    audit::{Detail, DetailValue, Event, Party},
};
use leptos::prelude::*;

use crate::{
    paths,
    queries::audit::Entry,
    texts::audit::{self, entry as say},
    ui::{table::Cell, time::Moment},
};

/// A row of the log; a card where the log is narrow.
#[component]
pub fn Row(entry: Entry, organization: String) -> impl IntoView {
    let Entry { event, details } = entry;
    let title = event.title();
    let Event { seq, at, actor, action, target, address, request_id } = event;
    let by = organization.clone();
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                <span class="row-label">{title}</span>
                <code class="audit-code">{action}</code>
            </th>
            <Cell column=audit::WHEN>
                <Moment at=at />
            </Cell>
            <Cell column=audit::WHO>
                <Named party=actor organization=by />
            </Cell>
            <Cell column=audit::ON_WHAT>
                <Named party=target organization=organization />
            </Cell>
            <Cell column=audit::FROM_WHERE>
                {if address.is_empty() {
                    view! { <span class="text-muted">{say::NO_ADDRESS}</span> }.into_any()
                } else {
                    view! { <span class="audit-address">{address}</span> }.into_any()
                }}
            </Cell>
            <Cell column=audit::DETAILS>
                <Told seq=seq details=details request_id=request_id />
            </Cell>
        </tr>
    }
}

/// A name of that time and what kind of thing it is; a token leads to its page.
#[component]
fn Named(party: Party, organization: String) -> impl IntoView {
    let Party { kind, id, name } = party;
    let token: Option<TokenId> = id.parse().ok().filter(|_| kind == "token");
    let name = if name.is_empty() { id } else { name };
    let name = match token {
        Some(token) => view! {
            <a class="audit-name" href=paths::token(&organization, token)>
                {name}
            </a>
        }
        .into_any(),
        None => view! { <span class="audit-name">{name}</span> }.into_any(),
    };
    view! {
        {name}
        <span class="cell-more">{kind.replace('_', " ")}</span>
    }
}

/// What an event tells beside who, what and when; last the request, by which logs name it too.
#[component]
fn Told(seq: i64, details: Vec<Detail>, request_id: String) -> impl IntoView {
    let lines = details.into_iter().map(|Detail { name, value }| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd>{shown(value)}</dd>
            </div>
        }
    });
    view! {
        <details class="audit-details">
            <summary>{say::details(seq)}</summary>
            <dl>
                {lines.collect_view()} <div>
                    <dt>{say::REQUEST}</dt>
                    <dd>
                        <code class="audit-code">{request_id}</code>
                    </dd>
                </div>
            </dl>
        </details>
    }
}

fn shown(value: DetailValue) -> AnyView {
    match value {
        DetailValue::Is(text) => text.into_any(),
        DetailValue::Changed { from, to } => {
            say::changed(view! { <del>{from}</del> }.into_any(), view! { <ins>{to}</ins> }.into_any()).into_any()
        }
        DetailValue::Diff { added, removed } => {
            let line = |change: &'static str, sign: &'static str, said: &'static str, item: String| {
                view! {
                    <li data-change=change>
                        <span class="diff-sign" aria-hidden="true">
                            {sign}
                        </span>
                        <span class="sr-only">{said}</span>
                        {item}
                    </li>
                }
            };
            let added = added.into_iter().map(|item| line("added", "+", say::ADDED, item)).collect_view();
            let removed = removed.into_iter().map(|item| line("removed", "\u{2212}", say::REMOVED, item)).collect_view();
            view! { <ul class="diff">{added} {removed}</ul> }.into_any()
        }
    }
}
