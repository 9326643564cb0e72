//! One's own account.

pub const WRONG_PASSWORD: &str = "This is not your current password.";
pub const PASSWORD_CHANGED_MEANWHILE: &str = "The password was changed meanwhile. Type it once more.";
