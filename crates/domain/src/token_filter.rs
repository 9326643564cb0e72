//! What a program looks for in the list of tokens: all of them whatever they are, narrowed by what it names. People ask with
//! [`crate::TokenQuery`], which has two views and offers choices; a program computes its own points in time.

use crate::{
    Cursor, Invalid, Name, Search, Status, Timestamp,
    attention::Finding,
    texts::{
        lists, token_filter as say,
        token_query::{EXPIRING, FINDING, OWNER, STATUS},
    },
    token_query::{Grant, Owned, Refused, STATUSES, Sort, View, one_of, search},
};

/// A question of a program to the list of tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenFilter {
    /// What the tokens are.
    pub status: Option<Status>,
    /// What label, description or the hint of a secret hold, of an earlier one too.
    pub search: Option<Search>,
    /// What they may do.
    pub role: Option<Grant>,
    /// Whom they belong to: the organization or people. A program is nobody, so nothing is its own.
    pub owner: Option<Owned>,
    /// Before when they end, or have ended.
    pub expiring_before: Option<Timestamp>,
    /// Only what has no end.
    pub never_expires: bool,
    /// Since when they have not been used. One that was never used counts from its creation.
    pub unused_since: Option<Timestamp>,
    /// Only what was not used once.
    pub never_used: bool,
    /// Who generated them, by the exact name.
    pub created_by: Option<Name>,
    /// What is the matter with them.
    pub finding: Option<Finding>,
    /// In which order.
    pub sort: Sort,
    /// The row before the first one wanted.
    pub after: Option<Cursor>,
}

impl TokenFilter {
    /// The parameters.
    pub const FIELDS: [&str; 12] =
        ["status", "q", "role", "owner", "expires", "expiring_before", "used", "unused_since", "created_by", "finding", "sort", "after"];

    /// Reads the parameters of an address, each of which may be there once. One that is unknown or empty is refused: a program that
    /// misspells a filter must not get everything.
    pub fn from_pairs<N: AsRef<str>, V: AsRef<str>>(pairs: impl IntoIterator<Item = (N, V)>) -> Result<Self, Refused> {
        let mut it = Self::default();
        let mut seen: Vec<&str> = Vec::new();
        let refuse = |field, why: &str| Refused { field, why: Invalid(why.to_owned()) };
        for (name, value) in pairs {
            let known = Self::FIELDS.into_iter().find(|field| *field == name.as_ref());
            let field = known.ok_or_else(|| refuse("parameters", say::UNKNOWN_PARAMETER))?;
            if seen.contains(&field) {
                return Err(refuse(field, say::TWICE));
            }
            seen.push(field);
            let value = value.as_ref();
            if value.is_empty() {
                return Err(refuse(field, say::EMPTY));
            }
            let read = match field {
                "status" => one_of(&STATUSES, Status::as_str, value, STATUS).map(|status| it.status = Some(status)),
                "q" => search(value).map(|search| it.search = Some(search)),
                "role" => Grant::read(value).map(|role| it.role = Some(role)),
                "owner" => one_of(&Owned::FOR_PROGRAMS, Owned::as_str, value, OWNER).map(|owner| it.owner = Some(owner)),
                "expires" => never(value, EXPIRING).map(|()| it.never_expires = true),
                "used" => never(value, say::USED).map(|()| it.never_used = true),
                "finding" => one_of(&Finding::ALL, Finding::as_str, value, FINDING).map(|finding| it.finding = Some(finding)),
                "expiring_before" => value.parse().map(|time| it.expiring_before = Some(time)),
                "unused_since" => value.parse().map(|time| it.unused_since = Some(time)),
                "created_by" => Name::parse(value).map(|name| it.created_by = Some(name)),
                "sort" => value.parse().map(|sort| it.sort = sort),
                _ => value.parse().map(|after| it.after = Some(after)),
            };
            read.map_err(|why| Refused { field, why })?;
        }
        if it.after.as_ref().is_some_and(|after| after.sort != it.sort) {
            return Err(refuse("after", lists::OTHER_ORDER));
        }
        let is_over = it.status.is_some_and(|status| View::Inactive.statuses().contains(&status));
        if is_over && it.finding.is_some_and(|finding| !finding.is_in(View::Inactive)) {
            return Err(refuse("finding", say::NONE_IS_OVER));
        }
        Ok(it)
    }

    /// Whether only what may still be accepted can be found, though no status says so.
    pub fn is_of_active(&self) -> bool {
        self.status.is_none() && self.finding.is_some_and(|finding| !finding.is_in(View::Inactive))
    }
}

/// Reads the one word that says when something does not happen by itself; points in time have parameters of their own.
fn never(value: &str, what: &str) -> Result<(), Invalid> {
    one_of(&["never"], |word| word, value, what).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<TokenFilter, &'static str> {
        TokenFilter::from_pairs(form_urlencoded::parse(query.as_bytes())).map_err(|refused| refused.field)
    }

    #[test]
    fn everything_is_asked_for_unless_it_is_named() {
        assert_eq!(read(""), Ok(TokenFilter::default()));
        let filter = read("status=revoked&q=ci&role=custom&expiring_before=2026-11-22T09:05:00Z&created_by=Ada&sort=label").unwrap();
        assert_eq!((filter.status, filter.role), (Some(Status::Revoked), Some(Grant::Custom)));
        assert_eq!(filter.expiring_before.map(Timestamp::iso).as_deref(), Some("2026-11-22T09:05:00.000Z"));
        assert_eq!(filter.created_by.as_ref().map(Name::as_str), Some("Ada"));
        assert_eq!(filter.sort.to_string(), "label");
        // The offset that an address turns into a space is a mistake, not another time.
        assert_eq!(read("unused_since=2026-11-22T09:05:00+01:00"), Err("unused_since"));
        assert!(read("unused_since=2026-11-22T09:05:00%2B01:00").is_ok());
        let filter = read("expires=never&used=never&finding=left").unwrap();
        assert!(filter.never_expires && filter.never_used && filter.is_of_active());
        assert_eq!(filter.finding, Some(Finding::CreatorLeft));
        assert!(!read("finding=presented").unwrap().is_of_active(), "what is over is still presented");
        assert!(!read("finding=policy&status=disabled").unwrap().is_of_active(), "the status says it");
    }

    #[test]
    fn what_cannot_be_taken_is_named() {
        for (query, field) in [
            ("status=asleep", "status"),
            ("status=", "status"),
            ("status=active&status=active", "status"),
            ("view=active", "parameters"),
            ("role=owner", "role"),
            ("owner=me", "owner"),
            ("q=jto_00000000000000000000000000000000000000", "q"),
            ("expiring_before=soon", "expiring_before"),
            ("unused_since=30", "unused_since"),
            ("expires=2027-01-01T00:00:00Z", "expires"),
            ("used=often", "used"),
            ("finding=odd", "finding"),
            ("finding=left&status=revoked", "finding"),
            ("status=expired&finding=policy", "finding"),
            ("sort=color", "sort"),
            ("after=x", "after"),
            ("after=-created.1.tok_00000000000000000000000000000000&sort=label", "after"),
        ] {
            assert_eq!(read(query), Err(field), "{query}");
        }
    }
}
