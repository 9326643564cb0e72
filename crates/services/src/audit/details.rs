//! The details of events as people read them, whatever an action put down.

use domain::{
    Timestamp,
    audit::{Detail, DetailValue},
    texts::audit as say,
};
use serde_json::{Map, Value};

/// The lines of a JSON object. `{"from": …, "to": …}` is a change, a list of `"+a"` and `"-b"` is a difference; objects inside are laid
/// open, their names after the outer one.
pub(super) fn readable(details: &Value) -> Vec<Detail> {
    let mut lines = Vec::new();
    match details {
        Value::Object(members) => lay_open("", members, &mut lines),
        Value::Null => {}
        other => lines.push(Detail { name: say::DETAILS.to_owned(), value: DetailValue::Is(text(other)) }),
    }
    lines
}

fn lay_open(outer: &str, members: &Map<String, Value>, lines: &mut Vec<Detail>) {
    for (key, value) in members {
        let name = words(outer, key);
        let value = match value {
            Value::Object(inner) => match (inner.get("from"), inner.get("to")) {
                (Some(from), Some(to)) if inner.len() == 2 => DetailValue::Changed { from: text(from), to: text(to) },
                _ => {
                    lay_open(&name, inner, lines);
                    continue;
                }
            },
            Value::Array(items) => difference(items).unwrap_or_else(|| DetailValue::Is(text(value))),
            other => DetailValue::Is(text(other)),
        };
        lines.push(Detail { name, value });
    }
}

/// A key as words: `owner_email` becomes "Owner email"; what is recorded as a hint the console calls the token everywhere else.
fn words(outer: &str, key: &str) -> String {
    let key = if key == "hint" { "token".to_owned() } else { key.replace('_', " ") };
    if !outer.is_empty() {
        return format!("{outer}, {key}");
    }
    let mut letters = key.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A list in which every item says whether it came or went.
fn difference(items: &[Value]) -> Option<DetailValue> {
    let (mut added, mut removed) = (Vec::new(), Vec::new());
    for item in items {
        let item = item.as_str()?;
        if let Some(item) = item.strip_prefix('+') {
            added.push(item.to_owned());
        } else {
            removed.push(item.strip_prefix(['-', '\u{2212}'])?.to_owned());
        }
    }
    (!items.is_empty()).then_some(DetailValue::Diff { added, removed })
}

/// One value in words. Times are written as everywhere else on the screen.
fn text(value: &Value) -> String {
    match value {
        Value::Null => say::NONE.to_owned(),
        Value::Bool(true) => say::YES.to_owned(),
        Value::Bool(false) => say::NO.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) if text.is_empty() => say::NONE.to_owned(),
        Value::String(text) => Timestamp::from_iso(text).map_or_else(|| text.clone(), Timestamp::human),
        Value::Array(items) if items.is_empty() => say::NONE.to_owned(),
        Value::Array(items) => items.iter().map(self::text).collect::<Vec<_>>().join(", "),
        Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn is(name: &str, value: &str) -> Detail {
        Detail { name: name.to_owned(), value: DetailValue::Is(value.to_owned()) }
    }

    #[test]
    fn plain_values_are_words() {
        let details = json!({
            "owner_email": "ada@acme.test", "expires_at": "2026-11-22T09:05:00.000Z", "role": null, "permissions": "", "count": 3,
            "renewed": true, "over": false, "teams": ["red", "blue"], "none": [],
        });
        let mut lines = readable(&details);
        lines.sort_by(|a, b| a.name.cmp(&b.name));
        assert_eq!(
            lines,
            [
                is("Count", "3"),
                is("Expires at", "Sun 22 Nov 2026, 09:05 UTC"),
                is("None", "none"),
                is("Over", "no"),
                is("Owner email", "ada@acme.test"),
                is("Permissions", "none"),
                is("Renewed", "yes"),
                is("Role", "none"),
                is("Teams", "red, blue"),
            ]
        );
    }

    #[test]
    fn what_came_and_went_is_told_apart() {
        let lines = readable(&json!({ "permissions": ["+cluster:update", "-billing:read", "−api_key:read"] }));
        let added = vec!["cluster:update".to_owned()];
        let removed = vec!["billing:read".to_owned(), "api_key:read".to_owned()];
        assert_eq!(lines, [Detail { name: "Permissions".to_owned(), value: DetailValue::Diff { added, removed } }]);
        assert_eq!(readable(&json!({ "labels": ["+a", "b"] })), [is("Labels", "+a, b")], "one that does neither makes it a list");
    }

    #[test]
    fn a_change_shows_both_ends_and_objects_are_laid_open() {
        let lines =
            readable(&json!({ "label": { "from": "ci", "to": "cd" }, "policy": { "max_days": { "from": null, "to": 90 }, "open": true } }));
        let changed = |name: &str, from: &str, to: &str| Detail {
            name: name.to_owned(),
            value: DetailValue::Changed { from: from.to_owned(), to: to.to_owned() },
        };
        assert_eq!(lines, [changed("Label", "ci", "cd"), changed("Policy, max days", "none", "90"), is("Policy, open", "yes")]);
    }

    #[test]
    fn what_is_no_object_is_shown_all_the_same() {
        assert_eq!(readable(&json!({})), []);
        assert_eq!(readable(&Value::Null), []);
        assert_eq!(readable(&json!("odd")), [is("Details", "odd")]);
    }
}
