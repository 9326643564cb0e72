//! Revoking a token.

use domain::usage::grouped;
use leptos::prelude::*;

pub const REVOKE_TOKEN: &str = "Revoke token";
pub const MEANWHILE: &str = "Revoking…";

pub const WHY: &str = "Why";
pub const WHY_HINT: &str = "Stays with the revoked token, for whoever wonders later.";

/// The owner in [`use_of`], where it is not somebody or a team with a name.
pub const THE_ORGANIZATION: &str = "the organization";
/// The link in [`end_instead`].
pub const END_THE_OVERLAP: &str = "end the overlap";
/// The link in [`rotate_instead`].
pub const ROTATE_IT: &str = "rotate it";
pub const NEVER_USED: &str = "Never used.";

pub fn revoked_already(label: &str) -> String {
    format!("Token “{label}” is revoked already.")
}

pub fn revoked(token: AnyView) -> AnyView {
    view! { "Token “" {token} "” is revoked. Whatever still presents it is refused." }.into_any()
}

/// Of more than one.
pub fn many_revoked(count: usize) -> String {
    format!("{count} tokens are revoked. Whatever still presents one of them is refused.")
}

pub fn ask(label: &str) -> String {
    format!("Revoke token “{label}”?")
}

/// `old` is there while the old secret is accepted as well.
pub fn stops(hint: AnyView, old: Option<AnyView>) -> impl IntoView {
    view! {
        "Whatever uses " {hint} {old.map(|old| view! { " or its old secret " {old} })} " stops working at once. This cannot be undone."
    }
}

/// Whose token it is, then [`last_used`] or [`NEVER_USED`], then [`last_addresses`], then [`refused`].
pub fn use_of(owner: AnyView, last_use: AnyView, last_addresses: Option<String>, refused: Option<String>) -> impl IntoView {
    view! { "It belongs to " {owner} ". " {last_use} {last_addresses} {refused} }
}

/// What stands in [`use_of`] at the end: that nothing of it was accepted does not mean that nobody has it.
pub fn refused(times: u64, days: i64) -> Option<String> {
    match times {
        0 => None,
        1 => Some(format!(" It was presented and refused once in {days} days.")),
        many => Some(format!(" It was presented and refused {} times in {days} days.", grouped(many))),
    }
}

/// `ago` is as in "3 minutes ago", or none when the date says more.
pub fn last_used(ago: Option<String>, at: impl IntoView) -> impl IntoView {
    let ago = ago.map(|ago| format!("{ago}, "));
    view! { <strong>"Last used " {ago}</strong> {at} "." }
}

/// What stands in [`use_of`] after another sentence.
pub fn last_addresses(addresses: &[&str]) -> Option<String> {
    match addresses {
        [] => None,
        [address] => Some(format!(" Last address: {address}.")),
        _ => Some(format!(" Last addresses: {}.", addresses.join(", "))),
    }
}

pub fn end_instead(end: AnyView) -> impl IntoView {
    view! { "To end the old secret alone, " {end} " instead." }
}

pub fn rotate_instead(rotate: AnyView) -> impl IntoView {
    view! { "To change its secret without an outage, " {rotate} " instead." }
}

/// The label follows.
pub const CONFIRM: &str = "To confirm, type the label:";
