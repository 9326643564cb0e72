//! Every statement that changes or deletes rows of an organization names it: a condition that is forgotten must not reach what belongs to others.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::store::exactly_one;

/// What belongs to no organization, or is reached by what only one can have, and why.
const OF_NONE: [(&str, &str); 10] = [
    ("head", "the trail is one for the whole instance"),
    ("setup_links", "there is no organization yet"),
    ("sessions", "those of a person, in whichever organizations they are; each names the person or the session"),
    ("password_resets", "those of a person"),
    ("users", "a person; each names them"),
    ("throttles", "buckets of whoever asks"),
    ("mails", "the worker's own, by id and lease: it delivers for all"),
    ("token_secrets", "the first use of a secret, by its digest"),
    ("daily_tasks", "the servers' own"),
    ("token_days", "what is too old is forgotten for all"),
];

/// Statements on what does belong to organizations, how they begin, and why they name none.
const FOR_ALL: [(&str, &str); 8] = [
    ("DELETE FROM token_addresses WHERE (token_id, address) IN", "the worker's own, of tokens that it has just written"),
    ("DELETE FROM token_permission_uses WHERE token_id IN (", "the daily judgement's own, of everybody"),
    ("UPDATE tokens SET rights_changed_at = $1 WHERE rights_changed_at >", "the operator's, as the last one"),
    ("UPDATE roles SET permissions_changed_at = $1 WHERE permissions_changed_at >", "the operator's, as the last one"),
    ("DELETE FROM token_excess WHERE judged_at >", "the operator's, as the last one"),
    ("UPDATE token_permission_uses SET last_day = $1", "the operator's, as the last one"),
    ("DELETE FROM token_excess WHERE judged_at <", "the daily judgement's own, of everybody"),
    ("UPDATE token_refusals SET last_at = $1 WHERE last_at > $1", "the operator's, who says that the time on record was wrong"),
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

/// The texts between quotes, with continued lines joined.
fn texts(source: &str) -> Vec<String> {
    let (mut texts, mut text, mut chars) = (Vec::new(), None::<String>, source.chars().peekable());
    while let Some(c) = chars.next() {
        match (&mut text, c) {
            (Some(inner), '\\') => match chars.next() {
                Some('\n') => while chars.next_if(|c| c.is_whitespace()).is_some() {},
                Some(escaped) => inner.push(escaped),
                None => {}
            },
            (Some(_), '"') => texts.extend(text.take()),
            (Some(inner), c) => inner.push(c),
            (None, '"') => text = Some(String::new()),
            (None, _) => {}
        }
    }
    texts
}

/// The table that a statement changes or deletes rows of.
fn table(statement: &str) -> Option<&str> {
    let rest = statement.strip_prefix("UPDATE ").or_else(|| statement.strip_prefix("DELETE FROM "))?;
    rest.split_whitespace().next()
}

#[test]
fn every_write_names_the_organization() {
    let store = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let mut seen = 0;
    for path in sources(&store) {
        let source = fs::read_to_string(&path).unwrap();
        for text in texts(&source) {
            let Some(table) = table(&text) else { continue };
            seen += 1;
            let of_none = OF_NONE.iter().any(|(known, _)| *known == table);
            let for_all = FOR_ALL.iter().any(|(begins, _)| text.starts_with(begins));
            assert!(text.contains("organization_id") || of_none || for_all, "{}: {text}", path.display());
        }
    }
    assert!(seen > 40, "only {seen} statements were found");
    assert_eq!(table("UPDATE tokens SET label = $1"), Some("tokens"));
    assert_eq!(texts("f(\"a \\\n    b\", \"c\\\"d\")"), ["a b", "c\"d"]);
}

#[test]
fn a_write_that_touches_none_or_two_is_an_error() {
    assert!(exactly_one(1).is_ok());
    for touched in [0, 2] {
        assert!(exactly_one(touched).is_err(), "{touched}");
    }
}
