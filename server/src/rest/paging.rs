//! The parameters of lists that are read page by page and are not searched.

use super::problem::Problem;
use services::Error;

/// How many things a page has when nobody says.
const LIMIT: u32 = 25;
/// The most things on a page.
const MOST: u32 = 100;

/// Which part of a list is asked for.
pub(super) struct Paging {
    /// How many things.
    pub(super) limit: u32,
    /// `next` of the page before; none for the first page.
    pub(super) after: Option<String>,
}

impl Paging {
    /// Reads the parameters. An unknown one is refused, and so is one that is there twice.
    pub(super) fn parse(query: Option<&str>) -> Result<Self, Problem> {
        let (mut limit, mut after) = (None, None);
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            match &*name {
                "limit" if limit.is_none() => {
                    let number = value.parse().ok().filter(|number| (1..=MOST).contains(number));
                    limit = Some(number.ok_or_else(|| invalid("limit", format!("Ask for 1 to {MOST}.")))?);
                }
                "after" if after.is_none() => after = Some(value.into_owned()),
                "limit" | "after" => return Err(invalid("parameters", format!("The parameter {name} is there twice."))),
                _ => return Err(invalid("parameters", "A parameter is unknown; there are: limit, after.".to_owned())),
            }
        }
        Ok(Self { limit: limit.unwrap_or(LIMIT), after })
    }
}

/// Names the parameter that cannot be taken.
pub(super) fn invalid(field: &'static str, why: String) -> Problem {
    Problem::from(Error::Invalid { field, why })
}
