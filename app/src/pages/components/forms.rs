//! What people press, fill in and choose.

use domain::{AssignedRole, CURRENT_PASSWORD, Failure, Offered, Permission, Role};
use leptos::prelude::*;

use super::Part;
use crate::{
    paths::COMPONENTS,
    ui::{
        button::{ButtonLink, Look, Submit},
        choice::{Card, Choices, Segment},
        confirm::ConfirmIdentity,
        field::{Refusal, TextArea, TextField},
        icon::{Glyph, Icon},
        role_cards::RoleCards,
        select::Select,
        summary::Summary,
        toggles::Toggles,
    },
};

const LOOKS: [(Look, &str); 4] =
    [(Look::Primary, "Primary"), (Look::Secondary, "Secondary"), (Look::Danger, "Danger"), (Look::Quiet, "Quiet")];

/// The form that a page would have been refused with.
fn refused(field: &str, why: &str) -> Refusal {
    Refusal::new(Some(Failure::invalid(field, why)))
}

pub(super) fn buttons() -> AnyView {
    let sends = LOOKS.map(|(look, label)| view! { <Submit look=look label=label /> });
    let leads = LOOKS.map(|(look, label)| {
        view! {
            <ButtonLink look=look href=COMPONENTS>
                <Icon glyph=Glyph::Plus />
                {label}
            </ButtonLink>
        }
    });
    let waits = LOOKS.map(|(look, label)| {
        view! {
            <button r#type="button" class="button" data-look=look.as_str() data-busy="" aria-disabled="true">
                <span class="button-spinner" aria-hidden="true"></span>
                <span>{format!("{label}, busy")}</span>
            </button>
        }
    });
    let sleeps = LOOKS.map(|(look, label)| {
        view! {
            <button r#type="button" class="button" data-look=look.as_str() disabled=true>
                {format!("{label}, disabled")}
            </button>
        }
    });
    view! {
        <Part id="buttons">
            <form class="form" method="get" action=COMPONENTS>
                <div class="form-actions">{sends}</div>
                <div class="form-actions">{waits}</div>
                <div class="form-actions">{sleeps}</div>
            </form>
            <div class="form-actions block">{leads}</div>
        </Part>
    }
    .into_any()
}

pub(super) fn fields() -> AnyView {
    let fine = Refusal::new(None);
    let kinds = ["Rubber", "Brass"].map(|word| (word.to_lowercase(), word.to_owned()));
    view! {
        <Part id="fields">
            <Summary title="This is how a refusal looks" fields=&["refused"] refusal=refused("refused", "A label is needed.") />
            <form class="form" method="get" action=COMPONENTS>
                <TextField name="plain" label="A line of text" refusal=fine />
                <TextField name="hinted" label="With a hint and a value" hint="What helps to fill it in." value="deploy-bot" refusal=fine />
                <TextField name="optional" label="One that may stay empty" may_be_empty=true refusal=fine />
                <TextField
                    name="refused"
                    label="One that was refused"
                    hint="What helps to fill it in."
                    value="  "
                    refusal=refused("refused", "A label is needed.")
                />
                <TextField name="hidden" label="A password" kind="password" autocomplete="off" refusal=fine />
                <TextArea name="lines" label="Some lines" value="One line.\nAnd another one." refusal=fine />
                <TextArea name="refused-lines" label="Some lines that were refused" refusal=refused("refused-lines", "500 characters at most.") />
                <Select name="kind" label="A list" none="Any kind" options=kinds.to_vec() chosen=String::new() />
                <Select
                    name="refused-kind"
                    label="A list that was refused"
                    none="Choose a kind"
                    options=kinds.to_vec()
                    chosen="brass".to_owned()
                    refusal=refused("refused-kind", "Choose one of the kinds.")
                />
                <ConfirmIdentity refusal=refused(CURRENT_PASSWORD, "Type your password to go on.") />
            </form>
        </Part>
    }
    .into_any()
}

pub(super) fn choices() -> AnyView {
    let fine = Refusal::new(None);
    let offered = Offered { built_in: Role::ALL.to_vec(), custom: Vec::new() };
    view! {
        <Part id="choices">
            <form class="form" method="get" action=COMPONENTS>
                <Choices name="card" legend="Cards" hint="One of a few, with a sentence about each." refusal=fine>
                    <Card name="card" value="first" title="The first" summary="It is chosen." checked=true />
                    <Card name="card" value="second" title="The second" summary="It is not." checked=false />
                    <Card name="card" value="third" title="The third" summary="It cannot be chosen, and this says why." checked=false disabled=true />
                </Choices>
                <Choices name="role" legend="Roles" refusal=fine>
                    <RoleCards offered=offered chosen="developer".to_owned() />
                </Choices>
                <Choices name="refused-segment" legend="Words in a row, refused" refusal=refused("refused-segment", "Choose one of these.")>
                    <div class="segments">
                        <Segment name="refused-segment" value="7" title="7 days" checked=true />
                        <Segment name="refused-segment" value="30" title="30 days" checked=false />
                        <Segment name="refused-segment" value="90" title="90 days" checked=false />
                    </div>
                </Choices>
                <fieldset>
                    <legend class="field-label">"Toggles"</legend>
                    <Toggles on=AssignedRole::from(Role::Viewer).permissions() offered=Permission::all().collect() />
                </fieldset>
            </form>
        </Part>
    }
    .into_any()
}
