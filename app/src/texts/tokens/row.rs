//! One token in the list. What stands in every row is put into a sentence as it is, without a box around it: there are up to 100 rows.

use domain::{Cause, Hint, Reason, Status};
use leptos::prelude::*;

pub const NEW: &str = "New";
pub const NEVER_EXPIRES: &str = "Never expires";
pub const NEVER_USED: &str = "Never used";
/// While its old secret is accepted.
pub const ROTATING: &str = "Rotating";
/// When it is refused and somebody still presents it.
pub const STILL_TRIED: &str = "Still tried";
/// Of a token whose owner is gone.
pub const ENDED_WITH_ITS_OWNER: &str = "Ended with its owner";
/// Below the name of a team that is gone.
pub const ENDED: &str = "ended";
/// Below the name of somebody who is gone.
pub const LEFT: &str = "left";

pub const fn status(status: Status) -> &'static str {
    match status {
        Status::Active => "Active",
        Status::Disabled => "Disabled",
        Status::Expired => "Expired",
        Status::Revoked => "Revoked",
    }
}

/// What an icon or a box does, for those who do not see in which row it stands; as the next two.
pub fn revoke(label: &str) -> String {
    format!("Revoke {label}")
}

pub fn edit(label: &str) -> String {
    format!("Edit {label}")
}

pub fn select(label: &str) -> String {
    format!("Select {label}")
}

/// Who did what stands above it.
pub fn by(who: String) -> impl IntoView {
    view! { "by " {who} }
}

/// Who revoked it, and why, if that is known.
pub fn revoked_by(who: String, why: Option<&Reason>) -> impl IntoView + use<> {
    let why = why.map(|why| format!(": {why}"));
    view! { "by " {who} {why} }
}

/// When it ends soon, in a badge. `left` is as in "3 days", here and below.
pub fn ends_soon(left: &str) -> String {
    format!("In {left}")
}

/// When it ends, below the date.
pub fn ends_in(left: &str) -> String {
    format!("in {left}")
}

/// It may end before, by a first use of the new one or by hand.
pub fn old_secret(hint: Hint, ends_at: impl IntoView) -> impl IntoView {
    view! { {format!("Old secret {hint} accepted until ")} {ends_at} " at the latest" }
}

pub fn found_by(earlier: impl IntoView) -> impl IntoView {
    view! { "Found by an earlier secret, " {earlier} ", which is refused already. The token goes on working with the one above." }
}

/// How often it is presented though it is refused.
pub fn tried(cause: Cause, times: u64, last: impl IntoView) -> impl IntoView {
    let what = if cause == Cause::Ended { "A secret that has ended is tried and refused" } else { "It is tried and refused" };
    let times = if times == 1 { "once, on ".to_owned() } else { format!("{times} times, last on ") };
    view! { {what} ": " {times} {last} }
}

/// What of the organization's policy it breaks.
pub fn outside_the_policy(what: String) -> impl IntoView {
    view! { "Outside the policy: " {what} }
}
