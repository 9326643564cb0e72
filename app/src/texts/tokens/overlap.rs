//! What the page of a token tells about its secrets.

use domain::Cause;
use leptos::prelude::*;

pub const ROTATION_UNDER_WAY: &str = "Rotation under way";
pub const USERS: &str = "Who still uses the old secret";

pub const END_OVERLAP_NOW: &str = "End overlap now";
pub const END_OVERLAP_HINT: &str = "From then on only the new secret is accepted.";
pub const MEANWHILE: &str = "Ending…";
pub const ENDED: &str = "The old secret has ended. Only the new one is accepted.";

pub const ASK: &str = "End the overlap now?";
/// [`cut_off`] follows.
pub const NEW_IS_UNUSED: &str = "Nothing has used the new secret yet. ";
pub const END_OVERLAP: &str = "End overlap";

/// Stands in [`who`], as the next one.
pub const NAMELESS: &str = "a program without a name";
pub const UNKNOWN_ADDRESS: &str = "an unknown address";

/// What is presented though it is dead, and what to do about that.
pub const fn still_tried(cause: Cause) -> (&'static str, &'static str) {
    match cause {
        Cause::Ended => (
            "A secret that has ended is still being tried",
            "Give the program there the present secret. If you do not know it, somebody may have found the ended one.",
        ),
        Cause::Revoked => ("This revoked token is still being tried", "Give the program there another token, or stop it."),
        Cause::Expired => ("This expired token is still being tried", "Give the program there a replacement, or stop it."),
        Cause::Disabled => {
            ("This disabled token is still being tried", "The program there waits for it to be enabled, or for another one.")
        }
    }
}

/// `last` is as in "3 minutes ago" or [`on`] a day, here and below; `who` is [`who`].
pub fn refused(times: u64, last: AnyView, hint: AnyView, who: AnyView) -> impl IntoView {
    view! { {latest(times)} {last} ", with " {hint} ", by " {who} ". It was refused." }
}

pub fn old_ends(old: AnyView, ends_at: AnyView, left: String, until_first_use: bool) -> impl IntoView {
    view! {
        "The old secret " {old} " is accepted until " {ends_at} {format!(", for another {left}")}
        {until_first_use.then_some(", or until the new one is first used")} "."
    }
}

pub fn new_is(new: AnyView, generated: AnyView, is_used: bool) -> impl IntoView {
    view! {
        "The new secret " {new} " was generated " {generated}
        {if is_used { " and has been used." } else { " and has not been used yet." }}
    }
}

pub fn used(times: u64, last: AnyView) -> impl IntoView {
    view! { {latest(times)} {last} }
}

/// `rotated` is as in "3 minutes ago": what has nobody to show says little a moment after.
pub fn no_users(rotated: AnyView) -> impl IntoView {
    view! { "Nobody has used the old secret since the rotation " {rotated} ". Jobs that run rarely may not have tried yet." }
}

/// `only` so many are shown, where there may be more.
pub fn users_hint(only: Option<u8>) -> impl IntoView {
    view! {
        {only.map(|only| format!("The {only} who used it last are shown. "))}
        "Where a service verifies tokens for others, it is the service that is named, with the address that it sends as “remote_addr”, or else with its own. This is a few seconds behind."
    }
}

pub fn ask(old: AnyView) -> impl IntoView {
    view! { "Whatever still uses the old secret " {old} " stops working at once. This cannot be undone." }
}

/// Who has used the old secret and not yet the new one.
pub fn cut_off(users: usize) -> String {
    match users {
        0 => "Whatever still has the old one is cut off.".to_owned(),
        1 => "Whoever uses the old one is cut off.".to_owned(),
        many => format!("All {many} who use the old one are cut off."),
    }
}

pub fn last_used(last: AnyView, who: AnyView) -> impl IntoView {
    view! {
        <strong>"The old secret was last used " {last}</strong>
        " by "
        {who}
        "."
    }
}

/// Somebody by what they call themselves and by the address.
pub fn who(program: String, address: AnyView) -> impl IntoView {
    view! { {program} " at " {address} }
}

/// A time by its date, where others are as in "3 minutes ago".
pub fn on(at: AnyView) -> impl IntoView {
    view! { "on " {at} }
}

/// How often; the latest time follows.
fn latest(times: u64) -> String {
    match times {
        1 => "Once, ".to_owned(),
        2 => "Twice, most recently ".to_owned(),
        more => format!("{more} times, most recently "),
    }
}
