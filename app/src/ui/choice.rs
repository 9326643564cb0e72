//! A choice of one among a few, as radio buttons.

use leptos::prelude::*;

use super::field::{Described, FieldError, Refusal};

/// The frame around the radio buttons of one choice; its id is the name on the wire.
#[component]
pub fn Choices(
    name: &'static str,
    legend: &'static str,
    #[prop(optional, into)] hint: String,
    refusal: Refusal,
    children: Children,
) -> impl IntoView {
    let wrong = refusal.of(name);
    let described = Described::new(name, hint);
    view! {
        <fieldset class="choices" id=name tabindex="-1" aria-describedby=described.by>
            <legend class="field-label">{legend}</legend>
            {described.hint}
            {children()}
            <FieldError id=format!("{name}-error") wrong=wrong />
        </fieldset>
    }
}

/// One radio button as a card: a title, a sentence below it, and more while it is chosen.
#[component]
pub fn Card(
    name: &'static str,
    #[prop(into)] value: String,
    #[prop(into)] title: String,
    #[prop(into)] summary: String,
    checked: bool,
    /// Whether it cannot be chosen; the summary says why.
    #[prop(optional)]
    disabled: bool,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let id = format!("{name}-{value}");
    view! {
        <div class="card">
            <input class="radio" r#type="radio" id=id.clone() name=name value=value checked=checked disabled=disabled aria-describedby=format!("{id}-summary") />
            <label class="card-title" for=id.clone()>
                {title}
            </label>
            <p class="card-summary" id=format!("{id}-summary")>
                {summary}
            </p>
            {children.map(|more| view! { <div class="card-more">{more()}</div> })}
        </div>
    }
}

/// One radio button as a word in a row.
#[component]
pub fn Segment(name: &'static str, #[prop(into)] value: String, #[prop(into)] title: String, checked: bool) -> impl IntoView {
    let id = format!("{name}-{value}");
    view! {
        <label class="segment">
            <input class="radio" r#type="radio" id=id name=name value=value checked=checked />
            <span class="segment-title">{title}</span>
        </label>
    }
}
