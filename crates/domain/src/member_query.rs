//! What the list of members is asked for: whom to search for, and where its page begins. It stands in the address of the list.

use core::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    Invalid, Member, Name, Search, UserId,
    texts::lists,
    token_query::{Refused, search},
};

/// Which members are listed, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberQuery {
    /// What the name or the address holds, in small or capital letters; none for everybody.
    pub search: Option<Search>,
    /// The place after which the page begins; none for the first page.
    pub after: Option<MemberPlace>,
}

/// The place of a member in the list. It stays one when they are renamed or removed. Written `usr_….NAME`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MemberPlace {
    /// Decides between people of the same name.
    pub user: UserId,
    /// What they were called; the database knows how it compares.
    pub name: Name,
}

impl MemberQuery {
    /// Reads what an address holds. What is empty is not asked for, as a form sends it.
    pub fn parse(q: &str, after: &str) -> Result<Self, Refused> {
        let in_field = |field| move |why| Refused { field, why };
        let asked = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        Ok(Self {
            search: asked(q).map(|q| search(&q)).transpose().map_err(in_field("q"))?,
            after: asked(after).map(|after| after.parse()).transpose().map_err(in_field("after"))?,
        })
    }
}

impl MemberPlace {
    /// Where this member is.
    pub fn of(member: &Member) -> Self {
        Self { user: member.user, name: member.name.clone() }
    }
}

impl fmt::Display for MemberPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.user, self.name)
    }
}

impl FromStr for MemberPlace {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let parse = || {
            let (user, name) = text.split_once('.')?;
            Some(Self { user: user.parse().ok()?, name: Name::parse(name).ok()? })
        };
        parse().ok_or_else(|| Invalid(lists::NO_PLACE.to_owned()))
    }
}

impl TryFrom<String> for MemberPlace {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<MemberPlace> for String {
    fn from(place: MemberPlace) -> Self {
        place.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written() {
        let user = "usr_019aa3c4f1a07d3e8000000000000003";
        for name in ["Ada", "Dr. Ada B. Lovelace", "Ada & Söhne"] {
            let place = MemberPlace { user: user.parse().unwrap(), name: Name::parse(name).unwrap() };
            assert_eq!(place.to_string().parse(), Ok(place));
        }
        for wrong in ["x", user, "usr_x.Ada", ".Ada", "usr_019aa3c4f1a07d3e8000000000000003."] {
            assert!(wrong.parse::<MemberPlace>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_cannot_be_taken_is_named() {
        assert_eq!(MemberQuery::parse(" ", ""), Ok(MemberQuery::default()));
        assert_eq!(MemberQuery::parse(" ada ", "").unwrap().search.unwrap().as_str(), "ada");
        assert_eq!(MemberQuery::parse("", "x").unwrap_err().field, "after");
        assert_eq!(MemberQuery::parse(&"x".repeat(101), "").unwrap_err().field, "q");
        assert_eq!(MemberQuery::parse(&format!("jto_{}", "0".repeat(38)), "").unwrap_err().field, "q", "a secret");
    }
}
