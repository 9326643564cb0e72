//! Signing in.

pub const NOT_SIGNED_IN: &str = "You are not signed in";
/// To who came by an address that asks for it.
pub const LEAD: &str = "Sign in to see the page you asked for.";
/// To who has just set a new password.
pub const RESET: &str = "Your password is changed. Sign in with the new one.";
