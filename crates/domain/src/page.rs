//! Pages of a long list, found by the last row seen and not by counting, so that page 1,000 costs what page 1 costs.

use core::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{Invalid, Timestamp, TokenId};

/// Some rows of a list and where the next ones begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows, newest first.
    pub items: Vec<T>,
    /// Where the next page begins; none on the last page.
    pub next: Option<Cursor>,
}

/// The place of a row in a list that is sorted by creation, newest first. Written `MICROSECONDS.tok_…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cursor {
    /// When the row was created.
    pub created_at: Timestamp,
    /// Decides between rows of the same microsecond.
    pub id: TokenId,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.created_at.as_micros(), self.id)
    }
}

impl FromStr for Cursor {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        text.split_once('.')
            .and_then(|(micros, id)| Some(Self { created_at: Timestamp::from_micros(micros.parse().ok()?), id: id.parse().ok()? }))
            .ok_or_else(|| Invalid("This is no place in the list; start at the first page.".to_owned()))
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
