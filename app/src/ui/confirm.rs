//! The part of a form in which people show once more that it is they. It is there when the form was refused for want of that; what was typed
//! into the others stays. Decision 26.

use domain::{CURRENT_PASSWORD, Code};
use leptos::prelude::*;

use super::field::{Refusal, TextField};
use crate::{posted, texts::ui::confirm as say};

/// Says, on the wire, that the password was asked for.
const CONFIRMING: &str = "confirming";

/// Asks for the password, once the server has. The field takes the focus: it is all that is missing, and may be far down a long form.
#[component]
pub fn ConfirmIdentity(refusal: Refusal) -> impl IntoView {
    let before = !posted::field(CONFIRMING).is_empty();
    let asked = refusal.failure().is_some_and(|failure| {
        // Whoever has to wait before the next guess goes on being asked.
        failure.field.as_deref() == Some(CURRENT_PASSWORD) || (before && failure.code == Code::TooMany)
    });
    let part = asked.then(|| {
        view! {
            <fieldset class="confirm">
                <legend class="field-label">{say::CONFIRM_IT_IS_YOU}</legend>
                <input r#type="hidden" name=CONFIRMING value="yes" />
                <TextField
                    name=CURRENT_PASSWORD
                    label=say::YOUR_PASSWORD
                    hint=say::HINT
                    kind="password"
                    autocomplete="current-password"
                    autofocus=posted::was()
                    refusal=refusal
                />
            </fieldset>
        }
    });
    part.into_any()
}
