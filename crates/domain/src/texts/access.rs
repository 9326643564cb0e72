//! Who asks, and what they may reach.

/// Who did something, in the audit trail: who can run commands on the machine, and the server by itself.
pub const OPERATOR: &str = "Operator";
pub const JETON: &str = "Jeton";

pub const CHANGED_MEANWHILE: &str = "What you may do was changed meanwhile, and nothing was done. Send it again if you still may.";
pub const NO_ORGANIZATION: &str = "There is no organization with this slug.";
pub const TYPE_YOUR_PASSWORD: &str = "Confirm that it is you: type your password.";

pub const TOKEN_OF_NOBODY: &str =
    "A token belongs to the person who generates it, in the console or with a token of their own; this token is nobody's.";
pub const NOT_IN_THE_TEAM: &str = "Only somebody in a team can generate a token for it; choose a team that you are in.";
pub const IN_NO_TEAM: &str = "Only somebody in a team can generate a token for it, in the console or with a token of their own.";
