//! What stands where a page cannot be shown.

use leptos::prelude::*;

pub const SIGNED_OUT: &str = "You are signed out";
pub const SIGN_IN_AGAIN: &str = "Sign in again to go on where you were.";

pub const NOT_ALLOWED: &str = "Your role does not allow this";

/// `refused` is a sentence, as in "You may not see the API tokens of this organization."
pub fn ask_somebody(refused: &str) -> String {
    format!("{refused} Ask an owner or admin of the organization to do it for you or to give you a role that may.")
}

pub const NOTHING_HERE: &str = "There is nothing here";
pub const NOTHING_HERE_WHY: &str =
    "What this address leads to does not exist, or you may not see it. Check the address, or ask the person who gave it to you.";
pub const GO_TO_YOUR_ORGANIZATION: &str = "Go to your organization";

pub const DID_NOT_WORK: &str = "This did not work";

/// What the operator finds it by.
pub fn request_id(id: AnyView) -> impl IntoView {
    view! { "Request id: " {id} }
}
