//! Keys of one letter: what they do, the help that says it, and how they are turned off.

use leptos::prelude::*;

use super::{
    button::Look,
    icon::{Glyph, Icon},
};
use crate::{paths, preferences::Keys, ssr, texts::ui::keys as say};

/// All keys there are, for the help.
const KEYS: [(&str, &str); 3] = [(SEARCH, say::SEARCH), (GENERATE, say::GENERATE), ("?", say::SHOW_KEYS)];

/// The key that searches.
const SEARCH: &str = "/";
/// The key that generates.
const GENERATE: &str = "c";

/// For `aria-keyshortcuts`: the key, unless this browser shall not listen to any. What names no key has none, and promises none.
pub fn key(key: &'static str) -> Option<&'static str> {
    (ssr::request().preferences.keys == Keys::On).then_some(key)
}

/// The button that shows the keys there are, and what it shows.
#[component]
pub fn KeyHelp(
    /// Where the tokens are searched from pages that have no list of their own.
    search: Option<String>,
    /// Where a token is generated from pages that do not lead there themselves.
    generate: Option<String>,
) -> impl IntoView {
    let rows = KEYS.map(|(key, does)| {
        let address = match key {
            SEARCH => search.clone(),
            GENERATE => generate.clone(),
            _ => None,
        };
        let does = match address {
            Some(address) => view! {
                <a href=address aria-keyshortcuts=self::key(key)>
                    {does}
                </a>
            }
            .into_any(),
            None => does.into_any(),
        };
        view! {
            <div>
                <dt>
                    <kbd class="key">{key}</kbd>
                </dt>
                <dd>{does}</dd>
            </div>
        }
    });
    let text = match ssr::request().preferences.keys {
        Keys::On => say::ARE_ON,
        Keys::Off => say::ARE_OFF,
    };
    view! {
        <button
            r#type="button"
            class="button ml-auto"
            data-look=Look::Quiet.as_str()
            popovertarget="keys"
            aria-label=say::KEYBOARD_SHORTCUTS
            aria-keyshortcuts=key("?")
        >
            <Icon glyph=Glyph::Keyboard />
        </button>
        <div class="menu" id="keys" popover="auto" role="dialog" tabindex="-1" aria-labelledby="keys-title" aria-describedby="keys-text">
            <h2 class="menu-name" id="keys-title">
                {say::KEYBOARD_SHORTCUTS}
            </h2>
            <dl class="keys">{rows}</dl>
            <p class="menu-email" id="keys-text">
                {text}
            </p>
            <a class="button" data-look=Look::Secondary.as_str() href=format!("{}#shortcuts", paths::ACCOUNT)>
                {match ssr::request().preferences.keys {
                    Keys::On => say::TURN_OFF,
                    Keys::Off => say::TURN_ON,
                }}
            </a>
        </div>
    }
}
