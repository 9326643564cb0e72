//! Which CSS classes the console's source uses, and where.
//!
//! Reads Rust tokens, not lines, so comments and unrelated strings do not count. Found are the string literals in
//! `class="…"`, `class=("…", …)`, `class={…}`, `class=move || …`, `let class = …;`, the name in `class:name=…`, and the
//! strings a function named `class` or `…_class` answers with. Strings that are only compared or matched are left out.

/// One class, where it is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Use {
    /// The class.
    pub(crate) name: String,
    /// The line, from 1.
    pub(crate) line: usize,
}

/// The classes used in one Rust file.
pub(crate) fn used(source: &str) -> Vec<Use> {
    let tokens = tokens(source);
    let mut uses = Vec::new();
    for at in 0..tokens.len() {
        if tokens[at].is("class") && !before(&tokens, at).is_some_and(|token| token.is(".")) {
            if let Some(directive) = directive(source, &tokens, at) {
                uses.push(directive);
            } else if assigns(&tokens, at + 1) {
                uses.extend(literals(value(&tokens, at + 2)));
            }
        } else if tokens[at].is("fn") && tokens.get(at + 1).is_some_and(|name| name.is("class") || name.text.ends_with("_class")) {
            uses.extend(literals(body(&tokens, at)));
        }
    }
    uses
}

/// `class:name=…`, written without a space (with one it is a type or a struct field).
fn directive(source: &str, tokens: &[Token], at: usize) -> Option<Use> {
    let colon = tokens.get(at + 1).filter(|token| token.is(":") && token.start == tokens[at].end)?;
    let rest = &source[colon.end..];
    let name = &rest[..rest.find(['=', ' ', '\n', ')', ',', ';'])?];
    let fits = rest[name.len()..].starts_with('=') && !name.is_empty() && !name.starts_with(':');
    fits.then(|| Use { name: name.to_owned(), line: tokens[at].line })
}

/// Whether a single `=` stands here, not `==` or `=>`.
fn assigns(tokens: &[Token], at: usize) -> bool {
    let next_is = |text| tokens.get(at + 1).is_some_and(|next| next.is(text) && next.start == tokens[at].end);
    tokens.get(at).is_some_and(|token| token.is("=")) && !next_is("=") && !next_is(">")
}

/// The tokens of an attribute's value: one literal, one bracketed group, or an expression up to the next attribute,
/// the end of the tag or the end of the statement.
fn value(tokens: &[Token], from: usize) -> &[Token] {
    let Some(first) = tokens.get(from) else { return &[] };
    if first.is_string {
        return &tokens[from..=from];
    }
    let grouped = first.opens();
    let mut depth = 0_usize;
    for at in from..tokens.len() {
        let token = &tokens[at];
        if token.opens() {
            depth += 1;
        } else if token.closes() {
            if depth <= 1 && (grouped || depth == 0) {
                return &tokens[from..at];
            }
            depth -= 1;
        } else if depth == 0 {
            let arrow = before(tokens, at).is_some_and(|last| (last.is("-") || last.is("=")) && last.end == token.start);
            let ends = token.is(",") || token.is(";") || (token.is(">") && !arrow);
            if ends || (token.is_word() && assigns(tokens, at + 1)) {
                return &tokens[from..at];
            }
        }
    }
    &tokens[from..]
}

/// The body of the function whose `fn` is at `at`.
fn body(tokens: &[Token], at: usize) -> &[Token] {
    let open = (at..tokens.len()).find(|&at| tokens[at].is("{"));
    open.map_or(&[], |open| value(tokens, open))
}

/// The classes in the literals among these tokens, without those that are compared or matched against.
fn literals(tokens: &[Token]) -> Vec<Use> {
    let is = |at: usize, text: &str| tokens.get(at).is_some_and(|token| token.is(text));
    let compared = |at: usize| {
        let left = at >= 2 && is(at - 1, "=") && (is(at - 2, "=") || is(at - 2, "!"));
        let right = is(at + 2, "=") && (is(at + 1, "=") || is(at + 1, "!"));
        let pattern = is(at + 1, "|") || (is(at + 1, "=") && is(at + 2, ">"));
        left || right || pattern
    };
    let chosen = (0..tokens.len()).filter(|&at| tokens[at].is_string && !compared(at)).map(|at| &tokens[at]);
    chosen.flat_map(Token::words).collect()
}

fn before(tokens: &[Token], at: usize) -> Option<&Token> {
    at.checked_sub(1).and_then(|at| tokens.get(at))
}

/// A word, a string literal's inside, or one character of punctuation.
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) is_string: bool,
    pub(crate) line: usize,
    pub(crate) start: usize,
    end: usize,
}

impl Token {
    pub(crate) fn is(&self, text: &str) -> bool {
        !self.is_string && self.text == text
    }

    fn is_word(&self) -> bool {
        !self.is_string && self.text.starts_with(word)
    }

    pub(crate) fn opens(&self) -> bool {
        self.is("(") || self.is("[") || self.is("{")
    }

    pub(crate) fn closes(&self) -> bool {
        self.is(")") || self.is("]") || self.is("}")
    }

    /// The classes of a literal, each with its own line.
    fn words(&self) -> Vec<Use> {
        let lines = self.text.split('\n').enumerate();
        let words = lines.flat_map(|(below, line)| line.split_whitespace().map(move |word| (below, word)));
        let uses = words.filter(|(_, word)| *word != "\\");
        uses.map(|(below, word)| Use { name: word.to_owned(), line: self.line + below }).collect()
    }
}

