//! Copying. The button itself says what came of it.

use leptos::{prelude::*, task::spawn_local};

use super::icon::{Glyph, Icon};
use crate::browser;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    None,
    Copied,
    Refused,
}

/// Copies the text of the element with the id `from`. Where there is no clipboard it selects the text and tells which keys copy it.
#[component]
pub fn Copy(
    /// What is copied, as in "Copy token".
    #[prop(into)]
    what: String,
    #[prop(into)] from: String,
    /// Runs once it is on the clipboard.
    #[prop(optional)]
    on_copied: Option<Callback<()>>,
) -> impl IntoView {
    let outcome = RwSignal::new(Outcome::None);
    let told = format!("Copied: {what}.");
    let copied = move || outcome.get() == Outcome::Copied;
    let copy = move |_| {
        let from = from.clone();
        spawn_local(async move {
            if browser::copy(&from).await {
                outcome.set(Outcome::Copied);
                if let Some(copied) = on_copied {
                    copied.run(());
                }
            } else {
                browser::select(&from);
                outcome.set(Outcome::Refused);
            }
        });
    };
    view! {
        <div class="copy">
            <button r#type="button" class="button" data-look="secondary" data-done=move || copied().then_some("") on:click=copy>
                {move || if copied() { view! { <Icon glyph=Glyph::Check /> } } else { view! { <Icon glyph=Glyph::Copy /> } }}
                {move || if copied() { "Copied" } else { "Copy" }}
                <span class="sr-only">{format!(" {what}")}</span>
            </button>
            <span class="copy-told" role="status">
                {move || match outcome.get() {
                    Outcome::None => ().into_any(),
                    Outcome::Copied => view! { <span class="sr-only">{told.clone()}</span> }.into_any(),
                    Outcome::Refused => "Selected. Press Ctrl+C (\u{2318}C on a Mac) to copy.".into_any(),
                }}
            </span>
        </div>
    }
}
