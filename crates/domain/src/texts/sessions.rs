//! Signing in.

pub const WRONG: &str = "The e-mail address or the password is wrong.";
pub const WRONG_PASSWORD: &str = "This is not your password.";
