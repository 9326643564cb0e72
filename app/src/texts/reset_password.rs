//! Setting a new password with the link from a mail.

pub const SET_A_NEW_PASSWORD: &str = "Set a new password";
pub const LEAD: &str = "This signs you out everywhere. Then sign in with the new password.";
pub const SET_PASSWORD: &str = "Set password";

pub const OVER: &str = "This link does not work";
pub const OVER_LEAD: &str = "It was used already, is older than 30 minutes, was replaced by a newer one, or is not complete.";
pub const ASK_FOR_A_NEW_LINK: &str = "Ask for a new link";
