//! A choice of one among many, as the browser's own list.

use leptos::prelude::*;

use super::field::{Described, FieldError, Refusal};

/// A list below its label; its id is its name on the wire.
#[component]
pub fn Select(
    name: &'static str,
    label: &'static str,
    /// The choice that is no choice, as in "Any role".
    none: &'static str,
    /// The other choices: the value on the wire, and what people read.
    options: Vec<(String, String)>,
    /// The value that is chosen; empty when none is.
    chosen: String,
    /// Why the form was refused, where it can be refused for this.
    #[prop(optional)]
    refusal: Option<Refusal>,
) -> AnyView {
    let options = options.into_iter().map(|(value, title)| {
        let selected = value == chosen;
        view! {
            <option value=value selected=selected>
                {title}
            </option>
        }
    });
    let wrong = refusal.and_then(|refusal| refusal.of(name));
    let invalid = wrong.is_some().then_some("true");
    let described = refusal.is_some().then(|| Described::new(name, String::new()).by);
    view! {
        <div class="field">
            <label class="field-label" for=name>
                {label}
            </label>
            <select class="input" id=name name=name autocomplete="off" aria-invalid=invalid aria-describedby=described>
                <option value="">{none}</option>
                {options.collect_view()}
            </select>
            {refusal.map(|_| view! { <FieldError id=format!("{name}-error") wrong=wrong /> })}
        </div>
    }
    .into_any()
}
