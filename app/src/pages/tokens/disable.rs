//! Switching a token off and on again, on its page.

use domain::{Failure, State, Token};
use leptos::prelude::*;

use crate::{
    paths, posted,
    texts::tokens::disable as say,
    ui::{
        badge::Tone,
        button::{Look, Submit},
        icon::Glyph,
        notice::{Notice, Refused},
    },
};

/// The id of the button.
const BUTTON: &str = "switch";

/// Why switching was refused.
fn refusal() -> Option<Failure> {
    posted::failure().filter(|_| !posted::field(BUTTON).is_empty())
}

/// The button that disables the token, or enables it when it is disabled.
#[component]
pub fn Switch(organization: String, token: Token) -> impl IntoView {
    let Token { id, state, .. } = token;
    let (address, look, label, meanwhile, glyph) = match state {
        State::Disabled { .. } => (paths::enable(&organization, id), Look::Primary, say::ENABLE, say::ENABLING, Glyph::Done),
        _ => (paths::disable(&organization, id), Look::Secondary, say::DISABLE, say::DISABLING, Glyph::Ban),
    };
    view! {
        <form method="post" action=address>
            <Submit id=BUTTON look=look meanwhile=meanwhile glyph=glyph label=label />
        </form>
    }
}

/// Why it was refused, and what being disabled means while it is.
#[component]
pub fn SwitchNotices(off: bool) -> impl IntoView {
    let refused = refusal().map(|failure| view! { <div class="mb-4"><Refused message=failure.message /></div> });
    let disabled = off.then(|| {
        view! {
            <div class="mb-4">
                <Notice tone=Tone::Warning>
                    <p>{say::IS_DISABLED}</p>
                </Notice>
            </div>
        }
    });
    view! {
        {refused}
        {disabled}
    }
}
