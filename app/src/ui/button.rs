//! Buttons, and links that look like them.

use leptos::prelude::*;

/// How much weight a button has. At most one primary button stands in a view.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Look {
    Primary,
    #[default]
    Secondary,
    Danger,
    /// No frame: for the least important, and for icons.
    Quiet,
}

impl Look {
    /// The word that the style sheets know it by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::Danger => "danger",
            Self::Quiet => "quiet",
        }
    }
}

/// The button that sends a form. While busy it keeps its place and the focus, and says that it is busy.
#[component]
pub fn Submit(
    /// For who moves the focus to it.
    #[prop(optional)]
    id: Option<&'static str>,
    #[prop(default = Look::Primary)] look: Look,
    /// Whether the answer is awaited.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// What it says meanwhile.
    #[prop(optional)]
    meanwhile: &'static str,
    /// Whether something is missing that has to be there first.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    label: &'static str,
) -> impl IntoView {
    view! {
        <button
            r#type="submit"
            id=id
            class="button"
            data-look=look.as_str()
            disabled=move || disabled.get()
            aria-disabled=move || busy.get().then_some("true")
            data-busy=move || busy.get().then_some("")
        >
            <span class="button-spinner" aria-hidden="true"></span>
            {move || if busy.get() { meanwhile } else { label }}
        </button>
    }
}

/// A link to a page that looks like a button.
#[component]
pub fn ButtonLink(#[prop(optional)] look: Look, #[prop(into)] href: String, children: Children) -> impl IntoView {
    view! {
        <a class="button" data-look=look.as_str() href=href>
            {children()}
        </a>
    }
}
