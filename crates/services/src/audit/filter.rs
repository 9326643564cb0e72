//! Which events are asked for.

use std::time::Duration;

use domain::{
    Timestamp,
    audit::Action,
    texts::audit as say,
    token_query::{NO_SECRET_HERE, looks_like_a_secret},
};

use crate::error::{Error, Result};

const A_DAY: Duration = Duration::from_hours(24);
/// The most characters of a name or id to look for.
const LONGEST: usize = 100;

/// The filter as it was typed; empty fields ask for nothing.
#[derive(Debug, Default, Clone)]
pub struct Form {
    /// The stored word of an [`Action`].
    pub action: String,
    /// The beginning of a name, or an id.
    pub actor: String,
    /// The beginning of a name, or an id.
    pub target: String,
    /// A day in UTC, as in `2026-11-22`.
    pub from: String,
    /// A day in UTC; events of that day are let through as well.
    pub to: String,
    /// The number of an event: only those before it.
    pub before: String,
}

/// Which events to let through; the default lets through all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Only this action.
    pub action: Option<Action>,
    /// Who: an id, or how the name begins, whatever the case of its ASCII letters. Empty for everybody.
    pub actor: String,
    /// On what: likewise.
    pub target: String,
    /// Not before this.
    pub from: Timestamp,
    /// Before this.
    pub until: Timestamp,
    /// Only events with a lower number.
    pub before: i64,
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            action: None,
            actor: String::new(),
            target: String::new(),
            from: Timestamp::from_micros(0),
            until: Timestamp::from_micros(i64::MAX),
            before: i64::MAX,
        }
    }
}

impl Form {
    /// Checks what was typed, field by field; the first that is wrong is named.
    pub fn parse(&self) -> Result<Filter> {
        let all = Filter::default();
        let action = self.action.trim();
        let from = day("from", &self.from)?;
        let to = day("to", &self.to)?;
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            return Err(Error::Invalid { field: "to", why: say::ENDS_BEFORE_IT_BEGINS.to_owned() });
        }
        Ok(Filter {
            action: (!action.is_empty()).then(|| action.parse()).transpose().map_err(Error::in_field("action"))?,
            actor: name("actor", &self.actor)?,
            target: name("target", &self.target)?,
            from: from.unwrap_or(all.from),
            until: to.map_or(all.until, |to| to.plus(A_DAY)),
            before: match self.before.trim() {
                "" => all.before,
                typed => number(typed).ok_or_else(|| Error::Invalid { field: "before", why: say::NO_PLACE.to_owned() })?,
            },
        })
    }
}

fn name(field: &'static str, typed: &str) -> Result<String> {
    let text = typed.trim();
    let why = match text.chars().count() {
        length if length > LONGEST => say::too_long(LONGEST, length),
        _ if looks_like_a_secret(text) => NO_SECRET_HERE.to_owned(),
        _ if text.chars().any(char::is_control) => say::NO_NAME.to_owned(),
        _ => return Ok(text.to_owned()),
    };
    Err(Error::Invalid { field, why })
}

fn day(field: &'static str, typed: &str) -> Result<Option<Timestamp>> {
    match typed.trim() {
        "" => Ok(None),
        text => Timestamp::of_day(text).map(Some).ok_or_else(|| Error::Invalid { field, why: say::NO_DAY.to_owned() }),
    }
}

/// Digits only: a sign or a fraction is nothing that a page of ours would send.
fn number(typed: &str) -> Option<i64> {
    typed.bytes().all(|b| b.is_ascii_digit()).then(|| typed.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_form_lets_everything_through() {
        assert_eq!(Form::default().parse().ok(), Some(Filter::default()));
        let blank = Form { actor: "  ".into(), from: " ".into(), ..Form::default() };
        assert_eq!(blank.parse().ok(), Some(Filter::default()));
    }

    #[test]
    fn the_last_day_is_let_through_whole() {
        let form = Form { from: "2026-11-22".into(), to: "2026-11-22".into(), ..Form::default() };
        let filter = form.parse().ok().unwrap();
        assert_eq!((filter.from.iso(), filter.until.iso()), ("2026-11-22T00:00:00.000Z".into(), "2026-11-23T00:00:00.000Z".into()));
    }

    #[test]
    fn what_cannot_be_read_names_its_field() {
        let wrong = [
            ("action", Form { action: "token.steal".into(), ..Form::default() }),
            ("actor", Form { actor: "a\0b".into(), ..Form::default() }),
            ("target", Form { target: "x".repeat(101), ..Form::default() }),
            ("from", Form { from: "22.11.2026".into(), ..Form::default() }),
            ("to", Form { to: "2026-02-30".into(), ..Form::default() }),
            ("to", Form { from: "2026-11-22".into(), to: "2026-11-21".into(), ..Form::default() }),
            ("before", Form { before: "-1".into(), ..Form::default() }),
            ("before", Form { before: "99999999999999999999".into(), ..Form::default() }),
        ];
        for (name, form) in wrong {
            assert!(matches!(form.parse(), Err(Error::Invalid { field, .. }) if field == name), "{form:?}");
        }
    }
}
