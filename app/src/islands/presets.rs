//! Presets of permissions: each turns on what it stands for.

use leptos::{ev::MouseEvent, prelude::*};
use serde::{Deserialize, Serialize};
use web_sys::HtmlInputElement;

use super::dom;
use crate::texts::islands as say;

/// A preset as the server offers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    pub title: String,
    pub summary: String,
    /// Without scripts: the form with these permissions on.
    pub address: String,
    /// The ids of the toggles it turns on.
    pub toggles: Vec<String>,
}

/// The presets, as links that fill the toggles in; what was typed into the form meanwhile stays.
#[island]
pub fn Presets(
    presets: Vec<Offered>,
    /// The id of the choice that the toggles belong to.
    choice: String,
) -> impl IntoView {
    let told = RwSignal::new(String::new());
    let choice = StoredValue::new(choice);
    let links = presets.into_iter().map(|preset| {
        let Offered { title, summary, address, toggles } = preset;
        let words = say::permissions_are_on(&title, toggles.len());
        let fill = move |event: MouseEvent| {
            event.prevent_default();
            if let Some(choice) = choice.with_value(|id| dom::find::<HtmlInputElement>(id)) {
                choice.set_checked(true);
            }
            for toggle in dom::all::<HtmlInputElement>("#permissions input[type=checkbox]") {
                toggle.set_checked(toggles.contains(&toggle.id()));
            }
            told.set(words.clone());
        };
        view! {
            <li>
                <a class="preset" href=address on:click=fill>
                    <span class="preset-title">{title}</span>
                    <span class="preset-summary">{summary}</span>
                </a>
            </li>
        }
    });
    view! {
        <ul class="presets">{links.collect_view()}</ul>
        <p class="sr-only" role="status">
            {told}
        </p>
    }
}
