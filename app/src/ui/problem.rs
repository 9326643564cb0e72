//! What stands where a page cannot be shown: what happened, and what to do.

use domain::{Code, Failure};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::{
    button::Look,
    icon::{Glyph, Icon},
};
use crate::{
    paths, ssr,
    texts::{common, ui::problem as say},
};

/// Explains a refusal of a whole page.
#[component]
pub fn Problem(
    failure: Failure,
    /// What was refused, as in "You may not see the API tokens of this organization."
    refused: &'static str,
) -> impl IntoView {
    // Also where the page itself refuses, and not the query behind it.
    ssr::set_status(failure.code);
    // What the operator finds it by.
    let request = matches!(failure.code, Code::Internal | Code::Unavailable).then(|| ssr::request().caller.request_id.to_string());
    let here = use_location().pathname.get_untracked();
    let (title, text, action) = match failure.code {
        Code::Unauthenticated => (say::SIGNED_OUT, say::SIGN_IN_AGAIN.to_owned(), Some((common::SIGN_IN, paths::sign_in_then(&here)))),
        Code::Forbidden => (say::NOT_ALLOWED, say::ask_somebody(refused), None),
        Code::NotFound => (say::NOTHING_HERE, say::NOTHING_HERE_WHY.to_owned(), Some((say::GO_TO_YOUR_ORGANIZATION, "/".to_owned()))),
        _ => (say::DID_NOT_WORK, failure.message, Some((common::TRY_AGAIN, here))),
    };
    view! {
        <div class="empty" role="alert">
            <span class="empty-mark" data-tone="danger">
                <Icon glyph=Glyph::Warning />
            </span>
            <h2 class="empty-title">{title}</h2>
            <p class="empty-text">{text}</p>
            {request
                .map(|id| {
                    view! {
                        <p class="empty-text">{say::request_id(view! { <code>{id}</code> }.into_any())}</p>
                    }
                })}
            {action
                .map(|(label, address)| {
                    // Loaded anew, so that "Try again" asks again.
                    view! {
                        <a class="button" data-look=Look::Primary.as_str() href=address>
                            {label}
                        </a>
                    }
                })}
        </div>
    }
}
