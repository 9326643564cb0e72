//! Where a person is signed in.

pub const LEAD: &str = "Where you are signed in. End what you do not recognise, and change your password. A session ends by itself \
     after 30 minutes without use.";
pub const END_ALL_OTHERS: &str = "End all others";

pub const CAPTION: &str = "Your sessions, the latest first";
pub const BROWSER: &str = "Browser";
pub const ADDRESS: &str = "Address";
pub const SIGNED_IN: &str = "Signed in";

pub const THIS_ONE: &str = "This one";
pub const END: &str = "End";
pub const UNKNOWN_ADDRESS: &str = "Unknown";
pub const UNKNOWN_BROWSER: &str = "Unknown browser";

/// What ends a session, for those who do not see in which row it stands.
pub fn end(browser: &str, begun: &str) -> String {
    format!("End the session of {browser}, begun {begun}")
}

pub fn browser_on(browser: &str, system: &str) -> String {
    format!("{browser} on {system}")
}
