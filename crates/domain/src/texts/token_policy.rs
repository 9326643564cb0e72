//! What an organization asks of its tokens.

use super::time;
use crate::{Kind, Timestamp, token_policy::Creators};

pub const EDITED_MEANWHILE: &str = "Somebody changed the policy meanwhile. Open it anew to see what it is now, then make your change.";

pub const NO_CREATORS: &str = "Choose who may generate tokens: permitted or admins.";
pub const NO_YES_OR_NO: &str = "Choose one of the two.";
pub const HAS_A_MAXIMUM: &str =
    "With a maximum lifetime every token has an end; choose that tokens have to expire, or leave the maximum out.";
pub const LABEL_IN_USE: &str = "Labels are unique in this organization and a token in force has this one; choose another label.";

pub const NO_REPLACEMENT_OF_TEAMS: &str = "The organization's policy allows no tokens of teams any more, so nothing can stand in for this one. Generate a token of another owner, or ask somebody who may change the policy.";
pub const NO_REPLACEMENT_OF_PEOPLE: &str = "The organization's policy allows no tokens of people any more, so nothing can stand in for this one. Generate a token of another owner, or ask somebody who may change the policy.";

/// What is outside of the policy about a token; as [`lives_longer`].
pub const NEVER_EXPIRES: &str = "never expires";
pub const BELONGS_TO_A_TEAM: &str = "belongs to a team";
pub const BELONGS_TO_A_PERSON: &str = "belongs to a person";
pub const SHARES_ITS_LABEL: &str = "shares its label with another one";

/// What a form says of the policy, where it has a limit.
pub const ASKS_FOR_AN_END: &str = "The organization's policy asks for an end.";

pub const fn creators(creators: Creators) -> &'static str {
    match creators {
        Creators::Permitted => "Everybody with the permission",
        Creators::Admins => "Only owners and admins",
    }
}

pub fn days(count: u32) -> String {
    time::days(count.into())
}

pub fn no_days(longest: u32) -> String {
    format!("Choose 1 to {longest} days, or none.")
}

/// The same in a form.
pub fn no_days_typed(longest: u32) -> String {
    format!("Type the days as a whole number from 1 to {longest}, or leave this empty.")
}

pub fn default_beyond(max_days: u32) -> String {
    format!("The default cannot be longer than the maximum; choose {} at most.", days(max_days))
}

pub fn not_allowed(kind: Kind) -> String {
    format!(
        "The organization's policy allows no tokens of {}; choose another owner, or ask somebody who may change the policy.",
        plural(kind)
    )
}

/// Of a token that is there and was to live longer.
pub fn not_allowed_longer(kind: Kind) -> String {
    format!(
        "The organization's policy allows no tokens of {} any more; this one goes on as it is, but cannot live longer. Keep its end, or choose a sooner one.",
        plural(kind)
    )
}

/// Of a token that was to have no end.
pub fn has_to_expire(max_days: Option<u32>) -> String {
    match max_days {
        Some(max) => format!("Tokens of this organization have to expire; choose {} at most.", days(max)),
        None => "Tokens of this organization have to expire; choose an end.".to_owned(),
    }
}

pub fn lives_too_long(max_days: u32, last_end: Timestamp) -> String {
    format!(
        "A token of this organization may live {} from when it is generated; choose an end on {} at the latest.",
        days(max_days),
        last_end.human()
    )
}

pub fn lives_longer(max_days: u32) -> String {
    format!("lives longer than {}", days(max_days))
}

/// What a form says of the policy; as the next three.
pub fn allows(max_days: u32) -> String {
    format!("The organization's policy allows {} at most.", days(max_days))
}

pub fn revokes_unused(after_days: u32) -> String {
    format!("One that nobody uses for {} is revoked.", days(after_days))
}

pub fn cannot_live_longer(kind: Kind) -> String {
    format!("The organization's policy allows no tokens of {} any more, so it cannot live longer.", plural(kind))
}

pub fn allows_until(max_days: u32, last_end: Timestamp) -> String {
    format!(
        "The organization's policy allows {} from when it was generated, until {}; shorter is always possible.",
        days(max_days),
        last_end.human()
    )
}

/// Why a token was revoked, as it is recorded.
pub fn unused(for_days: u32) -> String {
    format!("unused for {}", days(for_days))
}

/// Whose tokens are of this kind, inside of a sentence about all of them.
const fn plural(kind: Kind) -> &'static str {
    match kind {
        Kind::Organization => "the organization",
        Kind::User => "people",
        Kind::Team => "teams",
    }
}
