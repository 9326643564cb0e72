//! The secret: how it is written, checked without a database, masked, and handed over once.
//!
//! `jto_` + 32 random base62 characters (190 bits) + 6 base62 characters of CRC-32 over everything before. Only letters, digits and
//! `_`, so that a double click selects all of it and secret scanners recognise it; the checksum tells a typing error from an attack
//! before any look-up.

use core::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use crate::{Invalid, Token, texts::secret as say};

/// Random characters in a secret.
pub const BODY_LENGTH: usize = 32;
pub(crate) const CHECKSUM_LENGTH: usize = 6;
/// Nothing longer is looked at: the longest prefix, the RFC 8959 scheme and the rest stay well below.
const LONGEST_PRESENTED: usize = 128;
/// The scheme of RFC 8959, which may stand before a secret.
const URI_SCHEME: &str = "secret-token:";

/// What the secrets of an instance begin with: 2 to 8 small letters, `jt` unless the operator chose otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prefix(String);

impl Prefix {
    /// The prefix as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Prefix {
    fn default() -> Self {
        Self("jt".to_owned())
    }
}

impl FromStr for Prefix {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if (2..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid(say::NO_PREFIX.to_owned()))
        }
    }
}

/// Whom a token belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The organization: it outlives the person who generated it.
    Organization,
    /// A team.
    Team,
    /// One person.
    User,
}

impl Kind {
    /// The word in storage and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Team => "team",
            Self::User => "user",
        }
    }

    const fn letter(self) -> char {
        match self {
            Self::Organization => 'o',
            Self::Team => 't',
            Self::User => 'u',
        }
    }

    const fn from_letter(letter: char) -> Option<Self> {
        match letter {
            'o' => Some(Self::Organization),
            't' => Some(Self::Team),
            'u' => Some(Self::User),
            _ => None,
        }
    }
}

impl FromStr for Kind {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        [Self::Organization, Self::Team, Self::User]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| Invalid(say::NO_KIND.to_owned()))
    }
}

/// A well-formed secret. It is wiped when dropped, and it cannot be printed, copied, compared or serialized:
/// [`Issued`] is the only way out.
pub struct Secret {
    text: Zeroizing<String>,
}

/// Says that what was presented is no secret of this instance. It does not say why: nobody presenting one needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a token of this instance")]
pub struct Malformed;

impl Secret {
    /// Writes a secret around random base62 characters, which have to come from the operating system's generator.
    /// Fails when the body is not [`BODY_LENGTH`] base62 characters.
    pub fn mint(prefix: &Prefix, kind: Kind, body: &str) -> Result<Self, Malformed> {
        if body.len() != BODY_LENGTH || !body.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(Malformed);
        }
        let mut text = Zeroizing::new(String::with_capacity(LONGEST_PRESENTED));
        text.push_str(prefix.as_str());
        text.push(kind.letter());
        text.push('_');
        text.push_str(body);
        let checksum = checksum(&text);
        text.extend(checksum.map(char::from));
        Ok(Self { text })
    }

    /// The secret as whoever it is handed to presents it.
    pub fn presented(&self) -> PresentedSecret<'_> {
        PresentedSecret(&self.text)
    }

    /// The plaintext, to hash it or to hand it over. Whoever calls this answers for where it goes.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// The mask that may be shown ever after.
    pub fn hint(&self) -> Hint {
        let start = self.text.find('_').map_or(0, |at| at + 1);
        Hint(format!("{}{}…{}", &self.text[..start], &self.text[start..start + 4], &self.text[self.text.len() - 4..]))
    }
}

/// A well-formed secret that lies where it was presented: to be hashed, not kept, so that reading it makes no copy that would have to be wiped. It
/// cannot be printed either.
#[derive(Clone, Copy)]
pub struct PresentedSecret<'a>(&'a str);

impl<'a> PresentedSecret<'a> {
    /// Reads what was presented, with or without `secret-token:` before it, nothing trimmed. The checks run from the cheapest on:
    /// length, prefix, alphabet, checksum.
    pub fn parse(presented: &'a str, prefix: &Prefix) -> Result<Self, Malformed> {
        if presented.len() > LONGEST_PRESENTED {
            return Err(Malformed);
        }
        let text = presented.strip_prefix(URI_SCHEME).unwrap_or(presented);
        let rest = text.strip_prefix(prefix.as_str()).ok_or(Malformed)?;
        let (kind, tail) = rest.split_once('_').ok_or(Malformed)?;
        let mut letters = kind.chars();
        let (Some(letter), None) = (letters.next(), letters.next()) else { return Err(Malformed) };
        Kind::from_letter(letter).ok_or(Malformed)?;
        if tail.len() != BODY_LENGTH + CHECKSUM_LENGTH || !tail.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(Malformed);
        }
        let (covered, claimed) = text.split_at(text.len() - CHECKSUM_LENGTH);
        if checksum(covered) != claimed.as_bytes() {
            return Err(Malformed);
        }
        Ok(Self(text))
    }

    /// The plaintext, to hash it. Whoever calls this answers for where it goes.
    pub fn expose(self) -> &'a str {
        self.0
    }
}

