//! The islands. This is compiled for the browser as well, and every visitor loads it: no `domain` here, and nothing that is not needed.

/// Both are followed by what is copied, as in "Copy token", for those who do not see what the button stands beside.
pub const COPY: &str = "Copy";
pub const COPIED: &str = "Copied";
pub const PRESS_TO_COPY: &str = "Selected. Press Ctrl+C (\u{2318}C on a Mac) to copy.";

/// Read out; `what` is as in "token".
pub fn copied(what: &str) -> String {
    format!("Copied: {what}.")
}

/// Read out when a preset has filled the toggles in.
pub fn permissions_are_on(preset: &str, permissions: usize) -> String {
    match permissions {
        1 => format!("{preset}: 1 permission is on."),
        several => format!("{preset}: {several} permissions are on."),
    }
}

pub const SELECT_ALL: &str = "Select all";
/// Goes on after [`SELECT_ALL`] where the screen is wide enough.
pub const ON_THIS_PAGE: &str = " on this page";
pub const SELECT_TOKENS: &str = "Select tokens to revoke several at once.";
pub const SELECT_ONE_FIRST: &str = "Select at least one token first.";

pub fn selected(tokens: usize) -> String {
    match tokens {
        1 => "1 token selected.".to_owned(),
        several => format!("{several} tokens selected."),
    }
}

/// In the question of an older browser whether to leave the page.
pub const NOT_STORED: &str = "This secret is not stored yet.";

/// Above a form that was sent when nobody was signed in any more.
pub const SEND_ONCE_MORE: &str = "Your session had ended, so nothing was done. What you typed is here again: send it once more.";
