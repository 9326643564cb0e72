//! What the page of a token tells about its use: a drawing of the latest days, the same as a table, and from where.

use domain::{Failure, SeenAddress, Timestamp, UsageDay, UsageHistory, usage::grouped};
use leptos::prelude::*;

use crate::{
    queries::usage::Used,
    ui::{
        badge::Tone,
        notice::Notice,
        sparkline::Sparkline,
        time::{Moment, ago},
    },
};

/// How much the token was used lately, and from where.
#[component]
pub fn Usage(
    used: Result<Used, Failure>,
    /// Whether the token was ever used.
    ever: bool,
) -> AnyView {
    let known = match used {
        Ok(Used { history, now }) => view! { <Known history=history ever=ever now=now /> }.into_any(),
        Err(failure) => view! {
            <Notice tone=Tone::Warning>
                <p>"The usage cannot be shown. " {failure.message}</p>
            </Notice>
        }
        .into_any(),
    };
    view! {
        <section class="block" aria-labelledby="usage">
            <h2 class="block-title" id="usage">
                "Usage"
            </h2>
            {known}
        </section>
    }
    .into_any()
}

#[component]
fn Known(history: UsageHistory, ever: bool, now: Timestamp) -> impl IntoView {
    let summary = history.summary(ever);
    let UsageHistory { days, addresses, user_agent } = history;
    let is_drawn = days.iter().any(|day| day.allowed + day.refused > 0);
    let drawn = is_drawn.then(|| view! { <Days days=days /> });
    view! {
        <div class="usage">
            <p class="usage-summary">{summary}</p>
            {drawn}
            <h3 class="usage-title">"Last addresses"</h3>
            <Addresses addresses=addresses now=now />
            {user_agent
                .map(|name| {
                    let name = if name.is_empty() { "a program without a name".to_owned() } else { name };
                    view! { <p class="usage-agent">"The last use was by " {name} "."</p> }
                })}
            <p class="field-hint">
                "Where a service verifies tokens for others and does not send “remote_addr”, its own address is shown. This is a few seconds behind; days are in UTC."
            </p>
        </div>
    }
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
            {refused.then(|| view! { <span>"Up: accepted, down: refused"</span> })}
            <span>{last}</span>
        </div>
        <details class="usage-days">
            <summary>"Show by day"</summary>
            <table>
                <caption class="sr-only">"Uses by day in UTC, the latest first"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Day"</th>
                        <th scope="col">"Accepted"</th>
                        <th scope="col">"Refused"</th>
                    </tr>
                </thead>
                <tbody>{lines}</tbody>
            </table>
        </details>
    }
}

#[component]
fn Addresses(addresses: Vec<SeenAddress>, now: Timestamp) -> impl IntoView {
    if addresses.is_empty() {
        return view! { <p>"No address is known yet."</p> }.into_any();
    }
    let lines = addresses
        .into_iter()
        .map(|SeenAddress { address, last_seen_at }| {
            let seen = match ago(last_seen_at, now) {
                Some(words) => words.into_any(),
                None => view! { "on " <Moment at=last_seen_at /> }.into_any(),
            };
            view! {
                <li class="usage-address">
                    <code>{address}</code>
                    <span class="text-muted">"last " {seen}</span>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="usage-addresses">{lines}</ul> }.into_any()
}
