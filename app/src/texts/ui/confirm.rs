//! The part of a form in which people show once more that it is they.

pub const CONFIRM_IT_IS_YOU: &str = "Confirm it is you";
pub const YOUR_PASSWORD: &str = "Your password";
pub const HINT: &str = "You signed in a while ago, and this changes who may do what. Nothing was done yet; what you chose is kept.";
