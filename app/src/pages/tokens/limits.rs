//! From where a token may be used, and how often: the fields of its forms, and what its page says.

use domain::{Limits, RateLimit};
use leptos::prelude::*;

use crate::{
    posted,
    texts::tokens::limits as say,
    ui::{
        details::Detail,
        field::{Refusal, TextArea, TextField},
    },
};

/// The fields of a form, folded as long as nothing is in them; what was typed, when the page is the answer to it.
#[component]
pub fn LimitsFields(limits: Limits, refusal: Refusal) -> impl IntoView {
    let (networks, rate) = if posted::was() {
        (posted::field("allowed_networks"), posted::field("rate_limit"))
    } else {
        (limits.networks.words().join("\n"), limits.rate.map(|rate| rate.to_string()).unwrap_or_default())
    };
    // Most tokens have none.
    let open = !networks.is_empty() || !rate.is_empty() || ["allowed_networks", "rate_limit"].iter().any(|name| refusal.of(name).is_some());
    view! {
        <details class="fold" open=open>
            <summary>{say::LIMITS}</summary>
            <div class="fold-fields">
                <TextArea
                    name="allowed_networks"
                    label=say::ALLOWED_NETWORKS
                    hint=say::ALLOWED_NETWORKS_HINT
                    value=networks
                    refusal=refusal
                />
                <TextField
                    name="rate_limit"
                    label=say::RATE_LIMIT
                    hint=say::RATE_LIMIT_HINT
                    value=rate
                    autocomplete="off"
                    may_be_empty=true
                    refusal=refusal
                />
            </div>
        </details>
    }
    .into_any()
}

/// What is known about them.
#[component]
pub fn LimitsDetails(limits: Limits) -> impl IntoView {
    let networks = limits.networks.words().into_iter().map(|network| view! { <code class="hint">{network}</code> " " });
    let networks = if limits.networks.are_everywhere() { say::ALL_NETWORKS.into_any() } else { networks.collect_view().into_any() };
    let rate = limits.rate.map_or_else(|| say::NO_RATE_LIMIT.to_owned(), RateLimit::in_words);
    view! {
        <Detail term=say::ALLOWED_NETWORKS>{networks}</Detail>
        <Detail term=say::RATE_LIMIT>{rate}</Detail>
    }
    .into_any()
}
