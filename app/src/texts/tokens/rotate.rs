//! Rotating a token.

use leptos::prelude::*;

pub const ROTATE_TOKEN: &str = "Rotate token";
pub const MEANWHILE: &str = "Rotating…";
pub const REFUSED: &str = "You may not rotate this token.";
pub const NOT_ROTATED: &str = "The token was not rotated";

pub const OVERLAP: &str = "The old secret ends";
pub const OVERLAP_HINT: &str =
    "Until it ends, old and new are both accepted, so that nobody is cut off. You see who still uses the old one, and can end it earlier.";
pub const OVERLAP_AS_BEFORE: &str = "As chosen before";
pub const OVERLAP_FIRST_USE: &str = "It ends a moment after the new secret is accepted for the first time, and in 7 days at the latest. This is for a token that one program uses.";
pub const OVERLAP_NOW: &str = "Whatever still uses it stops working at once. Choose this when it has leaked.";

pub fn lead(label: &str) -> String {
    format!("“{label}” gets a new secret, which is shown once. Everything else about it stays: its id, what it may do, when it expires.")
}

/// Above the new secret.
pub fn rotated(label: &str) -> String {
    format!("Token “{label}” is rotated")
}

/// Of a token with an overlap, whose newer secret is used already.
pub fn under_way(old: AnyView, new: AnyView, ends_at: AnyView) -> impl IntoView {
    view! {
        "A rotation is under way: " {old} " is accepted until " {ends_at}
        ". Rotating again ends it at once, and what you choose here is about " {new} "."
    }
}

/// Of a token with an overlap, whose newer secret has never been used.
pub fn unused(old: AnyView, new: AnyView, ends_at: AnyView) -> impl IntoView {
    view! {
        "The newest secret " {new} " has never been used. Rotating again ends it at once, in case it is lost. The one before, " {old}
        ", keeps its overlap until " {ends_at} "."
    }
}
