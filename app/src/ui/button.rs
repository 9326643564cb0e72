//! Buttons, and links that look like them.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};

/// How much weight a button has. At most one primary button stands in a view.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Look {
    Primary,
    #[default]
    Secondary,
    Danger,
    /// Leads to what is done with [`Self::Danger`].
    Grave,
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
            Self::Grave => "grave",
            Self::Quiet => "quiet",
        }
    }
}

/// The button that sends a form. In a page that is live it says `meanwhile` while the answer is awaited.
#[component]
pub fn Submit(
    #[prop(optional)] id: Option<&'static str>,
    #[prop(default = Look::Primary)] look: Look,
    #[prop(optional)] meanwhile: Option<&'static str>,
    #[prop(optional)] glyph: Option<Glyph>,
    label: &'static str,
) -> impl IntoView {
    view! {
        <button r#type="submit" id=id class="button" data-look=look.as_str() data-meanwhile=meanwhile>
            <span class="button-spinner" aria-hidden="true"></span>
            {glyph.map(|glyph| view! { <Icon glyph=glyph /> })}
            <span>{label}</span>
        </button>
    }
}

/// A link to a page that looks like a button.
#[component]
pub fn ButtonLink(
    #[prop(optional)] look: Look,
    #[prop(into)] href: String,
    /// The key that follows it, as [`super::keys::key`] allows.
    #[prop(optional_no_strip)]
    key: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    view! {
        <a class="button" data-look=look.as_str() href=href aria-keyshortcuts=key>
            {children()}
        </a>
    }
}
