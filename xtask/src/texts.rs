//! Which texts for people the source holds outside of the folders where they belong: those of the console, and what `domain` and `services` say.
//!
//! Reads Rust tokens, as [`classes`] does. Found are the string literals that begin with a capital or hold two words; names on the wire, classes and
//! identifiers do neither.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::classes::{self, Token};
use crate::files;
use crate::project::Project;

/// What looks like a text and is none, the file it stands in, and why.
type Exempt = (&'static str, &'static [&'static str], &'static str);

/// Source whose texts are in one folder.
struct Place {
    /// The folder of the source.
    source: &'static str,
    /// The folder of its texts.
    texts: &'static str,
    /// What begins the names of files that are not looked at.
    elsewhere: &'static [&'static str],
    exempt: &'static [Exempt],
}

const PLACES: [Place; 3] = [
    Place {
        source: "app/src",
        texts: "app/src/texts",
        // The texts themselves, the samples of development builds, and drawings.
        elsewhere: &["texts", "pages/components", "icon.rs"],
        exempt: &[
            ("islands/page/dialogs.rs", &["Escape", "dialog form[data-busy]"], "a key, and what is looked for in the page"),
            ("islands/presets.rs", &["#permissions input[type=checkbox]"], "what is looked for in the page"),
            (
                "pages/account/sessions.rs",
                &[
                    "Edg", "Edge", "Opera", "Firefox/", "Firefox", "Chrome/", "Chrome", "Safari/", "Safari", "Android", "Windows",
                    "Mac OS X", "CrOS", "ChromeOS", "Linux",
                ],
                "what programs call themselves in every language",
            ),
            ("pages/audit/verify.rs", &["jeton audit verify --checkpoint"], "a command"),
            ("pages/tokens/list.rs", &["tokens select", "tokens inert"], "which widths the columns have"),
            ("islands/page/times.rs", &["{} {}, {} UTC{zone}"], "a time, as `domain` writes it"),
            ("ui/secret_once.rs", &["export JETON_TOKEN='{secret}'"], "a command"),
            (
                "ui/sparkline.rs",
                &["M0 {line}h{width}", "M{x} {line}h{wide}v-{tall}h-{wide}z", "M{x} {line}h{wide}v{tall}h-{wide}z"],
                "drawings",
            ),
            ("preferences.rs", &["light dark"], "what a style sheet calls it"),
            ("shell.rs", &["not all", "width=device-width, initial-scale=1"], "for browsers"),
        ],
    },
    Place { source: "crates/domain/src", texts: "crates/domain/src/texts", elsewhere: &["texts/"], exempt: &[] },
    Place {
        source: "crates/services/src",
        texts: "crates/domain/src/texts",
        // Mails have their own texts.
        elsewhere: &["mails/letter", "tests/"],
        exempt: &[
            ("access/mod.rs", &["jeton command line"], "what a command calls itself where a program does"),
            ("access/mod.rs", &["Operator", "System"], "how a proof is debugged"),
            ("memory/generations.rs", &["whoever held the lock did not panic"], "for `expect`"),
        ],
    },
];

/// The one folder with SQL, which reads like words: only what ends like a sentence is a text there.
const SQL: &str = "crates/services/src/store/";

/// A text, and the line it is on, from 1.
type Found = (String, usize);

/// Fails with every text that stands outside of its folder, and with every exception that is none any more.
pub(crate) fn in_one_place(project: &Project) -> Result<()> {
    let mut wrong = Vec::new();
    for place in &PLACES {
        wrong.extend(wrong_in(project, place)?);
    }
    if wrong.is_empty() { Ok(()) } else { bail!(wrong.join("\n")) }
}

fn wrong_in(project: &Project, place: &Place) -> Result<Vec<String>> {
    let source = project.root.join(place.source);
    let mut wrong = Vec::new();
    let mut met = Vec::new();
    for file in files::below(&source)? {
        let name = file.strip_prefix(&source)?.to_string_lossy().into_owned();
        if place.elsewhere.iter().any(|begin| name.starts_with(begin)) || file.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let path = format!("{}/{name}", place.source);
        let code = fs::read_to_string(&file).with_context(|| format!("cannot read {path}"))?;
        for (text, line) in texts(&code) {
            if path.starts_with(SQL) && !text.trim_end().ends_with(['.', '!', '?', '…']) {
                continue;
            }
            if place.exempt.iter().any(|(known, exempt, _)| *known == name && exempt.contains(&text.as_str())) {
                met.push((name.clone(), text));
            } else {
                wrong.push(format!("{path}:{line}: {text:?} belongs into {}", place.texts));
            }
        }
    }
    for (file, exempt, _) in place.exempt {
        for text in *exempt {
            if !met.contains(&((*file).to_owned(), (*text).to_owned())) {
                wrong.push(format!("xtask/src/texts.rs exempts {text:?}, which {}/{file} does not hold", place.source));
            }
        }
    }
    Ok(wrong)
}

/// The texts for people in a Rust file; those of its tests, of attributes and of what only programmers read are left out.
fn texts(source: &str) -> Vec<Found> {
    let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or(source);
    let tokens = classes::tokens(source);
    let of_class: Vec<usize> = classes::used(source).into_iter().map(|class| class.line).collect();
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let is_class = tokens[..at].iter().rev().take(2).any(|before| before.is("class")) && of_class.contains(&token.line);
        let is_bytes = source[token.start..].starts_with('b');
        if token.is_string && is_text(&token.text) && !is_class && !is_bytes && !is_for_programmers(&tokens[..at], &token.text) {
            found.push((token.text.clone(), token.line));
        }
    }
    found
}

