//! Pages of a long list, found by the last row seen and not by counting, so that page 1,000 costs what page 1 costs.

use core::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    Invalid, Label, Token, TokenId,
    texts::lists,
    token_query::{By, Sort},
};

/// Some rows of a list and where the next ones begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows, in the list's order.
    pub items: Vec<T>,
    /// Where the next page begins; none on the last page.
    pub next: Option<Cursor>,
}

/// The place of a row in a list of tokens. It names the order of that list, since it is no place in a list of another order. Written
/// `SORT.KEY.tok_…`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cursor {
    /// The order of the list.
    pub sort: Sort,
    /// What the row is sorted by.
    pub key: Key,
    /// Decides between rows with the same key.
    pub id: TokenId,
}

/// What a row is sorted by, as a value that two rows are compared by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// A label; the database knows how it compares.
    Label(Label),
    /// Microseconds; [`Key::NEVER`] and [`Key::NOT_YET`] stand for none.
    Time(i64),
}

impl Key {
    /// The end of what never ends: after all others.
    pub const NEVER: i64 = i64::MAX;
    /// The use of what was never used: before all others.
    pub const NOT_YET: i64 = 0;
}

impl Cursor {
    /// The place of a token in a list with this order.
    pub fn of(token: &Token, sort: Sort) -> Self {
        let key = match sort.by {
            By::Label => Key::Label(token.label.clone()),
            By::Created => Key::Time(token.created_at.as_micros()),
            By::Expires => Key::Time(token.expires_at.map_or(Key::NEVER, crate::Timestamp::as_micros)),
            By::LastUsed => Key::Time(token.last_used_at.map_or(Key::NOT_YET, crate::Timestamp::as_micros)),
        };
        Self { sort, key, id: token.id }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            Key::Label(label) => write!(f, "{}.{label}.{}", self.sort, self.id),
            Key::Time(micros) => write!(f, "{}.{micros}.{}", self.sort, self.id),
        }
    }
}

impl FromStr for Cursor {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let parse = || {
            let (sort, rest) = text.split_once('.')?;
            let (key, id) = rest.rsplit_once('.')?;
            let sort: Sort = sort.parse().ok()?;
            let key = match sort.by {
                By::Label => Key::Label(Label::parse(key).ok()?),
                By::Created | By::Expires | By::LastUsed => Key::Time(key.parse().ok().filter(|micros| *micros >= 0)?),
            };
            Some(Self { sort, key, id: id.parse().ok()? })
        };
        parse().ok_or_else(|| Invalid(lists::NO_PLACE.to_owned()))
    }
}

impl TryFrom<String> for Cursor {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<Cursor> for String {
    fn from(cursor: Cursor) -> Self {
        cursor.to_string()
    }
}
