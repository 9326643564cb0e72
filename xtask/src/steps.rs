//! What a person sees while they wait: one line a step, with what, why and how long so far.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use anyhow::Result;

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Announces a step, does it, and says how long it took when that was long enough to wonder about.
///
/// Goes to standard error: standard output belongs to results.
pub(crate) fn step<T>(what: &str, why: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let so_far = Elapsed(START.elapsed());
    let began = Instant::now();
    say(&format!("{so_far}  {}  {why}", bold(what)));
    let result = work();
    let took = began.elapsed();
    if result.is_ok() && took >= Duration::from_secs(2) {
        say(&format!("       {what}: done in {}", Elapsed(took)));
    }
    result
}

/// One line of news between two steps.
pub(crate) fn note(line: &str) {
    say(&format!("       {line}"));
}

/// How long this program has been running.
pub(crate) fn so_far() -> Elapsed {
    Elapsed(START.elapsed())
}

fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}"); // a closed pipe must not end a build
}

fn bold(text: &str) -> String {
    if io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none() { format!("\x1b[1m{text}\x1b[0m") } else { text.to_owned() }
}

/// A duration as a person reads it: minutes and seconds.
#[derive(Clone, Copy)]
pub(crate) struct Elapsed(pub Duration);

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        f.pad(&format!("{}:{:02}", seconds / 60, seconds % 60))
    }
}
