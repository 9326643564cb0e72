//! The stylesheet: the files in `style/`, then a utility rule for each class the console uses and `style/` does not define.
//!
//! Utilities come from encre-css. A class that nothing defines fails the build with its place, so nothing is ever silently
//! unstyled; so do the few utilities encre-css is known to get wrong (see docs/decisions).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use encre_css::{Config, Preflight};

use crate::classes;
use crate::files;

/// Utilities and variants that exist in encre-css but mean something else than in Tailwind, and where they belong instead.
const REFUSED: [(&str, &str); 7] = [
    ("dark:", "dark mode is the variables in style/tokens.css, not a variant"),
    ("before:", "pseudo-elements belong in style/"),
    ("after:", "pseudo-elements belong in style/"),
    ("outline-", "focus rings belong in style/"),
    ("rotate-", "transforms belong in style/"),
    ("inset-shadow-", "shadows belong in style/"),
    ("transition-[", "motion belongs in style/"),
];

/// The whole stylesheet, for the sources below `app` and the files in `style`.
pub(crate) fn stylesheet(root: &Path, minify: bool) -> Result<String> {
    let mut css = String::new();
    for file in ordered(files::below(&root.join("style"))?) {
        css.push_str(&read(&file)?);
        css.push('\n');
    }
    let tokens = root.join("style/tokens.css");
    let config = config(&if tokens.exists() { read(&tokens)? } else { String::new() });

    let mut uses: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in files::below(&root.join("app/src"))?.into_iter().filter(|file| file.extension().is_some_and(|ext| ext == "rs")) {
        let shown = file.strip_prefix(root)?.display().to_string();
        for found in classes::used(&read(&file)?) {
            uses.entry(found.name).or_default().push(format!("{shown}:{}", found.line));
        }
    }
    css.push_str(&utilities(&uses, &selectors(&css), &config)?);
    Ok(if minify { minified(&css) } else { css })
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

/// Tokens first, then the base, then the rest by name: what later rules need is defined before them.
fn ordered(mut files: Vec<PathBuf>) -> Vec<PathBuf> {
    files.retain(|file| file.extension().is_some_and(|ext| ext == "css"));
    files.sort_by_key(|file| {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let rank = ["tokens.css", "base.css"].iter().position(|first| *first == name).unwrap_or(2);
        (rank, file.clone())
    });
    files
}

/// encre-css without its reset, and with every `--color-NAME` of the tokens as a colour named NAME.
fn config(tokens: &str) -> Config {
    let mut config = Config::default();
    config.preflight = Preflight::new_none();
    for part in without_comments(tokens).split("--color-").skip(1) {
        let name: String = part.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        if part[name.len()..].trim_start().starts_with(':') {
            let value = format!("var(--color-{name})");
            config.theme.colors.add(name, value);
        }
    }
    config
}

/// Utility rules for the used classes that have no selector of ours; fails with the places of those that have no rule at all.
fn utilities(uses: &BTreeMap<String, Vec<String>>, known: &BTreeSet<String>, config: &Config) -> Result<String> {
    let mut wanted = Vec::new();
    let mut wrong = Vec::new();
    for (class, places) in uses.iter().filter(|(class, _)| !known.contains(*class)) {
        match problem(class, config) {
            None => wanted.push(class.as_str()),
            Some(why) => wrong.extend(places.iter().map(|place| format!("{place}: class \"{class}\": {why}"))),
        }
    }
    if !wrong.is_empty() {
        wrong.sort();
        bail!("classes without a style:\n{}", wrong.join("\n"));
    }
    Ok(encre_css::generate(wanted, config) + "\n")
}

/// Why a class cannot be a utility, if it cannot.
fn problem(class: &str, config: &Config) -> Option<&'static str> {
    if class.contains(['{', '}']) {
        return Some("put together at run time, so it cannot be checked; write whole names");
    }
    let (variants, utility) = class.rsplit_once(':').map_or(("", class), |(variants, utility)| (variants, utility));
    let refused = |prefix: &str| match prefix.strip_suffix(':') {
        Some(variant) => variants.split(':').any(|part| part == variant),
        None => utility.trim_start_matches('-').starts_with(prefix),
    };
    if let Some((_, why)) = REFUSED.iter().find(|(prefix, _)| refused(prefix)) {
        return Some(why);
    }
    encre_css::generate([class], config).trim().is_empty().then_some("no selector in style/ and no utility of this name")
}

