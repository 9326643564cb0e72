//! The heading of a page and its title, which together tell where one has arrived.

use leptos::{html::H1, prelude::*};
use leptos_meta::Title;

/// Whether the page that was loaded is still the one being shown.
#[derive(Clone, Copy)]
struct Arrival {
    first: StoredValue<bool>,
}

/// Lets [`Heading`] tell a page that was loaded from one that a link inside the console led to.
pub fn provide_arrival() {
    provide_context(Arrival { first: StoredValue::new(true) });
}

/// The one `<h1>` of a page. After a link inside the console it takes the focus, as a page that is loaded would.
#[component]
pub fn Heading(#[prop(into)] text: Signal<String>) -> impl IntoView {
    let arrival = expect_context::<Arrival>();
    let heading = NodeRef::<H1>::new();
    Effect::new(move |_| {
        let Some(heading) = heading.get() else { return };
        if arrival.first.get_value() {
            arrival.first.set_value(false);
        } else {
            request_animation_frame(move || {
                let _ = heading.focus();
            });
        }
    });
    view! {
        <h1 class="heading" tabindex="-1" node_ref=heading>
            {text}
        </h1>
    }
}

/// Names the page in the browser's tab and history: `API tokens · Acme · Jeton`.
#[component]
pub fn PageTitle(
    #[prop(into)] page: String,
    /// The organization, once it is known.
    #[prop(optional, into)]
    organization: Option<String>,
) -> impl IntoView {
    let parts: Vec<String> = [Some(page), organization, Some("Jeton".to_owned())].into_iter().flatten().collect();
    let text = parts.join(" · ");
    // leptos_meta writes a title into the server's HTML as it is; in the browser it is text and needs no escaping.
    #[cfg(feature = "ssr")]
    let text = super::as_markup(&text);
    view! { <Title text=text /> }
}
