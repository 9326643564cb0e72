//! What the page of a token tells about its use: a drawing of the latest days, the same as a table, and from where.

use std::time::Duration;

use domain::{Failure, Limits, Networks, PermissionSet, SeenAddress, Timestamp, UsageDay, UsageHistory, usage::grouped};
use leptos::prelude::*;

use crate::{
    queries::usage::Used,
    texts::tokens::{overlap, usage as say},
    ui::{
        badge::Tone,
        grants::Grants,
        notice::Notice,
        sparkline::Sparkline,
        time::{Moment, ago},
    },
};

/// How much the token was used lately, and from where.
#[component]
pub fn Usage(
    used: Result<Used, Failure>,
    /// When the token was used last.
    last: Option<Timestamp>,
    limits: Limits,
) -> AnyView {
    let known = match used {
        Ok(Used { history, now }) => view! { <Known history=history last=last limits=limits now=now /> }.into_any(),
        Err(failure) => view! {
            <Notice tone=Tone::Warning>
                <p>{say::not_shown(&failure.message)}</p>
            </Notice>
        }
        .into_any(),
    };
    view! {
        <section class="block" aria-labelledby="usage">
            <h2 class="block-title" id="usage">
                {say::USAGE}
            </h2>
            {known}
        </section>
    }
    .into_any()
}

/// So long after a use it may not be counted yet.
const BEHIND: Duration = Duration::from_mins(1);

#[component]
fn Known(history: UsageHistory, last: Option<Timestamp>, limits: Limits, now: Timestamp) -> AnyView {
    let summary = history.summary(last.is_some());
    // Of what nothing is known but that much no more is said: "no address" and "no permission" would contradict it or add nothing.
    let is_behind = history.allowed() == 0 && last.is_some_and(|last| now.since(last) < BEHIND);
    if history.excess.is_empty() && (is_behind || (last.is_none() && history.refused() == 0)) {
        return view! { <p class="usage-summary">{if is_behind { say::JUST_USED.to_owned() } else { summary }}</p> }.into_any();
    }
    let limits = say::limits(limits.networks != Networks::default(), limits.rate.is_some()).filter(|_| history.refused() > 0);
    let UsageHistory { days, addresses, user_agent, permissions, is_untold, excess } = history;
    let is_drawn = days.iter().any(|day| day.allowed + day.refused > 0);
    let drawn = is_drawn.then(|| view! { <Days days=days /> });
    view! {
        <div class="usage">
            <p class="usage-summary">{summary}</p>
            {limits.map(|limits| view! { <p>{limits}</p> })}
            {drawn}
            <h3 class="usage-title">{say::LAST_ADDRESSES}</h3>
            <Addresses addresses=addresses now=now />
            {user_agent
                .map(|name| {
                    let name = if name.is_empty() { overlap::NAMELESS.to_owned() } else { name };
                    view! { <p class="usage-agent">{say::last_use_by(&name)}</p> }
                })}
            <h3 class="usage-title">{say::PURPOSES}</h3>
            <Purposes permissions=permissions is_untold=is_untold excess=excess />
            <p class="field-hint">{say::HINT}</p>
        </div>
    }
    .into_any()
}

#[component]
fn Days(days: Vec<UsageDay>) -> impl IntoView {
    let counts = days.iter().map(|day| (day.allowed, day.refused)).collect();
    let refused = days.iter().any(|day| day.refused > 0);
    let [first, last] = [days.first(), days.last()].map(|day| day.map(|day| day.day.human_day()).unwrap_or_default());
    let lines = days
        .into_iter()
        .rev()
        .map(|day| {
            view! {
                <tr>
                    <th scope="row">{day.day.human_day()}</th>
                    <td>{grouped(day.allowed)}</td>
                    <td>{grouped(day.refused)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <Sparkline counts=counts />
        // The table below says it too, and better.
        <div class="usage-span" aria-hidden="true">
            <span>{first}</span>
            {refused.then(|| view! { <span>{say::UP_AND_DOWN}</span> })}
            <span>{last}</span>
        </div>
        <details class="usage-days">
            <summary>{say::SHOW_BY_DAY}</summary>
            <table>
                <caption class="sr-only">{say::BY_DAY}</caption>
                <thead>
                    <tr>
                        <th scope="col">{say::DAY}</th>
                        <th scope="col">{say::ACCEPTED}</th>
                        <th scope="col">{say::REFUSED}</th>
                    </tr>
                </thead>
                <tbody>{lines}</tbody>
            </table>
        </details>
    }
    .into_any()
}

/// What it was used for lately, and what it was not.
#[component]
fn Purposes(permissions: PermissionSet, is_untold: bool, excess: PermissionSet) -> impl IntoView {
    let grants = |summary: String, permissions: PermissionSet| {
        (!permissions.is_empty()).then(|| view! { <Grants summary=summary permissions=permissions /> })
    };
    view! {
        {(permissions.is_empty() && !is_untold).then(|| view! { <p>{say::NOTHING_NAMED}</p> })}
        {grants(say::purposes(permissions.iter().count()), permissions)}
        {is_untold.then(|| view! { <p>{say::UNTOLD}</p> })}
        {grants(say::excess(excess.iter().count()), excess)}
        {(!excess.is_empty()).then(|| view! { <p class="field-hint">{say::EXCESS_HINT}</p> })}
    }
    .into_any()
}

#[component]
fn Addresses(addresses: Vec<SeenAddress>, now: Timestamp) -> impl IntoView {
    if addresses.is_empty() {
        return view! { <p>{say::NO_ADDRESSES}</p> }.into_any();
    }
    let lines = addresses
        .into_iter()
        .map(|SeenAddress { address, last_seen_at }| {
            let seen = match ago(last_seen_at, now) {
                Some(words) => words.into_any(),
                None => overlap::on(view! { <Moment at=last_seen_at /> }.into_any()).into_any(),
            };
            view! {
                <li class="usage-address">
                    <code>{address}</code>
                    <span class="text-muted">{say::last(seen)}</span>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="usage-addresses">{lines}</ul> }.into_any()
}
