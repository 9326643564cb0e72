//! Form fields: the label above, then a hint, the field, and what is wrong with it, tied together for assistive technology.

use domain::Failure;
use leptos::prelude::*;

use super::{
    as_markup,
    icon::{Glyph, Icon},
};
use crate::{posted, texts::ui::field as say};

/// Why a form was refused, if it was, for its fields and its summary.
#[derive(Clone, Copy)]
pub struct Refusal(StoredValue<Option<Failure>>);

impl Refusal {
    pub fn new(failure: Option<Failure>) -> Self {
        Self(StoredValue::new(failure))
    }

    /// That of the form which this page answers.
    pub fn posted() -> Self {
        Self::new(posted::failure())
    }

    /// What is wrong with one field.
    pub fn of(self, field: &str) -> Option<String> {
        self.failure().filter(|failure| failure.field.as_deref() == Some(field)).map(|failure| failure.message)
    }

    pub fn failure(self) -> Option<Failure> {
        self.0.get_value()
    }

    pub fn is_some(self) -> bool {
        self.0.with_value(Option::is_some)
    }
}

/// Tells what is wrong with a field, below it.
#[component]
pub fn FieldError(id: String, wrong: Option<String>) -> impl IntoView {
    let wrong = wrong.map(|message| {
        view! {
            <Icon glyph=Glyph::Warning />
            {message}
        }
    });
    view! {
        <p class="field-error" id=id>
            {wrong}
        </p>
    }
}

/// A field for a line of text. Its id is its name on the wire.
#[component]
pub fn TextField(
    name: &'static str,
    #[prop(into)] label: String,
    /// What has to be typed, which the label ends with.
    #[prop(optional, into)]
    word: Option<String>,
    #[prop(optional, into)] hint: String,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional, into)] value: String,
    #[prop(optional)] autocomplete: Option<&'static str>,
    #[prop(optional)] inputmode: Option<&'static str>,
    #[prop(optional)] autofocus: bool,
    /// Whether it may stay empty, which the label then says.
    #[prop(optional)]
    may_be_empty: bool,
    refusal: Refusal,
    /// What has to be typed into it before the form is sent. Without scripts the server alone compares.
    #[prop(optional, into)]
    confirms: Option<String>,
    /// What is worth knowing about the value, below the field.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let wrong = refusal.of(name);
    let invalid = wrong.is_some().then_some("true");
    let described = Described::new(name, hint);
    view! {
        <div class="field">
            <FieldLabel name=name label=label word=word may_be_empty=may_be_empty />
            {described.hint}
            <input
                class="input"
                id=name
                name=name
                r#type=kind
                value=value
                autocomplete=autocomplete
                inputmode=inputmode
                autofocus=autofocus
                spellcheck="false"
                autocapitalize="none"
                aria-required=(!may_be_empty).then_some("true")
                aria-invalid=invalid
                aria-describedby=described.by
                data-confirms=confirms
            />
            <FieldError id=format!("{name}-error") wrong=wrong />
            {children.map(|children| children())}
        </div>
    }
}

/// A field for some lines of text that may stay empty.
#[component]
pub fn TextArea(
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] value: String,
    refusal: Refusal,
) -> impl IntoView {
    let wrong = refusal.of(name);
    let invalid = wrong.is_some().then_some("true");
    let described = Described::new(name, hint);
    view! {
        <div class="field">
            <FieldLabel name=name label=label word=None may_be_empty=true />
            {described.hint}
            <textarea
                class="input"
                id=name
                name=name
                rows="3"
                aria-invalid=invalid
                aria-describedby=described.by
                inner_html=as_markup(&value)
            ></textarea>
            <FieldError id=format!("{name}-error") wrong=wrong />
        </div>
    }
}

#[component]
fn FieldLabel(name: &'static str, label: String, word: Option<String>, may_be_empty: bool) -> impl IntoView {
    view! {
        <label class="field-label" for=name>
            {label}
            {word.map(|word| view! { " " <code class="field-word">{word}</code> })}
            {may_be_empty.then(|| view! { <span class="text-muted font-normal">{say::OPTIONAL}</span> })}
        </label>
    }
}

/// The hint of a field, and the ids of everything that describes it.
pub struct Described<V> {
    /// Shown between label and field.
    pub hint: V,
    /// For `aria-describedby`.
    pub by: String,
}

impl Described<()> {
    /// Without a hint only the error describes the field.
    pub fn new(name: &str, hint: String) -> Described<impl IntoView> {
        let error = format!("{name}-error");
        let id = format!("{name}-hint");
        let by = if hint.is_empty() { error } else { format!("{id} {error}") };
        let hint = (!hint.is_empty()).then(|| {
            view! {
                <p class="field-hint" id=id>
                    {hint}
                </p>
            }
        });
        Described { hint, by }
    }
}