/// The classes that a stylesheet's selectors name.
fn selectors(css: &str) -> BTreeSet<String> {
    let css = without_strings(&without_comments(css));
    let mut names = BTreeSet::new();
    for part in css.split('.').skip(1) {
        let mut name = String::new();
        let mut chars = part.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => name.extend(chars.next()),
                c if c.is_alphanumeric() || c == '-' || c == '_' => name.push(c),
                _ => break,
            }
        }
        if name.starts_with(|c: char| !c.is_ascii_digit()) {
            names.insert(name);
        }
    }
    names
}

fn without_comments(css: &str) -> String {
    let mut parts = css.split("/*");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |kept, part| kept + part.split_once("*/").map_or("", |(_, after)| after))
}

/// Replaces each string by an empty one, so that a `.` in it is not taken for a class.
fn without_strings(css: &str) -> String {
    pieces(css).map(|(piece, is_string)| if is_string { "\"\"" } else { piece }).collect()
}

/// Comments away, runs of white space to one space, none where the grammar needs none. Strings stay as they are.
fn minified(css: &str) -> String {
    let css = without_comments(css);
    let mut out = String::with_capacity(css.len());
    for (piece, is_string) in pieces(&css) {
        if is_string {
            out.push_str(piece);
            continue;
        }
        for c in piece.chars() {
            if c.is_whitespace() {
                if !out.ends_with([' ', '{', '}', ';', ',']) {
                    out.push(' ');
                }
                continue;
            }
            if matches!(c, '{' | '}' | ';' | ',') {
                out.truncate(out.trim_end_matches(' ').len());
            }
            if c == '}' && out.ends_with(';') {
                out.pop();
            }
            out.push(c);
        }
    }
    out
}

/// Cuts CSS into strings and what is between them.
fn pieces(css: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = css;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let (length, is_string) = if matches!(first, '"' | '\'') {
            (rest[1..].find(first).map_or(rest.len(), |end| end + 2), true)
        } else {
            (rest.find(['"', '\'']).unwrap_or(rest.len()), false)
        };
        let (piece, after) = rest.split_at(length);
        rest = after;
        Some((piece, is_string))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(class: &str) -> Option<&'static str> {
        problem(class, &config(":root { --color-muted: #666; }"))
    }

    #[test]
    fn colours_come_from_the_tokens() {
        let config = config(":root { --color-muted: #666; --color-on-accent : #fff; --x: var(--color-nope); /* --color-old: 1 */ }");
        let css = encre_css::generate(["text-muted bg-on-accent hover:border-muted"], &config);
        for rule in ["color: var(--color-muted)", "background-color: var(--color-on-accent)", "border-color: var(--color-muted)"] {
            assert!(css.contains(rule), "{rule} in {css}");
        }
        assert!(encre_css::generate(["text-nope text-old"], &config).is_empty());
    }

    #[test]
    fn unknown_and_wrong_utilities_are_named() {
        for class in ["flex", "text-muted", "md:grid-cols-2", "-mt-2", "hover:bg-muted"] {
            assert_eq!(check(class), None, "{class}");
        }
        for class in ["flexx", "text-mutedd", "badge-{}", "dark:flex", "focus-visible:outline-2", "-rotate-45", "md:before:flex"] {
            assert!(check(class).is_some(), "{class}");
        }
    }

    #[test]
    fn a_class_of_ours_is_never_a_utility() {
        let uses = BTreeMap::from([("table".to_owned(), vec!["app/src/a.rs:1".to_owned()])]);
        let css = utilities(&uses, &selectors(".table { color: red }"), &Config::default());
        assert!(!css.expect("known").contains(".table"));
    }

    #[test]
    fn an_unknown_class_fails_with_its_place() {
        let uses = BTreeMap::from([("nonsuch".to_owned(), vec!["app/src/a.rs:7".to_owned()])]);
        let error = utilities(&uses, &BTreeSet::new(), &config("")).expect_err("unknown").to_string();
        assert!(error.contains("app/src/a.rs:7: class \"nonsuch\""), "{error}");
    }

    #[test]
    fn selectors_are_read_from_nested_css() {
        let css = "/* .no */ .card { margin: .5rem; &.is-open > .body:hover { background: url('a.svg') } } .w-1\\/2 {}";
        let names: Vec<_> = selectors(css).into_iter().collect();
        assert_eq!(names, ["body", "card", "is-open", "w-1/2"]);
    }

    #[test]
    fn minifying_keeps_meaning() {
        let css = "/* x */\n.a :hover ,\n.b {\n  content: \"a;  }\";\n  margin: 0 auto;\n}\n";
        assert_eq!(minified(css).trim(), ".a :hover,.b{content: \"a;  }\";margin: 0 auto}");
    }
}
