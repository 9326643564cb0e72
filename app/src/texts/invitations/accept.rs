//! Accepting an invitation.

use leptos::prelude::*;

pub const INVITATION: &str = "Invitation";

pub const DOES_NOT_WORK: &str = "This invitation does not work";
pub const DOES_NOT_WORK_TEXT: &str =
    "It was used already, was withdrawn, is older than 7 days, or the link is not complete. Ask the person who invited you for a new one.";

pub fn member_already(sign_in: AnyView) -> impl IntoView {
    view! { "Are you a member already? " {sign_in} "." }
}

pub fn join(organization: &str) -> String {
    format!("Join {organization}")
}

pub fn lead(created_by: &str, email: &str, organization: &str, role: &str, ends_at: AnyView) -> impl IntoView + use<> {
    let invites = format!("{created_by} invites {email} to {organization} with the role {role}. The link works until ");
    view! { {invites} {ends_at} "." }
}

pub const HAS_ACCOUNT: &str = "There is an account with this address. Sign in, and you are led back here.";
pub const ANOTHER_ADDRESS: &str = "You are signed in with another address. Sign out, then open the link again.";

pub const NOT_JOINED: &str = "You have not joined";
/// Where a new person's form has something to be corrected.
pub const NOT_JOINED_YET: &str = "You have not joined yet";
pub const EMAIL_ADDRESS: &str = "E-mail address";
pub const EMAIL_ADDRESS_HINT: &str = "You sign in with it.";
