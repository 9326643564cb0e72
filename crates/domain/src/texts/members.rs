//! People: how they are named, and what becomes of what they leave behind.

use crate::{AfterLeaving, Hint, Label, Name, Timestamp};

pub const NO_EMAIL: &str = "Type an e-mail address such as ada@example.org.";
pub const EDITED_MEANWHILE: &str = "Somebody changed this member meanwhile, and nothing was done. Find them again, then make your change.";
pub const ROLE_BEYOND_YOURS: &str = "This role may do more than you; choose one that does not.";
pub const NEEDS_AN_OWNER: &str = "An organization needs an owner. Make somebody else an owner first.";

pub const SAY_WHAT_BECOMES: &str =
    "Say what becomes of the tokens: keep, rotate, expire (in 7 days), revoke, or the id of the team to move them to.";
pub const SAY_WHAT_BECOMES_OF_THEIRS: &str = "This person generated tokens that are not over. Say what becomes of them: keep, rotate, expire (in 7 days), revoke, or the id of the team to move them to.";
pub const NOT_THEIR_TOKEN: &str = "This is not a token of this person. Open the page again.";
pub const TOKENS_CHANGED: &str = "The tokens of this person have changed meanwhile. Look through the list once more.";
pub const NO_NEW_SECRETS: &str = "Who leaves gets no new secrets. Keep the tokens, move them, let them expire or revoke them.";
pub const NO_TEAM: &str = "There is no such team. It may have ended meanwhile; choose another one.";

/// What was done with a token, before its name, in the mail about a removal; as the next three.
pub const MOVED_TOKEN: &str = "Moved token";
pub const ROTATED_TOKEN: &str = "Rotated token";
pub const EXPIRING_TOKEN: &str = "Token that will expire";
pub const REVOKED_TOKEN: &str = "Revoked token";

/// Of a choice, in a form.
pub const fn after_leaving(choice: AfterLeaving) -> &'static str {
    match choice {
        AfterLeaving::Keep => "Keep",
        AfterLeaving::Move(_) => "Move to a team",
        AfterLeaving::Rotate => "Rotate",
        AfterLeaving::Expire => "Expire in 7 days",
        AfterLeaving::Revoke => "Revoke now",
    }
}

/// `asked` is the label of one token, or how many there are.
pub fn type_to_confirm(asked: &str) -> String {
    format!("Type {asked} to confirm what is revoked, exactly as it is shown.")
}

pub fn is_of_a_team(label: &Label) -> String {
    format!("“{label}” belongs to a team, so it is neither moved nor rotated here. Keep it, let it expire or revoke it.")
}

pub fn is_beyond_you(label: &Label) -> String {
    format!("“{label}” may do more than you, so you can neither move nor rotate it. Keep it, let it expire or revoke it.")
}

pub fn no_tokens_of_teams(label: &Label) -> String {
    format!("“{label}” cannot be moved: the policy allows no tokens of teams. Choose something else for it.")
}

/// `owner` is whom another token of this label belongs to.
pub fn label_in_use(label: &Label, owner: &str) -> String {
    format!(
        "“{label}” cannot be moved: labels are unique here, and {owner} has a token in force with this one. Choose something else for it."
    )
}

pub fn outlives_who_asks(label: &Label) -> String {
    format!("“{label}” outlives the token that asks, which therefore gets no secret of it.")
}

pub fn too_many_to_rotate(most: usize) -> String {
    format!("With one removal at most {most} tokens are rotated. Rotate some before, or choose something else.")
}

/// Why their tokens were revoked, as it is recorded.
pub fn was_removed(name: &Name) -> String {
    format!("{name} was removed")
}

/// What a token is called in the mail about a removal.
pub fn token(label: &Label, hint: &Hint) -> String {
    format!("{label} ({hint})")
}

pub fn moved_token(label: &Label, hint: &Hint, team: &Name) -> String {
    format!("{label} ({hint}), to team {team}")
}

/// `old` is the old secret, and until when it is accepted, if it still is.
pub fn rotated_token(label: &Label, hint: &Hint, old: Option<(&str, Timestamp)>) -> String {
    match old {
        Some((old, ends_at)) => format!("{label} ({hint}), the old secret {old} is accepted until {}", ends_at.human()),
        None => format!("{label} ({hint}), the old secret is no longer accepted"),
    }
}
