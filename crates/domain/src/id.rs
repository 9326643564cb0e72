//! Identifiers: a prefix that says what a thing is, then a time-ordered random number, as in `tok_019aa…`.
//!
//! They are public: knowing one opens nothing. They sort by age, so an index on them stays compact.

use core::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::Timestamp;

/// Says that a text is not an identifier of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {0}_ and 32 hexadecimal digits")]
pub struct NotAnId(&'static str);

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// What the written form begins with, without the underscore.
            pub const PREFIX: &str = $prefix;

            /// Makes an identifier (UUID version 7) of the time of birth, in whole milliseconds, and ten random bytes.
            pub fn new(born: Timestamp, random: [u8; 10]) -> Self {
                let milliseconds = u64::try_from(born.as_micros() / 1000).unwrap_or(0);
                Self(uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                text.strip_prefix(concat!($prefix, "_"))
                    .filter(|rest| rest.len() == 32 && rest.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)))
                    .and_then(|rest| Uuid::try_parse(rest).ok())
                    .map(Self)
                    .ok_or(NotAnId($prefix))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// Names an organization.
    OrganizationId = "org";
    /// Names a person who can sign in.
    UserId = "usr";
    /// Names a token for its whole life, also across rotations.
    TokenId = "tok";
    /// Names a browser session; it is not the cookie.
    SessionId = "ses";
    /// Names a team.
    TeamId = "team";
    /// Names a mail; it is also its Message-ID.
    MailId = "eml";
    /// Names an invitation; it is not the code in its link.
    InvitationId = "inv";
    /// Names a role that an organization has made.
    RoleId = "rol";
    /// Names a password reset; the code in its link is derived from it, with the instance key.
    PasswordResetId = "pwr";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips_and_sorts_by_age() {
        let older = TokenId::new(Timestamp::from_micros(1_000_000), [9; 10]);
        let newer = TokenId::new(Timestamp::from_micros(2_000_000), [0; 10]);
        assert_eq!(older.to_string().parse(), Ok(older));
        assert!(older.to_string() < newer.to_string());
    }

    #[test]
    fn refuses_other_kinds_and_other_spellings() {
        let token = TokenId::new(Timestamp::from_micros(0), [1; 10]).to_string();
        assert!(token.parse::<UserId>().is_err());
        for wrong in [token.to_uppercase(), format!("{token}0"), token.replace("tok_", "tok_{"), String::new()] {
            assert!(wrong.parse::<TokenId>().is_err(), "{wrong}");
        }
    }
}
