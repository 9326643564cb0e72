//! What a form that was posted led to, as pages see it.

use std::collections::HashMap;

use domain::{Failure, Invited, Issued, audit::Verified, token_policy::Impact};
use leptos::prelude::use_context;

use crate::ssr::Request;

/// The outcome of a form. The page is rendered with it, and what it shows exists in that one answer only.
#[derive(Default)]
pub struct Posted {
    /// What was typed, by field name; never a password.
    pub fields: HashMap<String, String>,
    /// Why it was refused.
    pub failure: Option<Failure>,
    /// The token that was generated.
    pub issued: Option<Issued>,
    /// The tokens that were rotated when somebody was removed.
    pub rotated: Vec<Issued>,
    /// The invitation that was made.
    pub invited: Option<Invited>,
    /// Whether the label is in use already, so that the person should look once more before posting again.
    pub label_in_use: bool,
    /// What the check of the audit trail found.
    pub verified: Option<Verified>,
    /// What the policy that was sent would mean.
    pub impact: Option<Impact>,
}

/// Whether this page is the answer to a form that was posted.
pub fn was() -> bool {
    look(|posted| (!posted.fields.is_empty()).then_some(())).is_some()
}

/// What was typed into a field; empty when nothing was posted.
pub fn field(name: &str) -> String {
    look(|posted| posted.fields.get(name).cloned()).unwrap_or_default()
}

/// Everything that was typed, by field name; none when nothing was posted.
pub fn fields() -> Option<HashMap<String, String>> {
    look(|posted| (!posted.fields.is_empty()).then(|| posted.fields.clone()))
}

/// Why the post was refused.
pub fn failure() -> Option<Failure> {
    look(|posted| posted.failure.clone())
}

/// Shows the token that the post generated.
pub fn issued<R>(show: impl FnOnce(&Issued) -> R) -> Option<R> {
    look(|posted| posted.issued.as_ref().map(show))
}

/// Shows the tokens that were rotated when somebody was removed, if there are any.
pub fn rotated<R>(show: impl FnOnce(&[Issued]) -> R) -> Option<R> {
    look(|posted| (!posted.rotated.is_empty()).then(|| show(&posted.rotated)))
}

/// Shows the invitation that the post made.
pub fn invited<R>(show: impl FnOnce(&Invited) -> R) -> Option<R> {
    look(|posted| posted.invited.as_ref().map(show))
}

/// Whether the label that was typed is in use already.
pub fn label_in_use() -> bool {
    look(|posted| posted.label_in_use.then_some(())).is_some()
}

/// What the check of the audit trail found.
pub fn verified() -> Option<Verified> {
    look(|posted| posted.verified.clone())
}

/// What the policy that was sent would mean for the tokens that are there.
pub fn impact() -> Option<Impact> {
    look(|posted| posted.impact.clone())
}

fn look<R>(read: impl FnOnce(&Posted) -> Option<R>) -> Option<R> {
    use_context::<Request>().and_then(|request| read(request.posted.as_deref()?))
}
