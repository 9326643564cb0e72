//! The dialog that shows a secret, once.

use leptos::prelude::*;

pub const COPY_NOW: &str = "Copy it now and store it safely.";
/// Goes on after [`COPY_NOW`], which stands out.
pub const ONLY_ONCE: &str = "It is shown only this once: nobody can see it again, not even an admin.";
/// What is copied: goes into "Copy token" and "Copied: token." of [`crate::texts::islands`].
pub const COPIED: &str = "token";
/// Where the button that copies does nothing.
pub const SELECT_TO_COPY: &str = "Select it and press Ctrl+C (\u{2318}C on a Mac) to copy, or touch and hold it.";

/// Of a token with a role. `until` is when it expires.
pub fn may_as_role(role: &str, until: Option<AnyView>) -> AnyView {
    match until {
        Some(until) => {
            let may = format!("It may do what the role {role} allows, until ");
            view! { {may} {until} "." }.into_any()
        }
        None => format!("It may do what the role {role} allows, until somebody revokes it.").into_any(),
    }
}

/// Of a token with permissions of its own. `until` is when it expires.
pub fn may_as_chosen(permissions: usize, until: Option<AnyView>) -> AnyView {
    let things = match permissions {
        1 => "1 thing".to_owned(),
        many => format!("{many} things"),
    };
    match until {
        Some(until) => {
            let may = format!("It may do {things}, as chosen, until ");
            view! { {may} {until} "." }.into_any()
        }
        None => format!("It may do {things}, as chosen, until somebody revokes it.").into_any(),
    }
}

pub const OLD_HAS_ENDED: &str = "The old secret has ended.";

pub fn old_works_until(old: AnyView, ends_at: AnyView, until_first_use: bool) -> impl IntoView {
    view! { "The old secret " {old} " works until " {ends_at} {until_first_use.then_some(", or until this one is first used")} "." }
}

pub const READY_TO_PASTE: &str = "Ready to paste";
pub const ENVIRONMENT_VARIABLE: &str = "Environment variable";
pub const CURL: &str = "curl";
pub const KUBERNETES_SECRET: &str = "Kubernetes secret";
pub const POWERSHELL: &str = "PowerShell";

pub const STORED: &str = "I have stored it";
pub const DONE: &str = "Done";
