//! Tokens.

use crate::{Dead, Hint, Label, Networks, Timestamp};

/// What a token may do that has no role.
pub const CUSTOM: &str = "Custom";

pub const REVOKED_ALREADY: &str = "This token is revoked already.";
pub const EDITED_MEANWHILE: &str = "Somebody changed this token meanwhile. Open it anew to see what it is now, then make your change.";

pub const EXTENDS_BEYOND_YOU: &str = "This token may do more than you, so you can shorten its life and not extend it.";
pub const WIDENS_BEYOND_YOU: &str = "This token may do more than you, so you can narrow its limits and not widen them.";
pub const ENABLES_BEYOND_YOU: &str = "This token may do more than you. Somebody who may do all of it can enable it.";

pub const NO_ROLE_OF_A_TOKEN: &str = "A token can be a viewer, developer or admin; owner is for people.";
pub const NO_RIGHTS: &str = "Choose at least one permission, or a role.";
pub const OUTLIVES_WHO_ASKS: &str = "A token cannot generate one that outlives it; choose an end that is not after its own.";

pub const NO_KEY: &str = "A key has 1 to 255 printable ASCII characters.";
pub const STILL_IN_FORCE: &str = "This token is still in force. Rotate it to get a new secret for it.";
pub const ONLY_DISABLED: &str = "This token is only disabled. Enable it, or rotate it to get a new secret for it.";

pub const TYPE_THE_LABEL: &str = "Type the label of the token exactly as it is shown.";
pub const NONE_CHOSEN: &str = "Choose at least one token.";

pub const ROTATES_NO_EXPIRED: &str = "This token is expired and cannot be rotated. Generate a replacement instead.";
pub const ROTATES_NO_REVOKED: &str = "This token is revoked and cannot be rotated. Generate a replacement instead.";
pub const STILL_USED: &str = "The old secret has been used since the rotation, or the new one has not: whatever uses the old one stops working. Confirm that it shall end.";

/// What is said to a token that rotates itself; as the next three.
pub const NEEDS_AN_OVERLAP: &str = "A token that rotates itself needs an overlap: whoever loses the answer asks again with the old secret. Choose 1h, 6h, 24h, 7d or first_use.";
pub const ROTATED_BY_ANOTHER: &str =
    "Another request rotated this token meanwhile, and nothing was done. Use the secret that it was answered.";
pub const NEW_SECRET_IN_USE: &str = "This secret was replaced, and the new one is in use. Rotate with the new one.";
pub const ROTATED_A_MOMENT_AGO: &str = "This token was rotated a moment ago, and nothing was done. Use the secret that was answered then; only if nobody has it, ask again in a minute.";

/// Why something was done with a token, as it is recorded; as the next three.
pub const PRESENTED_TO_END_IT: &str = "its secret was presented to end it";
pub const REUSED: &str = "an ended secret was presented to rotate";
pub const WAS_REVOKED: &str = "the token was revoked";
pub const ANSWER_WAS_LOST: &str = "the answer was lost";

/// Of a token about which nothing can be changed.
pub const fn dead(dead: Dead) -> &'static str {
    match dead {
        Dead::Revoked => "This token is revoked, so nothing can be changed about it any more. Generate a new one instead.",
        Dead::Expired => "This token has expired, so nothing can be changed about it any more. Generate a new one instead.",
    }
}

/// Somebody who is no member any more.
pub fn left(name: &str) -> String {
    format!("{name} (left)")
}

/// What a token may do: its role, and so many permissions beside it.
pub fn role_and(role: String, permissions: usize) -> String {
    match permissions {
        0 => role,
        1 => format!("{role} and 1 permission"),
        more => format!("{role} and {more} permissions"),
    }
}

/// Of a form; `made` is what it has led to, if that is still there.
pub fn sent_before(made: Option<(&Label, &Hint)>) -> String {
    match made {
        Some((label, hint)) => format!(
            "This form was sent before and generated the token “{label}” ({hint}), whose secret was shown once. Nothing was done now. If the secret is lost, rotate that token."
        ),
        None => "This form was sent before and generated a token, whose secret was shown once. Nothing was done now. If the secret is lost, rotate that token.".to_owned(),
    }
}

/// Of a rotation that was asked for from a page that is older than another one. `by` is who made that and when, if it is known; `old` is the old
/// secret and until when it works, if it does.
pub fn rotated_meanwhile(by: Option<(&str, Timestamp)>, old: Option<(&str, Timestamp)>, new: &Hint) -> String {
    let by = by.map_or_else(String::new, |(name, at)| format!(" by {name}, {}", at.human()));
    let old = match old {
        Some((hint, ends_at)) => format!("The old secret {hint} works until {}.", ends_at.human()),
        None => "The old secret no longer works.".to_owned(),
    };
    format!("A rotation happened meanwhile{by}, so nothing was done now. {old} The new one is {new}.")
}

pub fn role_beyond_you(role: &str) -> String {
    format!("You may not do all that the role {role} allows, so you cannot give it. Choose one that allows less.")
}

/// `own` are the networks of the token that asks.
pub fn reaches_beyond(own: &Networks) -> String {
    format!("A token cannot give what may be used from elsewhere than itself; choose networks within its own: {own}.")
}

/// `asked` is the label of one token, or how many there are.
pub fn type_to_confirm(asked: &str) -> String {
    format!("Type {asked} to confirm, exactly as it is shown.")
}

pub fn too_many_chosen(most: usize) -> String {
    format!("Choose {most} tokens at most; do the others after that.")
}

/// The same to a program.
pub fn too_many_named(most: usize) -> String {
    format!("Name 1 to {most} tokens; do the others after that.")
}
