//! How somebody wants the console to look and to listen. A browser keeps it, not an account, so that it holds before anybody has signed in and
//! on each machine as it fits there. Decision 38.

use crate::texts::preferences as say;

/// Which colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Theme {
    /// Those of the machine, which may change with the time of day.
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    /// All of them, as they are offered.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The word for it on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// What people call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::System => say::AS_THE_SYSTEM,
            Self::Light => say::LIGHT,
            Self::Dark => say::DARK,
        }
    }

    /// The theme that a word stands for.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == word)
    }

    /// For `<meta name="color-scheme">`, which alone decides: every colour in style/ is a pair, and the browser takes the one of this scheme,
    /// before the style sheet is there for its own parts.
    pub const fn scheme(self) -> &'static str {
        match self {
            Self::System => "light dark",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The colour of the header for `<meta name="theme-color">`, which browsers paint around the page, and for which of the system's colours.
    pub const fn around(self) -> &'static [(&'static str, Option<&'static str>)] {
        const LIGHT: &str = "#ffffff";
        const DARK: &str = "#1a1a19";
        match self {
            Self::System => &[(LIGHT, Some("(prefers-color-scheme: light)")), (DARK, Some("(prefers-color-scheme: dark)"))],
            Self::Light => &[(LIGHT, None)],
            Self::Dark => &[(DARK, None)],
        }
    }
}

/// Keys of one letter. Who speaks to their machine, or whose hand trembles, presses them without meaning to (WCAG 2.1.4).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Keys {
    #[default]
    On,
    Off,
}

impl Keys {
    /// Both, as they are offered.
    pub const ALL: [Self; 2] = [Self::On, Self::Off];

    /// The word for it on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
        }
    }

    /// What people call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::On => say::ON,
            Self::Off => say::OFF,
        }
    }

    /// What a word stands for.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|keys| keys.as_str() == word)
    }
}

/// All that a browser remembers of this.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Preferences {
    /// The colours of every page.
    pub theme: Theme,
    /// Whether keys of one letter do something.
    pub keys: Keys,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_around_a_page_is_coloured_like_its_header() {
        let tokens = include_str!("../../style/tokens.css");
        let [(light, _), (dark, _)] = Theme::System.around() else { panic!("a colour for each") };
        assert!(tokens.contains(&format!("--color-surface: light-dark({light}, {dark});")));
        assert_eq!((Theme::Light.around(), Theme::Dark.around()), (&[(*light, None)][..], &[(*dark, None)][..]));
    }

    #[test]
    fn a_word_that_nobody_offers_is_no_theme() {
        assert!(Theme::ALL.into_iter().all(|theme| Theme::parse(theme.as_str()) == Some(theme)));
        assert!(["", "Dark", "dark ", "blue", "light dark"].into_iter().all(|word| Theme::parse(word).is_none()));
    }
}
