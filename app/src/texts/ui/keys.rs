//! Keys of one letter.

pub const KEYBOARD_SHORTCUTS: &str = "Keyboard shortcuts";

pub const SEARCH: &str = "Search the list, or all tokens";
pub const GENERATE: &str = "Generate a token";
pub const SHOW_KEYS: &str = "Show these keys";

pub const ARE_ON: &str = "They work where you may do that, and not while you type.";
pub const ARE_OFF: &str = "In this browser they are turned off.";
pub const TURN_OFF: &str = "Turn them off";
pub const TURN_ON: &str = "Turn them on";
