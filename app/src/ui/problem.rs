//! What stands where a page cannot be shown: what happened, and what to do.

use domain::{Code, Failure};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::{
    button::Look,
    icon::{Glyph, Icon},
};
use crate::{paths, ssr};

/// Explains a refusal of a whole page.
#[component]
pub fn Problem(
    failure: Failure,
    /// What was refused, as in "see the API tokens of this organization".
    refused: &'static str,
) -> impl IntoView {
    // Also where the page itself refuses, and not the query behind it.
    ssr::set_status(failure.code);
    // What the operator finds it by.
    let request = matches!(failure.code, Code::Internal | Code::Unavailable).then(|| ssr::request().caller.request_id);
    let here = use_location().pathname.get_untracked();
    let (title, text, action) = match failure.code {
        Code::Unauthenticated => {
            ("You are signed out", "Sign in again to go on where you were.".to_owned(), Some(("Sign in", paths::sign_in_then(&here))))
        }
        Code::Forbidden => (
            "Your role does not allow this",
            format!("You may not {refused}. Ask an owner or admin of the organization to do it for you or to give you a role that may."),
            None,
        ),
        Code::NotFound => (
            "There is nothing here",
            "This organization does not exist, or you do not belong to it. Check the address, or ask who gave it to you for an invitation."
                .to_owned(),
            Some(("Go to your organization", "/".to_owned())),
        ),
        _ => ("This did not work", failure.message, Some(("Try again", here))),
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
                        <p class="empty-text">
                            "Request id: " <code>{id}</code>
                        </p>
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
