//! The new secrets of tokens that were rotated when a member was removed.

use leptos::prelude::*;

pub const NEW_SECRETS: &str = "New secrets";
pub const SEE_WHO: &str = "See who still uses the old one";

pub const fn heading(rotated: usize) -> &'static str {
    if rotated > 1 { "Store the new secrets" } else { "Store the new secret" }
}

pub fn lead(rotated: usize) -> String {
    if rotated > 1 {
        format!(
            "The member is removed, and {rotated} tokens have new secrets. Each old secret is accepted for as long as you chose at most."
        )
    } else {
        "The member is removed, and this token has a new secret. The old one is accepted for as long as you chose at most.".to_owned()
    }
}

/// Stands out at the beginning of [`only_once`].
pub const fn copy_now(rotated: usize) -> &'static str {
    if rotated > 1 { "Copy them now and store them safely." } else { "Copy it now and store it safely." }
}

pub fn only_once(copy_now: AnyView) -> impl IntoView {
    view! {
        {copy_now}
        " This page is shown only this once: nobody can see what is on it again, not even an admin. If a secret gets lost, rotate its token once more."
    }
}

pub const fn stored(rotated: usize) -> &'static str {
    if rotated > 1 { "I have stored them" } else { "I have stored it" }
}

pub fn new_secret_of(token: &str) -> String {
    format!("New secret of {token}")
}

/// What is copied, as it goes into "Copy …" and "Copied: ….".
pub fn secret_of(token: &str) -> String {
    format!("secret of {token}")
}

/// Of a link to [`SEE_WHO`].
pub fn in_a_new_tab(link: AnyView) -> impl IntoView {
    view! { {link} " (in a new tab)" }
}
