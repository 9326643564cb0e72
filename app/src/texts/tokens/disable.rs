//! Switching a token off and on again, on its page.

pub const DISABLE: &str = "Disable";
pub const DISABLING: &str = "Disabling…";
pub const ENABLE: &str = "Enable";
pub const ENABLING: &str = "Enabling…";

pub const IS_DISABLED: &str = "This token is disabled: whatever presents it is refused until somebody enables it.";
