//! The filter of the log: a form that asks for an address.

use domain::{Timestamp, audit::Action};
use leptos::{
    ev::{Event, SubmitEvent},
    prelude::*,
};
use leptos_router::hooks::use_navigate;

use super::Asked;
use crate::{
    browser::{self, Fields},
    paths,
    ui::{
        button::{ButtonLink, Look, Submit},
        field::{Described, FieldError, Refusal, wrong_with},
    },
};

/// The ids of the fields.
pub const FIELDS: &[&str] = &["action", "actor", "target", "from", "to"];

/// The id of the form.
const FORM: &str = "audit-filter";

/// The form. With scripts it leads to the same address without loading the page anew.
#[component]
pub fn Filters(
    organization: String,
    asked: Asked,
    refusal: Refusal,
    /// Whether a link has led here from another part of the log.
    moved: StoredValue<bool>,
) -> impl IntoView {
    // A field that somebody typed into keeps that over what it is written with, also when a link asks for something else.
    Effect::new(move |_| {
        if moved.get_value() {
            browser::reset(FORM);
        }
    });
    let page = paths::audit(&organization);
    let navigate = use_navigate();
    let submit = {
        let page = page.clone();
        move |event: SubmitEvent| {
            event.prevent_default();
            let fields = Fields::of(&Event::from(event));
            let asked = Asked {
                action: fields.get("action"),
                actor: fields.get("actor"),
                target: fields.get("target"),
                from: fields.get("from"),
                to: fields.get("to"),
                before: String::new(),
            };
            navigate(&asked.address(&page), Default::default());
        }
    };
    let clear = asked.is_filtered().then(|| view! { <ButtonLink href=page.clone()>"Clear"</ButtonLink> });
    let Asked { action, actor, target, from, to, .. } = asked;
    // Browsers complain about dates that are none; what was wrong with it is said below the field.
    let (from, to) = (date(from), date(to));
    let option = |offered: &Action| {
        let (word, title) = (offered.as_str(), offered.title());
        let selected = word == action;
        view! {
            <option value=word selected=selected>
                {title}
            </option>
        }
    };
    let actions = Action::ALL.iter().map(option).collect_view();
    view! {
        <form class="audit-filters" id=FORM role="search" aria-label="Filter the audit log" method="get" action=page on:submit=submit>
            <Field name="action" label="Action" refusal=refusal>
                <select class="input" id="action" name="action">
                    <option value="">"Any action"</option>
                    {actions}
                </select>
            </Field>
            <Field name="actor" label="Who" refusal=refusal>
                <Input name="actor" placeholder="Name or id" value=actor refusal=refusal />
            </Field>
            <Field name="target" label="On what" refusal=refusal>
                <Input name="target" placeholder="Name or id" value=target refusal=refusal />
            </Field>
            <Field name="from" label="First day (UTC)" refusal=refusal>
                <Input name="from" kind="date" value=from refusal=refusal />
            </Field>
            <Field name="to" label="Last day (UTC)" refusal=refusal>
                <Input name="to" kind="date" value=to refusal=refusal />
            </Field>
            <div class="audit-filters-actions">
                <Submit look=Look::Secondary label="Filter" />
                {clear}
            </div>
        </form>
    }
}

fn date(typed: String) -> String {
    Some(typed).filter(|text| Timestamp::of_day(text).is_some()).unwrap_or_default()
}

/// A label, what it is for, and what is wrong with it.
#[component]
fn Field(name: &'static str, label: &'static str, refusal: Refusal, children: Children) -> impl IntoView {
    view! {
        <div class="field">
            <label class="field-label" for=name>
                {label}
            </label>
            {children()}
            <FieldError id=format!("{name}-error") wrong=wrong_with(refusal, name) />
        </div>
    }
}

/// A line that may stay empty. Its id is its name in the address.
#[component]
fn Input(
    name: &'static str,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional)] placeholder: Option<&'static str>,
    value: String,
    refusal: Refusal,
) -> impl IntoView {
    let wrong = wrong_with(refusal, name);
    let described = Described::new(name, String::new());
    view! {
        <input
            class="input"
            id=name
            name=name
            r#type=kind
            value=value
            placeholder=placeholder
            autocomplete="off"
            spellcheck="false"
            autocapitalize="none"
            aria-invalid=move || wrong.with(Option::is_some).then_some("true")
            aria-describedby=described.by
        />
    }
}