/// Whether a literal reads like something for people: it begins with a capital, or has a word behind another.
fn is_text(literal: &str) -> bool {
    // Markup that is written by hand, and scripts.
    if literal.starts_with('<') || literal.contains("={}") || literal.contains("=>") {
        return false;
    }
    let chars: Vec<char> = literal.chars().collect();
    let is_name = chars.len() > 1 && chars[0].is_uppercase() && chars[1..].iter().any(|c| c.is_lowercase());
    let is_sentence = chars
        .windows(3)
        .any(|three| (three[0].is_alphanumeric() || "},.".contains(three[0])) && three[1] == ' ' && three[2].is_alphabetic());
    is_name || is_sentence
}

/// Whether what stands here is read by programmers and operators alone: it is inside of an attribute, or of a call of what never speaks to anybody
/// else.
fn is_for_programmers(before: &[Token], literal: &str) -> bool {
    let mut depth = 0_usize;
    for (at, token) in before.iter().enumerate().rev() {
        if token.closes() {
            depth += 1;
        } else if token.opens() && depth > 0 {
            depth -= 1;
        } else if token.is("{") {
            // What a block holds is nobody's argument.
            return false;
        } else if token.opens() {
            let called = &before[..at];
            // What begins with a small letter is no sentence: it ends up in a log, or inside of one.
            if ends_with(called, &["#", "[", "error"]) {
                return literal.starts_with(char::is_lowercase);
            }
            if CALLS.iter().any(|call| ends_with(called, call)) || (token.is("[") && ends_with(called, &["#"])) {
                return true;
            }
        }
    }
    false
}

/// What is called with words that are no texts: it panics, logs, debugs, counts attempts or wraps what is our fault.
const CALLS: [&[&str]; 14] = [
    &["expect"],
    &["panic", "!"],
    &["unreachable", "!"],
    &["assert", "!"],
    &["tracing", ":", ":", "trace", "!"],
    &["tracing", ":", ":", "debug", "!"],
    &["tracing", ":", ":", "info", "!"],
    &["tracing", ":", ":", "warn", "!"],
    &["tracing", ":", ":", "error", "!"],
    &["debug_struct"],
    &["debug_tuple"],
    &["keys", ".", "bucket"],
    &["Error", ":", ":", "internal"],
    &["Error", ":", ":", "unavailable"],
];

fn ends_with(tokens: &[Token], end: &[&str]) -> bool {
    tokens.len() >= end.len() && tokens[tokens.len() - end.len()..].iter().zip(end).all(|(token, text)| token.is(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(source: &str) -> Vec<String> {
        texts(source).into_iter().map(|(text, _)| text).collect()
    }

    #[test]
    fn what_people_read_is_found() {
        assert_eq!(
            words(r#"view! { <p title="Revoke">"shown once" {format!("{n} more tokens")}</p> }"#),
            ["Revoke", "shown once", "{n} more tokens"]
        );
        assert_eq!(
            words(r#"f("API tokens"); f("CSV export"); f("{n} tokens"); f("3 tokens")"#),
            ["API tokens", "CSV export", "{n} tokens", "3 tokens"]
        );
        assert_eq!(texts("a\n\"On two lines\"")[0].1, 2);
    }

    #[test]
    fn what_programs_read_is_not() {
        for source in [
            r#"<p class="button primary wide" id="issued" data-look="quiet">"#,
            r#"let x = page.expect("an address"); panic!("there is none");"#,
            r#"#[expect(unused, reason = "it is not")] fn f() {} // "A comment here""#,
            "x();\n#[cfg(test)]\nmod tests { const A: &str = \"A text here\"; }",
            r#"path("tokens/new"); query("done=joined"); ", "; "·"; "<b class=\"x y\">{}</b>""#,
        ] {
            assert_eq!(words(source), Vec::<String>::new(), "{source}");
        }
    }

    #[test]
    fn what_a_refusal_says_is_found() {
        for (source, text) in [
            (r#"Err(Error::Conflict("Sign in first."))"#, "Sign in first."),
            (r#"Invalid(format!("{name} is there twice."))"#, "{name} is there twice."),
            (r#"#[error("The file {0} is gone.")] struct Gone(String);"#, "The file {0} is gone."),
            (r#"match self { Self::Now => "In 1 hour" }"#, "In 1 hour"),
            (r#"tracing::warn!("it is gone"); Error::NotFound("It is gone.")"#, "It is gone."),
            (r#"found.map_err(|_| { Error::internal("it is gone"); Invalid("It is gone.") })"#, "It is gone."),
            ("#[cfg(test)]\nmod tests;\nconst A: &str = \"A text here\";", "A text here"),
        ] {
            assert_eq!(words(source), [text], "{source}");
        }
    }

    #[test]
    fn what_only_logs_and_operators_read_is_not() {
        for source in [
            r#"tracing::warn!(%error, seconds = behind / 2, "the clock was set back");"#,
            r#"ok_or_else(|| Error::internal(format!("of {rows} rows {touched} were added")))"#,
            r#"map_err(|_| Error::unavailable("it takes too long"))"#,
            r#"assert!(known(name), "not in every catalogue");"#,
            r#"#[error("not a token of this instance")] #[serde(try_from = "String")] struct A;"#,
            r#"derived(b"jeton token v1"); keys.bucket(&format!("password reset {}", email))"#,
            r#"f.debug_struct("Session").field("id", id)"#,
        ] {
            assert_eq!(words(source), Vec::<String>::new(), "{source}");
        }
    }
}
