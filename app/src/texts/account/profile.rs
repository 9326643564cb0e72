//! What a person is called, how the console looks to them, and their password.

use leptos::prelude::*;

pub const NAME_NOT_CHANGED: &str = "Your name was not changed";
pub const NAME_HINT: &str = "How others see you. What you did before keeps the name you had.";
pub const EMAIL_HINT: &str = "You sign in with it. It cannot be changed.";
pub const SAVE: &str = "Save";

pub const PASSWORD_LEAD: &str = "Changing it signs you out everywhere else.";
pub const CURRENT_PASSWORD: &str = "Current password";
pub const CHANGE_PASSWORD: &str = "Change password";

pub const THIS_BROWSER: &str = "This browser";
pub const THIS_BROWSER_LEAD: &str = "The colours and keyboard shortcuts of this browser. Others that you sign in with have their own.";
pub const NOTHING_CHANGED: &str = "Nothing was changed";
pub const COLOURS: &str = "Colours";
pub const SHORTCUTS: &str = "Keyboard shortcuts";
pub const SAVE_PREFERENCES: &str = "Save preferences";
pub const SHORTCUTS_HINT: &str = "Single keys; ? lists them. Turn them off if you press them without meaning to.";

/// To who is a member of nothing.
pub fn nowhere() -> impl IntoView {
    view! {
        <strong>"You belong to no organization."</strong>
        " Whoever removed you, or an admin of the organization that you look for, can invite you again."
    }
}
