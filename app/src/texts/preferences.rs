//! What a browser remembers of how somebody wants the console.

pub const AS_THE_SYSTEM: &str = "As the system";
pub const LIGHT: &str = "Light";
pub const DARK: &str = "Dark";

pub const ON: &str = "On";
pub const OFF: &str = "Off";
