//! A person's own account, and what every page calls the same that asks for a password.

pub mod profile;
pub mod sessions;
pub mod tokens;

pub const YOUR_ACCOUNT: &str = "Your account";
pub const REFUSED: &str = "You may not see this account.";

pub const EMAIL_ADDRESS: &str = "E-mail address";
pub const NEW_PASSWORD: &str = "New password";
/// Of a password that is chosen.
pub const PASSWORD_NOT_CHANGED: &str = "Your password was not changed";

pub const NAME_CHANGED: &str = "Your name is changed.";
pub const PREFERENCES_REMEMBERED: &str = "This browser remembers what you chose.";
pub const PASSWORD_CHANGED: &str = "Your password is changed. All your other sessions have ended.";
pub const SESSION_ENDED: &str = "The session has ended.";
pub const OTHERS_ENDED: &str = "All your other sessions have ended.";
