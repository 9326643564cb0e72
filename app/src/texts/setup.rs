//! The first page anyone sees.

use leptos::prelude::*;

pub const SET_UP: &str = "Set up";
pub const SET_UP_JETON: &str = "Set up Jeton";

pub const LEAD: &str =
    "You are the first one here. This makes your organization and makes you its owner; you can then generate API tokens for it.";
pub const NOT_SET_UP: &str = "Jeton is not set up yet";
pub const ORGANIZATION: &str = "Organization";
pub const ORGANIZATION_HINT: &str = "Who the tokens will belong to, such as your company or team.";
pub const YOUR_EMAIL: &str = "Your e-mail address";
pub const YOUR_EMAIL_HINT: &str = "You sign in with it.";
pub const SET_UP_AND_SIGN_IN: &str = "Set up and sign in";

pub const WITHOUT_CODE: &str = "This page opens with the setup link, which holds a code that works once.";

/// Where the link is found, whose end is shown.
pub fn link(end: AnyView) -> impl IntoView {
    view! {
        "The server printed the link when it started, as the last line in its terminal or log: it begins with the address of this page and ends in "
        {end} ". Open that link, or restart the server to be given a new one."
    }
}

pub fn already(sign_in: AnyView) -> impl IntoView {
    view! { "Is everything set up already? " {sign_in} "." }
}
