//! The dialog that shows an invitation's link, once.

use leptos::prelude::*;

pub const INVITATION_LINK: &str = "Invitation link";
/// What is copied, as it goes into "Copy …" and "Copied: ….".
pub const COPIED: &str = "invitation link";
pub const HAVE_COPIED: &str = "I have copied it";

pub fn invitation_for(email: &str) -> String {
    format!("Invitation for {email}")
}

/// Stands out at the beginning of [`with_mail`].
pub fn mailed(email: &str) -> String {
    format!("A mail with this link goes to {email} within a minute.")
}

pub fn with_mail(mailed: AnyView) -> impl IntoView {
    view! {
        {mailed}
        " Copy the link in case the mail does not arrive: it is shown only this once. Whoever has it can join in their place."
    }
}

/// Stands out at the beginning of [`without_mail`].
pub const COPY_NOW: &str = "No mail server is set up, so copy the link now and send it to them yourself.";

pub fn without_mail(copy_now: AnyView) -> impl IntoView {
    view! {
        {copy_now}
        " It is shown only this once. Whoever has it can join in their place, so choose a way that only they can read."
    }
}

pub fn makes_a_member(role: &str, ends_at: AnyView) -> impl IntoView + use<> {
    let makes = format!("It makes them a member with the role {role}, once, until ");
    view! { {makes} {ends_at} "." }
}
