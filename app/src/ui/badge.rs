//! Badges: a state as an icon and a word, never as colour alone.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};

/// What a badge or notice is about; decides its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Neutral,
    Success,
    Warning,
    Danger,
}

impl Tone {
    /// The word that the style sheets know it by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Danger => "danger",
        }
    }
}

/// A state in a word or two.
#[component]
pub fn Badge(tone: Tone, glyph: Glyph, #[prop(into)] text: String) -> impl IntoView {
    view! {
        <span class="badge" data-tone=tone.as_str()>
            <Icon glyph=glyph />
            {text}
        </span>
    }
}
