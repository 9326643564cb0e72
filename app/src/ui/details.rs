//! What is known about one thing: terms and what they are, side by side.

use leptos::prelude::*;

/// The frame; its children are [`Detail`]s.
#[component]
pub fn Details(children: Children) -> impl IntoView {
    view! { <dl class="details">{children()}</dl> }
}

/// A term and what it is.
#[component]
pub fn Detail(
    term: &'static str,
    /// Whether what it is takes the room of two.
    #[prop(optional)]
    wide: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="detail" data-wide=wide.then_some("")>
            <dt>{term}</dt>
            <dd class="cell">{children()}</dd>
        </div>
    }
}