/// Six base62 characters; CRC-32 needs at most six. Nothing is allocated: it is computed twice for each verification.
fn checksum(covered: &str) -> [u8; CHECKSUM_LENGTH] {
    let mut digits = [0; CHECKSUM_LENGTH];
    let length = base62::encode_bytes(crc32fast::hash(covered.as_bytes()), &mut digits).unwrap_or(CHECKSUM_LENGTH);
    let mut padded = [b'0'; CHECKSUM_LENGTH];
    padded[CHECKSUM_LENGTH - length..].copy_from_slice(&digits[..length]);
    padded
}

/// A masked secret, `jto_Ab1c…9xYz`: the prefix, the first four and the last four characters. The last four are of the checksum; 28
/// random characters (166 bits) stay unknown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hint(String);

impl Hint {
    /// Takes a mask back from storage.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The mask.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A token that has just been generated, with its secret: the one answer that carries a secret outward, once. It cannot be printed or
/// copied.
#[derive(Serialize, Deserialize)]
pub struct Issued {
    /// The record, as the list shows it.
    pub token: Token,
    /// The plaintext; it exists nowhere else from here on.
    #[serde(serialize_with = "write", deserialize_with = "read")]
    pub secret: Secret,
}

fn write<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}

fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    // The browser reads what its own server sent and does not know the prefix; it shows the text and decides nothing with it.
    let text = Zeroizing::new(String::deserialize(deserializer)?);
    Ok(Secret { text })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn prefix() -> Prefix {
        Prefix::default()
    }

    #[test]
    fn is_written_as_documented() {
        let secret = Secret::mint(&prefix(), Kind::Organization, "Ab1cdefghijklmnopqrstuvwxyz01234").unwrap();
        assert_eq!(secret.expose().len(), 42);
        assert!(secret.expose().starts_with("jto_Ab1cdefghijklmnopqrstuvwxyz01234"));
        let last = &secret.expose()[38..];
        assert_eq!(secret.hint().as_str(), format!("jto_Ab1c…{last}"));
    }

    #[test]
    fn near_forms_are_refused() {
        let secret = Secret::mint(&prefix(), Kind::Team, &"a".repeat(32)).unwrap();
        let good = secret.expose();
        assert!(PresentedSecret::parse(good, &prefix()).is_ok());
        assert!(PresentedSecret::parse(&format!("secret-token:{good}"), &prefix()).is_ok());
        for near in [
            format!(" {good}"),
            format!("{good} "),
            format!("{good}\n"),
            format!("{good}\0"),
            format!("SECRET-TOKEN:{good}"),
            format!("secret-token:secret-token:{good}"),
            good.to_uppercase(),
            good.replace('_', "%5F"),
            good.replace('_', "-"),
            good.replace("jtt", "jtx"),
            good.replace("jtt", "jt"),
            good.replace("jtt", "jttt"),
            good.replace('a', "ａ"),
            good[..41].to_owned(),
            "x".repeat(1 << 20),
            String::new(),
            "jto_".to_owned(),
            "_".to_owned(),
        ] {
            assert!(PresentedSecret::parse(&near, &prefix()).is_err(), "{near:.60}");
        }
    }

    proptest! {
        #[test]
        fn every_changed_character_and_every_swap_is_noticed(body in "[0-9A-Za-z]{32}", at in 0_usize..42, other in "[0-9A-Za-z]") {
            let secret = Secret::mint(&prefix(), Kind::User, &body).unwrap();
            prop_assert!(PresentedSecret::parse(secret.expose(), &prefix()).is_ok());
            let mut changed = secret.expose().to_owned();
            changed.replace_range(at..=at, &other);
            prop_assert_eq!(PresentedSecret::parse(&changed, &prefix()).is_ok(), changed == secret.expose());
            let mut swapped = secret.expose().as_bytes().to_vec();
            swapped.swap(at, (at + 1) % 42);
            let swapped = String::from_utf8(swapped).unwrap();
            prop_assert_eq!(PresentedSecret::parse(&swapped, &prefix()).is_ok(), swapped == secret.expose());
        }

        #[test]
        fn no_input_makes_it_panic(presented in any::<String>()) {
            prop_assert!(PresentedSecret::parse(&presented, &prefix()).is_err());
        }
    }
}
