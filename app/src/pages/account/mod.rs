//! A person's own account.

pub mod profile;
pub mod sessions;
pub mod tokens;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    texts::account as say,
    ui::{badge::Tone, notice::Notice},
};

/// Tells what the form before led to. The region is there before the notice, so that it is read out.
#[component]
fn Done(dismiss: &'static str) -> impl IntoView {
    let query = use_query_map();
    let told = move || {
        let done = query.with(|query| query.get_str("done").unwrap_or_default().to_owned());
        let text = match done.as_str() {
            "edited" => say::NAME_CHANGED,
            "preferences" => say::PREFERENCES_REMEMBERED,
            "password" => say::PASSWORD_CHANGED,
            "ended" => say::SESSION_ENDED,
            "others" => say::OTHERS_ENDED,
            _ => return None,
        };
        Some(view! {
            <Notice tone=Tone::Success dismiss=dismiss>
                <p>{text}</p>
            </Notice>
        })
    };
    view! { <div role="status">{told}</div> }
}
