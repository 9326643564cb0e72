//! Notices: messages that stay in the page until they are dismissed. Nothing here vanishes by itself.

use leptos::prelude::*;

use super::{
    badge::Tone,
    icon::{Glyph, Icon},
};
use crate::texts::ui::notice as say;

/// A message in a box. To be read out when it appears, it has to stand in a region that was there before.
#[component]
pub fn Notice(
    tone: Tone,
    /// The same page without the notice; without it, it cannot be dismissed.
    #[prop(optional, into)]
    dismiss: Option<String>,
    children: Children,
) -> impl IntoView {
    let glyph = match tone {
        Tone::Neutral => Glyph::Info,
        Tone::Success => Glyph::Done,
        Tone::Warning | Tone::Danger => Glyph::Warning,
    };
    view! {
        <div class="notice" data-tone=tone.as_str()>
            <Icon glyph=glyph />
            <div class="notice-text">{children()}</div>
            {dismiss
                .map(|address| {
                    view! {
                        <a class="notice-dismiss" href=address data-noscroll="" aria-label=say::DISMISS>
                            <Icon glyph=Glyph::Cross />
                        </a>
                    }
                })}
        </div>
    }
}

/// Why something was refused, where no summary stands above a form.
#[component]
pub fn Refused(message: String) -> impl IntoView {
    view! {
        <div role="alert">
            <Notice tone=Tone::Danger>
                <p>{message}</p>
            </Notice>
        </div>
    }
}
