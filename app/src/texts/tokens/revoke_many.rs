//! Revoking several tokens.

use leptos::prelude::*;

pub const REVOKE_TOKENS: &str = "Revoke tokens";
pub const REFUSED: &str = "You may not revoke API tokens of this organization.";
pub const NOT_REVOKED: &str = "The tokens were not revoked";

/// When the address asks for what cannot be revoked together.
pub const NOT_ASKED: &str = "This cannot be asked";
pub const REVOKED_ALREADY: &str = "They are revoked already";
pub const BACK_TO_THE_LIST: &str = "Back to the list";

/// Names the list of them.
pub const TOKENS_TO_REVOKE: &str = "Tokens to revoke";

pub fn lead(count: usize) -> String {
    match count {
        1 => "Whatever uses this token stops working at once. This cannot be undone.".to_owned(),
        several => format!("Whatever uses one of these {several} tokens stops working at once. This cannot be undone."),
    }
}

/// How many of the selected ones are revoked already.
pub fn left_out(count: usize) -> Option<String> {
    match count {
        0 => None,
        1 => Some("One of those you selected is revoked already and left out.".to_owned()),
        several => Some(format!("{several} of those you selected are revoked already and left out.")),
    }
}

pub fn owner_and_role(owner: AnyView, role: String) -> impl IntoView {
    view! { {owner} ", " {role} }
}

/// `word` is the label of one token or the number of several.
pub const CONFIRM: &str = "To confirm, type:";
