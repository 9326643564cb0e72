//! The fields that generating and editing a token have in common.

pub const LABEL_HINT: &str = "What the token is recognised by, such as the pipeline or service that will use it.";
pub const UNIQUE_LABEL_HINT: &str =
    "What the token is recognised by, such as the pipeline or service that will use it. No other active token may have it.";
pub const DESCRIPTION_HINT: &str = "What it is for, and whom to ask about it.";

pub const EXPIRES_AFTER: &str = "Expires after";
/// The choice of a lifetime that is typed.
pub const CUSTOM_LIFETIME: &str = "Custom";
pub const DAYS: &str = "Days";
pub const HOURS: &str = "Hours";
pub const MINUTES: &str = "Minutes";
pub const NEVER: &str = "Never";
pub const NEVER_WARNING: &str =
    "A token that never expires works until somebody revokes it. If it leaks and nobody notices, it stays open to whoever found it.";
