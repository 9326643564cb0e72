//! Form fields: the label above, then a hint, the field, and what is wrong with it, tied together for assistive technology.

use domain::Failure;
use leptos::prelude::*;

use super::{
    as_markup,
    icon::{Glyph, Icon},
};

/// A refusal that fields and the summary watch.
pub type Refusal = RwSignal<Option<Failure>>;

/// What is wrong with one field.
pub fn wrong_with(refusal: Refusal, field: &'static str) -> Signal<Option<String>> {
    Signal::derive(move || {
        refusal.with(|failure| failure.as_ref().filter(|failure| failure.field.as_deref() == Some(field)).map(|it| it.message.clone()))
    })
}

/// Tells what is wrong with a field, below it. Always there, so that what appears in it belongs to the field from the start.
#[component]
pub fn FieldError(id: String, wrong: Signal<Option<String>>) -> impl IntoView {
    view! {
        <p class="field-error" id=id>
            {move || {
                wrong
                    .get()
                    .map(|message| {
                        view! {
                            <Icon glyph=Glyph::Warning />
                            {message}
                        }
                    })
            }}
        </p>
    }
}

/// A field for a line of text. Its id is its name on the wire.
#[component]
pub fn TextField(
    name: &'static str,
    #[prop(into)] label: String,
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
    /// Runs when a value was typed and the field is left.
    #[prop(optional)]
    on_change: Option<Callback<String>>,
    /// Runs at every key.
    #[prop(optional)]
    on_input: Option<Callback<String>>,
    /// What is worth knowing about the value, below the field.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let wrong = wrong_with(refusal, name);
    let described = Described::new(name, hint);
    view! {
        <div class="field">
            <FieldLabel name=name label=label may_be_empty=may_be_empty />
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
                aria-invalid=move || wrong.with(Option::is_some).then_some("true")
                aria-describedby=described.by
                on:change=move |event| {
                    if let Some(changed) = on_change {
                        changed.run(event_target_value(&event));
                    }
                }
                on:input=move |event| {
                    if let Some(typed) = on_input {
                        typed.run(event_target_value(&event));
                    }
                }
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
    let wrong = wrong_with(refusal, name);
    let described = Described::new(name, hint);
    view! {
        <div class="field">
            <FieldLabel name=name label=label may_be_empty=true />
            {described.hint}
            <textarea
                class="input"
                id=name
                name=name
                rows="3"
                aria-invalid=move || wrong.with(Option::is_some).then_some("true")
                aria-describedby=described.by
                inner_html=as_markup(&value)
            ></textarea>
            <FieldError id=format!("{name}-error") wrong=wrong />
        </div>
    }
}

#[component]
fn FieldLabel(name: &'static str, label: String, may_be_empty: bool) -> impl IntoView {
    view! {
        <label class="field-label" for=name>
            {label}
            {may_be_empty.then(|| view! { <span class="text-muted font-normal">" (optional)"</span> })}
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
