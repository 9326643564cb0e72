//! The heading of a page and its title, which together tell where one has arrived.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::texts::shell::JETON;

/// The one `<h1>` of a page.
#[component]
pub fn Heading(#[prop(into)] text: String) -> impl IntoView {
    view! { <h1 class="heading">{text}</h1> }
}

/// Names the page in the browser's tab and history: `API tokens · Acme · Jeton`.
#[component]
pub fn PageTitle(
    #[prop(into)] page: String,
    /// The organization, once it is known.
    #[prop(optional, into)]
    organization: Option<String>,
) -> impl IntoView {
    let parts: Vec<String> = [Some(page), organization, Some(JETON.to_owned())].into_iter().flatten().collect();
    let text = parts.join(" · ");
    // leptos_meta writes a title into the HTML as it is.
    view! { <Title text=super::as_markup(&text) /> }
}
