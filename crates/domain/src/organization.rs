//! Organizations: who the tokens belong to.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::{Invalid, Name, OrganizationId, Timestamp, texts::organizations as say};

/// An organization; everything in Jeton belongs to exactly one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// Never changes and is never reused.
    pub id: OrganizationId,
    /// The part of its addresses, unique in an instance.
    pub slug: Slug,
    /// What people call it.
    pub name: Name,
    /// When it was created.
    pub created_at: Timestamp,
}

/// What an organization is called in addresses: 1 to 40 of `a-z`, `0-9` and single hyphens between them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

impl Slug {
    const LONGEST: usize = 40;

    /// Checks a slug that was typed or came in an address.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let fits = (1..=Self::LONGEST).contains(&text.len())
            && text.split('-').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
        if fits { Ok(Self(text.to_owned())) } else { Err(Invalid(say::NO_SLUG.to_owned())) }
    }

    /// Derives a slug from a name: `Acme & Sons` becomes `acme-sons`. A name without any ASCII letter or digit becomes `organization`.
    pub fn from_name(name: &Name) -> Self {
        let parts: Vec<String> = name
            .as_str()
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|part| !part.is_empty())
            .map(str::to_ascii_lowercase)
            .collect();
        let mut text = parts.join("-");
        text.truncate(Self::LONGEST);
        Self::parse(text.trim_end_matches('-')).unwrap_or_else(|_| Self("organization".to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Slug {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_derived_from_a_name() {
        for (name, slug) in [("Acme & Sons", "acme-sons"), ("  --ACME-- ", "acme"), ("日本", "organization"), ("Ωmega 3", "mega-3")] {
            assert_eq!(Slug::from_name(&Name::parse(name).unwrap()).as_str(), slug);
        }
        let long = Slug::from_name(&Name::parse(&"ab ".repeat(21)).unwrap());
        assert_eq!(Slug::parse(long.as_str()), Ok(long));
    }

    #[test]
    fn refuses_what_would_not_survive_an_address() {
        for wrong in ["", "-a", "a-", "a--b", "A", "a/b", "ä", &"a".repeat(41)] {
            assert!(Slug::parse(wrong).is_err(), "{wrong}");
        }
    }
}
