//! One member: what is known about them, and their role.

pub const ID: &str = "Id";
pub const TOKENS_YOU_GENERATED: &str = "Tokens you generated";

pub const CHANGE_THE_ROLE: &str = "Change the role";
pub const CHANGE_ROLE: &str = "Change role";
pub const NOT_CHANGED: &str = "The role was not changed";
pub const HINT: &str = "A change holds from their next request on.";
/// Of one's own role.
pub const HINT_OWN: &str = "A change holds at once. If you give yourself less, only somebody else can give it back.";
