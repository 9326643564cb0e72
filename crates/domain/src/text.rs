//! Short texts that people type: parsed once, at the edge, and valid ever after.

use serde::{Deserialize, Serialize};

use crate::texts::text as say;

/// Says what is wrong with a typed value, in a sentence fit for the person who typed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(pub String);

/// Bidirectional controls can make a label read as another one, and what has no shape can make it look empty; all other controls can break
/// a log line or a terminal.
fn is_deceptive(c: char) -> bool {
    let shapeless = matches!(c, '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{3164}' | '\u{ffa0}' | '\u{feff}');
    let turning = matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || shapeless || turning
}

fn parse(typed: &str, what: &str, longest: usize, line_breaks: bool) -> Result<String, Invalid> {
    let text = typed.trim().replace("\r\n", "\n");
    if text.chars().any(|c| is_deceptive(c) && !(line_breaks && c == '\n')) {
        return Err(Invalid(say::deceptive(what)));
    }
    // A page shows a run of white space as one space; what cannot be seen could not be typed to confirm a revocation.
    let text = if line_breaks { text } else { text.split_whitespace().collect::<Vec<_>>().join(" ") };
    let length = text.chars().count();
    if length > longest {
        return Err(Invalid(say::too_long(what, longest, length)));
    }
    Ok(text)
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident: $what:ident, needed $needed:literal, up to $most:literal, line breaks $breaks:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The most characters it may have.
            pub const LONGEST: usize = $most;

            /// Checks what was typed; white space around it is dropped.
            pub fn parse(typed: &str) -> Result<Self, Invalid> {
                let text = parse(typed, say::$what, $most, $breaks)?;
                if text.is_empty() && $needed {
                    return Err(Invalid(say::needed(say::$what)));
                }
                Ok(Self(text))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = Invalid;

            fn try_from(text: String) -> Result<Self, Invalid> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

texts! {
    /// What a token is recognised by: 1 to 64 characters on one line.
    Label: LABEL, needed true, up to 64, line breaks false;
    /// What a token is for: up to 500 characters, may be empty, may have several lines.
    Description: DESCRIPTION, needed false, up to 500, line breaks true;
    /// Why something was ended: 1 to 200 characters on one line.
    Reason: REASON, needed true, up to 200, line breaks false;
    /// What a list is searched for: up to 100 characters on one line.
    Search: SEARCH, needed true, up to 100, line breaks false;
    /// What a person or an organization is called: 1 to 64 characters on one line.
    Name: NAME, needed true, up to 64, line breaks false;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_characters_not_bytes() {
        assert!(Label::parse(&"é".repeat(64)).is_ok());
        assert_eq!(Label::parse(&"é".repeat(65)).unwrap_err().0, "A label may have 64 characters; this has 65.");
    }

    #[test]
    fn refuses_emptiness_controls_and_direction_marks() {
        assert_eq!(Label::parse("  ").unwrap_err().0, "A label is needed.");
        assert!(Description::parse("").is_ok());
        for bad in ["a\nb", "a\0b", "a\u{202e}b", "a\u{1b}[31m", "a\u{2028}b"] {
            assert!(Label::parse(bad).is_err(), "{bad:?}");
        }
        for bad in ["\u{200b}", "a\u{ad}b", "\u{3164}"] {
            assert!(Label::parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(Label::parse("prod  deploy\u{a0}bot").unwrap().as_str(), "prod deploy bot");
        assert_eq!(Description::parse("a\r\nb").unwrap().as_str(), "a\nb");
    }

    #[test]
    fn reads_back_only_what_is_valid() {
        assert!(serde_json::from_str::<Label>("\"ci\"").is_ok());
        assert!(serde_json::from_str::<Label>("\"\"").is_err());
    }
}
