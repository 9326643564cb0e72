//! The fields that generating and editing a token have in common, and what they show at first.
//!
//! The larger parts of a form erase the type of their view (`into_any`): nested whole, it would be deeper than the compiler goes.

use domain::{
    Permission, PermissionSet, Preset,
    change::CUSTOM,
    token_policy::{Offer, days},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    posted,
    texts::{common, tokens::fields as say},
    ui::{
        badge::Tone,
        choice::{Choices, Segment},
        field::{Refusal, TextArea, TextField},
        notice::Notice,
    },
};

/// What the fields show at first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values {
    pub label: String,
    pub description: String,
    /// The choice among roles: a role, or one of the words in [`domain::change`].
    pub role: String,
    /// The toggles that are on.
    pub permissions: PermissionSet,
    /// The choice among ends.
    pub expiry: String,
}

impl Values {
    /// With the toggles of the preset that the page's address names, if it does, as far as they may be given.
    pub fn with_preset(self, may: PermissionSet) -> Self {
        let preset = use_query_map().with_untracked(|query| query.get_str("preset").and_then(Preset::named));
        match preset {
            Some(preset) => Self { role: CUSTOM.to_owned(), permissions: preset.permissions().within(may), ..self },
            None => self,
        }
    }

    /// What was typed, when this page is the answer to it; a choice that did not come along stays as it is.
    pub fn or_posted(self) -> Self {
        if !posted::was() {
            return self;
        }
        let choice = |name, given| Some(posted::field(name)).filter(|chosen| !chosen.is_empty()).unwrap_or(given);
        Self {
            label: posted::field("label"),
            description: posted::field("description"),
            role: choice("role", self.role),
            permissions: Permission::all().filter(|permission| !posted::field(permission.as_str()).is_empty()).collect(),
            expiry: choice("expiry", self.expiry),
        }
    }
}

/// The ids of the fields that a refusal can lead to.
pub const FIELDS: &[&str] = &["label", "description", "owner", "role", "permissions", "expiry", "allowed_networks", "rate_limit"];

/// What the token is recognised by.
#[component]
pub fn LabelField(
    value: String,
    refusal: Refusal,
    /// Whether no other token in force may have it.
    unique: bool,
    /// Whether to begin there.
    #[prop(optional)]
    autofocus: bool,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <TextField
            name="label"
            label=common::LABEL
            hint=if unique { say::UNIQUE_LABEL_HINT } else { say::LABEL_HINT }
            value=value
            autocomplete="off"
            autofocus=autofocus
            refusal=refusal
        >
            {children.map(|children| children())}
        </TextField>
    }
    .into_any()
}

/// What the token is for.
#[component]
pub fn DescriptionField(value: String, refusal: Refusal) -> impl IntoView {
    view! {
        <TextArea name="description" label=common::DESCRIPTION hint=say::DESCRIPTION_HINT value=value refusal=refusal />
    }
    .into_any()
}

/// When the token ends.
#[component]
pub fn ExpiryField(
    chosen: String,
    #[prop(into)] hint: String,
    /// What the organization's policy leaves to choose from.
    offer: Offer,
    /// A choice before all others: its value and what it says.
    #[prop(optional)]
    first: Option<(&'static str, &'static str)>,
    refusal: Refusal,
) -> impl IntoView {
    let words = |(value, title): (&str, &str)| (value.to_owned(), title.to_owned());
    let presets = offer.days.into_iter().map(|count| (count.to_string(), days(count)));
    let others = [Some(("custom", say::CUSTOM_LIFETIME)), offer.never.then_some(("never", say::NEVER))].into_iter().flatten().map(words);
    let hint = if offer.limit.is_empty() { hint } else { format!("{hint} {}", offer.limit) };
    let segments = first.map(words).into_iter().chain(presets).chain(others).map(move |(value, title)| {
        let checked = value == chosen;
        view! { <Segment name="expiry" value=value title=title checked=checked /> }
    });
    view! {
        <Choices name="expiry" legend=say::EXPIRES_AFTER hint=hint refusal=refusal>
            <div class="segments">{segments.collect_view()}</div>
            <div class="expiry-custom">
                <Part name="days" label=say::DAYS />
                <Part name="hours" label=say::HOURS />
                <Part name="minutes" label=say::MINUTES />
            </div>
            <div class="expiry-never">
                <Notice tone=Tone::Warning>
                    <p>{say::NEVER_WARNING}</p>
                </Notice>
            </div>
        </Choices>
    }
    .into_any()
}

/// One part of a custom lifetime.
#[component]
fn Part(name: &'static str, label: &'static str) -> impl IntoView {
    view! {
        <div class="field">
            <label class="field-label" for=name>
                {label}
            </label>
            <input
                class="input"
                id=name
                name=name
                value=posted::field(name)
                inputmode="numeric"
                autocomplete="off"
                placeholder="0"
                aria-describedby="expiry-error"
            />
        </div>
    }
}