fn word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Cuts Rust source into tokens. Comments, characters and lifetimes fall away.
pub(crate) fn tokens(source: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let (mut at, mut line) = (0, 1);
    while let Some(c) = source[at..].chars().next() {
        let rest = &source[at..];
        let (length, inside) = if rest.starts_with("//") {
            (rest.find('\n').unwrap_or(rest.len()), None)
        } else if rest.starts_with("/*") {
            (block_comment(rest), None)
        } else if let Some((length, inside)) = string(rest) {
            (length, Some((inside, true)))
        } else if c == '\'' {
            (quote(rest), None)
        } else if c.is_whitespace() {
            (c.len_utf8(), None)
        } else if word(c) {
            let length = rest.find(|c| !word(c)).unwrap_or(rest.len());
            (length, Some((&rest[..length], false)))
        } else {
            (c.len_utf8(), Some((&rest[..c.len_utf8()], false)))
        };
        if let Some((text, is_string)) = inside {
            tokens.push(Token { text: text.to_owned(), is_string, line, start: at, end: at + length });
        }
        line += rest[..length].matches('\n').count();
        at += length;
    }
    tokens
}

/// The length of a block comment, which may hold others.
fn block_comment(rest: &str) -> usize {
    let (mut at, mut depth) = (0, 0_usize);
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            (at, depth) = (at + 2, depth + 1);
        } else if rest[at..].starts_with("*/") {
            (at, depth) = (at + 2, depth - 1);
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// A string literal at the start: its length, and what is inside.
fn string(rest: &str) -> Option<(usize, &str)> {
    let after_prefix = rest.trim_start_matches(['b', 'c', 'r']);
    let prefix = rest.len() - after_prefix.len();
    if prefix > 2 || !(after_prefix.starts_with('"') || after_prefix.starts_with('#')) {
        return None;
    }
    if rest[..prefix].contains('r') {
        let hashes = after_prefix.len() - after_prefix.trim_start_matches('#').len();
        let inside = after_prefix[hashes..].strip_prefix('"')?;
        let length = inside.find(&format!("\"{}", "#".repeat(hashes)))?;
        return Some((prefix + 2 * hashes + length + 2, &inside[..length]));
    }
    let inside = after_prefix.strip_prefix('"')?;
    let mut escaped = false;
    let length = inside.find(|c| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    })?;
    Some((prefix + length + 2, &inside[..length]))
}

/// The length of what starts with a single quote: a character or a lifetime.
fn quote(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some((at, escaped))) => {
            let from = at + escaped.len_utf8();
            rest[from..].find('\'').map_or(rest.len(), |end| from + end + 1)
        }
        (Some(_), Some((end, '\''))) => end + 1,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::used;

    fn names(source: &str) -> Vec<String> {
        used(source).into_iter().map(|found| found.name).collect()
    }

    #[test]
    fn a_literal_gives_its_classes_with_their_lines() {
        let found = used("view! {\n  <p class=\"muted\n    text-sm\">\"class\"</p> }");
        let found: Vec<_> = found.iter().map(|found| (found.name.as_str(), found.line)).collect();
        assert_eq!(found, [("muted", 2), ("text-sm", 3)]);
    }

    #[test]
    fn other_strings_do_not_count() {
        assert_eq!(names(r#"<a href="x" id="y" title="class=\"z\"" class="real">"#), ["real"]);
        assert_eq!(names("// class=\"no\"\n/* /* class=\"no\" */ class=\"no\" */ class=\"yes\""), ["yes"]);
        assert_eq!(names("if self.class == \"a\" {} struct P { class: &'static str }"), [""; 0]);
    }

    #[test]
    fn characters_and_lifetimes_do_not_open_strings() {
        assert_eq!(names("fn f<'a>(c: char) { c == '\"' || c == '\\''; } <b class=\"bold\">"), ["bold"]);
    }

    #[test]
    fn conditional_classes_are_seen() {
        assert_eq!(names("<li class:is-active=move || a() class:text-muted=b>"), ["is-active", "text-muted"]);
        assert_eq!(names(r#"<li class=("is-on", move || mode.get() == "not-me") id="x">"#), ["is-on"]);
        assert_eq!(names(r#"<li class={if a { "one" } else { "two" }} title="no">"#), ["one", "two"]);
        assert_eq!(names(r#"<li class=move || if a() > 0 { "no" } title="no">"#), [""; 0]);
        assert_eq!(names(r#"<li class=move || if open() { "one" } else { "two" } title="no">"no"</li>"#), ["one", "two"]);
        assert_eq!(names(r#"let class = match kind { "a" | "b" => "one", _ => "two" }; let other = "no";"#), ["one", "two"]);
    }

    #[test]
    fn functions_that_answer_classes_are_seen() {
        let source = r#"fn badge_class(self) -> &'static str { match self { Self::On => "badge", _ => r"dim" } } fn name() { "no" }"#;
        assert_eq!(names(source), ["badge", "dim"]);
    }

    #[test]
    fn raw_strings_end_where_their_hashes_do() {
        assert_eq!(names("r#\"class=\"no\"\"# class=r#\"yes\"#"), ["yes"]);
    }
}
