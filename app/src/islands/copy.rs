//! Copying. The button itself says what came of it.

use leptos::{prelude::*, task::spawn_local};

use super::{dom, page::secrets};
use crate::{
    icon::{Glyph, Icon},
    texts::islands as say,
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    None,
    Copied,
    Refused,
}

/// Copies the text of the element with the id `from`. Where there is no clipboard it selects the text and tells which keys copy it.
/// Before the page is live there is no button: it would do nothing.
#[island]
pub fn Copy(
    /// What is copied, as in "Copy token".
    what: String,
    from: String,
    /// Whether copying is what the page is there for.
    first: bool,
) -> impl IntoView {
    let live = RwSignal::new(false);
    Effect::new(move |_| live.set(true));
    let outcome = RwSignal::new(Outcome::None);
    let told = say::copied(&what);
    let copied = move || outcome.get() == Outcome::Copied;
    let copy = move |_| {
        let Some(element) = dom::find(&from) else { return };
        spawn_local(async move {
            if dom::copy(&element).await {
                outcome.set(Outcome::Copied);
                secrets::copied(&element);
            } else {
                dom::select(&element);
                outcome.set(Outcome::Refused);
            }
        });
    };
    view! {
        <div class="copy" hidden=move || !live.get()>
            <button r#type="button" class="button" data-look=if first { "primary" } else { "secondary" } data-done=move || copied().then_some("") on:click=copy>
                <span class="copy-before">
                    <Icon glyph=Glyph::Copy />
                </span>
                <span class="copy-after">
                    <Icon glyph=Glyph::Check />
                </span>
                {move || if copied() { say::COPIED } else { say::COPY }}
                <span class="sr-only">{format!(" {what}")}</span>
            </button>
            <span class="copy-told" role="status">
                <span class="sr-only">{move || copied().then(|| told.clone())}</span>
                {move || (outcome.get() == Outcome::Refused).then(|| view! { <span class="copy-refused">{say::PRESS_TO_COPY}</span> })}
            </span>
        </div>
    }
}
