//! One token.

pub const EDITED: &str = "The token is saved as it is shown here.";
pub const DISABLED: &str = "The token is disabled.";
pub const ENABLED: &str = "The token is enabled.";
pub const REVOKED: &str = "The token is revoked. Whatever still presents it is refused.";
/// While the old secret is accepted as well.
pub const ROTATED: &str = "The token has a new secret. Below is who still uses the old one, until it ends.";
pub const ROTATED_NOW: &str = "The token has a new secret. The old one has ended: whatever still presents it is refused.";
/// When it was generated in the place of another one.
pub const GENERATED: &str =
    "The token is generated. It stands in for another one, which stays as it is: put the new secret wherever the old one was.";

pub const REPLACES: &str = "Replaces";
pub const REPLACED_BY: &str = "Replaced by";
pub const REVOKED_IF_UNUSED: &str = "Revoked if unused";
pub const BY_THE_POLICY: &str = "by the policy";
pub const ID: &str = "Id";

/// What a token of `person` was given and may not do, because they may not.
pub fn cut(person: &str, permissions: &str) -> String {
    format!("It was given more than {person} may do now, and may not do it either: {permissions}.")
}
