//! The filter of the log: a form that asks for an address.

use domain::{
    Timestamp,
    audit::Action,
    token_query::{NO_SECRET_HERE, search_pattern},
};
use leptos::prelude::*;

use super::Asked;
use crate::{
    paths,
    texts::audit::{self, filters as say},
    ui::{
        button::{ButtonLink, Look, Submit},
        field::{Described, FieldError, Refusal},
        select::Select,
    },
};

/// The ids of the fields.
pub const FIELDS: &[&str] = &["action", "actor", "target", "from", "to"];

/// The form.
#[component]
pub fn Filters(organization: String, asked: Asked, refusal: Refusal) -> impl IntoView {
    let page = paths::audit(&organization);
    let clear = asked.is_filtered().then(|| view! { <ButtonLink href=page.clone()>{say::CLEAR}</ButtonLink> });
    let Asked { action, actor, target, from, to, .. } = asked;
    // Browsers complain about dates that are none; what was wrong with it is said below the field.
    let (from, to) = (date(from), date(to));
    let of_organization = Action::ALL.iter().filter(|offered| offered.is_of_organization());
    let actions = of_organization.map(|offered| (offered.as_str().to_owned(), offered.title().to_owned())).collect();
    view! {
        <form class="audit-filters" id="audit-filter" role="search" aria-label=say::FILTER_THE_LOG method="get" action=page>
            <Select name="action" label=say::ACTION none=say::ANY_ACTION options=actions chosen=action refusal=refusal />
            <Field name="actor" label=audit::WHO refusal=refusal>
                <Input name="actor" placeholder=say::NAME_OR_ID value=actor refusal=refusal />
            </Field>
            <Field name="target" label=audit::ON_WHAT refusal=refusal>
                <Input name="target" placeholder=say::NAME_OR_ID value=target refusal=refusal />
            </Field>
            <Field name="from" label=say::FIRST_DAY refusal=refusal>
                <Input name="from" kind="date" value=from refusal=refusal />
            </Field>
            <Field name="to" label=say::LAST_DAY refusal=refusal>
                <Input name="to" kind="date" value=to refusal=refusal />
            </Field>
            <div class="audit-filters-actions">
                <Submit look=Look::Secondary label=say::FILTER />
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
            <FieldError id=format!("{name}-error") wrong=refusal.of(name) />
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
    let invalid = refusal.of(name).map(|_| "true");
    let described = Described::new(name, String::new());
    view! {
        <input
            class="input"
            id=name
            name=name
            r#type=kind
            value=value
            placeholder=placeholder
            pattern=(kind == "text").then(search_pattern)
            title=(kind == "text").then_some(NO_SECRET_HERE)
            autocomplete="off"
            spellcheck="false"
            autocapitalize="none"
            aria-invalid=invalid
            aria-describedby=described.by
        />
    }
}
