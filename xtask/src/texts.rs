//! Which texts for people the console's source holds outside of `app/src/texts`, where they belong.
//!
//! Reads Rust tokens, as [`classes`] does. Found are the string literals that begin with a capital or hold two words; names on the wire, classes and
//! identifiers do neither.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::classes::{self, Token};
use crate::files;
use crate::project::Project;

/// Where no other text for people is: the texts themselves, the samples of development builds, and drawings.
const ELSEWHERE: [&str; 3] = ["texts", "pages/components", "icon.rs"];

/// What looks like a text and is none, the file it stands in, and why.
const NONE: [(&str, &[&str], &str); 10] = [
    ("islands/page/dialogs.rs", &["Escape", "dialog form[data-busy]"], "a key, and what is looked for in the page"),
    ("islands/presets.rs", &["#permissions input[type=checkbox]"], "what is looked for in the page"),
    (
        "pages/account/sessions.rs",
        &[
            "Edg", "Edge", "Opera", "Firefox/", "Firefox", "Chrome/", "Chrome", "Safari/", "Safari", "Android", "Windows", "Mac OS X",
            "CrOS", "ChromeOS", "Linux",
        ],
        "what programs call themselves in every language",
    ),
    ("pages/audit/verify.rs", &["jeton audit verify --checkpoint"], "a command"),
    ("pages/tokens/list.rs", &["tokens select"], "which widths the columns have"),
    ("islands/page/times.rs", &["{} {}, {} UTC{zone}"], "a time, as `domain` writes it"),
    ("ui/secret_once.rs", &["export JETON_TOKEN='{secret}'"], "a command"),
    ("ui/sparkline.rs", &["M0 {line}h{width}", "M{x} {line}h{wide}v-{tall}h-{wide}z", "M{x} {line}h{wide}v{tall}h-{wide}z"], "drawings"),
    ("preferences.rs", &["light dark"], "what a style sheet calls it"),
    ("shell.rs", &["not all", "width=device-width, initial-scale=1"], "for browsers"),
];

/// A text, and the line it is on, from 1.
type Found = (String, usize);

/// Fails with every text that stands outside of `app/src/texts`, and with every exception that is none any more.
pub(crate) fn in_one_place(project: &Project) -> Result<()> {
    let source = project.root.join("app/src");
    let mut wrong = Vec::new();
    let mut met = Vec::new();
    for file in files::below(&source)? {
        let name = file.strip_prefix(&source)?.to_string_lossy().into_owned();
        if ELSEWHERE.iter().any(|folder| name.starts_with(folder)) || file.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let code = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let exempt = NONE.iter().find(|(known, ..)| *known == name).map_or(&[][..], |(_, texts, _)| *texts);
        for (text, line) in texts(&code) {
            if exempt.contains(&text.as_str()) {
                met.push((name.clone(), text));
            } else {
                wrong.push(format!("app/src/{name}:{line}: {text:?} belongs into app/src/texts"));
            }
        }
    }
    for (file, exempt, _) in NONE {
        for text in exempt {
            if !met.contains(&(file.to_owned(), (*text).to_owned())) {
                wrong.push(format!("xtask/src/texts.rs exempts {text:?}, which app/src/{file} does not hold"));
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { bail!(wrong.join("\n")) }
}

/// The texts for people in a Rust file; those of its tests, of attributes and of what only programmers read are left out.
fn texts(source: &str) -> Vec<Found> {
    let source = source.split("#[cfg(test)]\nmod tests").next().unwrap_or(source);
    let tokens = classes::tokens(source);
    let of_class: Vec<usize> = classes::used(source).into_iter().map(|class| class.line).collect();
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let is_class = tokens[..at].iter().rev().take(2).any(|before| before.is("class")) && of_class.contains(&token.line);
        if token.is_string && is_text(&token.text) && !is_class && !is_for_programmers(&tokens[..at]) {
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

/// Whether what stands here is read by programmers alone.
fn is_for_programmers(before: &[Token]) -> bool {
    let is = |back: usize, text: &str| before.len() > back && before[before.len() - 1 - back].is(text);
    (is(0, "(") && (is(1, "expect") || is(1, "panic") || (is(1, "!") && (is(2, "panic") || is(2, "unreachable")))))
        || (is(0, "=") && is(1, "reason"))
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
}
