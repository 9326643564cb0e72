//! `cargo xtask test`: runs everything, counts it, and never skips a part because something is missing.

use std::fmt;
use std::fs;
use std::io::{BufRead, BufReader, IsTerminal, Write, pipe, stdout};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum;
use serde_json::Value;

use crate::browser;
use crate::lint;
use crate::nginx;
use crate::postgres::Postgres;
use crate::project::{Profile, Project};
use crate::server;
use crate::site;
use crate::steps::{Elapsed, note, so_far, step};
use crate::tools::{self, run, shown};

/// A part of the tests that can be asked for alone.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Format, clippy, documentation, dependencies
    Lint,
    /// Tests beside the code, and the store's contract on both databases
    Unit,
    /// The server's HTTP tests (server/tests/it)
    It,
    /// Journeys through the release binary in Chromium
    Browser,
}

/// Runs the parts asked for (all, if none was), each even when an earlier one failed, and closes with the count.
pub(crate) fn test(project: &Project, only: &[Part], thorough: bool) -> Result<ExitCode> {
    let wanted = |part| only.is_empty() || only.contains(&part);
    let mut report = Report::default();
    if wanted(Part::Lint) {
        report.part("lints", || lint::lint(project).map(|()| Counts::default()));
    }
    // First of all what has to be built: the server that the host tests start serves the same files.
    let built =
        wanted(Part::Browser) && report.part("release build", || server::build(project, Profile::Release).map(|()| Counts::default()));
    if wanted(Part::Unit) || wanted(Part::It) || wanted(Part::Browser) {
        let postgres = Postgres::start(project)?;
        if wanted(Part::Unit) || wanted(Part::It) {
            let only = if wanted(Part::Unit) == wanted(Part::It) { None } else { Some(wanted(Part::It)) };
            report.part("host tests", || host(project, &postgres, only, thorough));
        }
        if wanted(Part::Browser) {
            report.part("browser journeys", || {
                ensure!(built, "there is no release build to test");
                journeys(project, &postgres, thorough)
            });
        }
    }
    report.print();
    let counted = !wanted(Part::Unit) && !wanted(Part::It) && !wanted(Part::Browser) || report.total().run() > 0;
    if !counted {
        note("no test was run");
    }
    Ok(if report.good() && counted { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Unit and HTTP tests. `only` asks for the HTTP tests alone (true) or for all others (false); cargo test
/// cannot leave one binary out, and runs them all then. Thoroughly, races and chances are tried so often that it takes a while.
fn host(project: &Project, postgres: &Postgres, only: Option<bool>, thorough: bool) -> Result<Counts> {
    if !project.site().join("assets").is_dir() {
        // A server without the console's files does not start, and the tests start it.
        site::build(project, Profile::Dev)?;
    }
    let nextest = tools::succeeds(project.cargo().args(["nextest", "--version"]));
    let mut cargo = project.cargo();
    cargo.args(if nextest { &["nextest", "run"][..] } else { &["test", "--no-fail-fast"] });
    match (only, nextest) {
        (Some(true), _) => cargo.args(["--package", "server", "--test", "it"]),
        (Some(false), true) => cargo.args(["--workspace", "--exclude", "frontend", "-E", "not binary(it)"]),
        (None, true) => cargo.args(["--workspace", "--exclude", "frontend"]),
        (_, false) => cargo.args(["--workspace", "--exclude", "frontend", "--all-targets"]),
    };
    cargo.args(["--locked"]).env("TEST_POSTGRES_URL", postgres.url());
    if thorough {
        cargo.env("THOROUGH", "1");
        if nextest {
            cargo.args(["--profile", "thorough"]);
        }
    }
    if only != Some(false) || !nextest {
        cargo.env("NGINX", nginx::binary(project)?);
    }
    if stdout().is_terminal() {
        cargo.env("CARGO_TERM_COLOR", "always"); // we stand between it and the terminal
    }
    let runner = if nextest { "cargo nextest" } else { "cargo test" };
    step("host tests", &format!("units, both databases, HTTP, by {runner}"), || counted(&mut cargo))
}

/// Playwright against the release binary.
fn journeys(project: &Project, postgres: &Postgres, thorough: bool) -> Result<Counts> {
    let results = project.scratch().join("playwright.json");
    let _ = fs::remove_file(&results);
    let mut playwright = browser::playwright(project, &project.binary(Profile::Release))?;
    playwright.arg("--reporter=list,json");
    playwright.env("TEST_POSTGRES_URL", postgres.url()).env("PLAYWRIGHT_JSON_OUTPUT_FILE", &results);
    if thorough {
        playwright.env("THOROUGH", "1");
    }
    let ran = step("browser journeys", "the release binary in Chromium, both databases, scripts on and off", || run(&mut playwright));
    match fs::read(&results) {
        Ok(json) => playwright_counts(&json)?.checked(ran),
        Err(_) => ran.map_or_else(Err, |()| bail!("Playwright wrote no results")),
    }
}

/// How many tests passed and failed.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
struct Counts {
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl Counts {
    fn run(self) -> u64 {
        self.passed + self.failed
    }

    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }

    /// The counts if the runner and they agree; a runner that failed without a failed test is an error of its own.
    fn checked(self, ran: Result<()>) -> Result<Self> {
        match ran {
            Err(error) if self.failed == 0 => Err(error),
            _ => Ok(self),
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 { write!(f, ", {} skipped", self.skipped) } else { Ok(()) }
    }
}

/// Runs a test command, shows what it prints, and reads the counts from it.
fn counted(command: &mut Command) -> Result<Counts> {
    let (reader, writer) = pipe()?;
    let mut child = command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer).spawn()?;
    let (name, mut counts) = (shown(command), Counts::default());
    command.stdout(Stdio::null()).stderr(Stdio::null()); // closes our ends of the pipe, or it would never end
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        let _ = stdout().write_all(&line);
        counts.add(line_counts(&plain(&String::from_utf8_lossy(&line))));
        line.clear();
    }
    let status = child.wait()?;
    let ran = if status.success() { Ok(()) } else { Err(anyhow::anyhow!("{name} failed ({status})")) };
    counts.checked(ran)
}

/// The counts in a closing line of nextest or of cargo test; nothing in any other line.
fn line_counts(line: &str) -> Counts {
    let nextest = line.trim_start().strip_prefix("Summary [").and_then(|rest| rest.split_once(" run: ").map(|(_, rest)| rest));
    let libtest = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ").map(|(_, rest)| rest));
    let mut counts = Counts::default();
    for part in nextest.or(libtest).unwrap_or_default().split([',', ';']) {
        let mut words = part.split_whitespace();
        let Some(number) = words.next().and_then(|word| word.parse::<u64>().ok()) else { continue };
        match words.next() {
            Some("passed") => counts.passed += number,
            Some("failed" | "timed" | "exec") => counts.failed += number,
            Some("skipped") if nextest.is_some() => {} // what `-E` left out was not asked for
            Some("skipped" | "ignored") => counts.skipped += number,
            _ => {}
        }
    }
    counts
}

/// A line without colours.
fn plain(line: &str) -> String {
    let mut parts = line.split("\x1b[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |kept, part| kept + part.split_once('m').map_or("", |(_, after)| after))
}

fn playwright_counts(json: &[u8]) -> Result<Counts> {
    let results: Value = serde_json::from_slice(json).context("Playwright's results are not JSON")?;
    let number = |key: &str| results["stats"][key].as_u64().unwrap_or(0);
    let broken = results["errors"].as_array().map_or(0, |errors| u64::try_from(errors.len()).unwrap_or(u64::MAX));
    let failed = number("unexpected") + number("flaky") + broken; // a test that fails once in two runs is a failed test
    Ok(Counts { passed: number("expected"), failed, skipped: number("skipped") })
}

/// What each part came to.
#[derive(Default)]
struct Report {
    parts: Vec<(&'static str, Duration, Result<Counts>)>,
}

impl Report {
    /// Runs a part, and goes on whatever it comes to. Answers whether it was good.
    fn part(&mut self, name: &'static str, work: impl FnOnce() -> Result<Counts>) -> bool {
        let began = Instant::now();
        let result = work();
        if let Err(error) = &result {
            note(&format!("{name}: {error:#}"));
        }
        self.parts.push((name, began.elapsed(), result));
        self.parts.last().is_some_and(|(_, _, result)| is_good(result))
    }

    fn good(&self) -> bool {
        self.parts.iter().all(|(_, _, result)| is_good(result))
    }

    fn total(&self) -> Counts {
        let mut total = Counts::default();
        self.parts.iter().filter_map(|(_, _, result)| result.as_ref().ok()).for_each(|counts| total.add(*counts));
        total
    }

    fn print(&self) {
        println!();
        for (name, took, result) in &self.parts {
            let took = Elapsed(*took);
            match result {
                Ok(counts) if counts.run() == 0 && counts.skipped == 0 => println!("  {name:<18} {took:>6}  ok"),
                Ok(counts) => println!("  {name:<18} {took:>6}  {counts}"),
                Err(error) => println!("  {name:<18} {took:>6}  FAILED: {}", error.to_string().lines().next().unwrap_or_default()),
            }
        }
        println!("  {:<18} {:>6}\n\n{}", "together", so_far(), self.total());
    }
}

fn is_good(result: &Result<Counts>) -> bool {
    result.as_ref().is_ok_and(|counts| counts.failed == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(passed: u64, failed: u64, skipped: u64) -> Counts {
        Counts { passed, failed, skipped }
    }

    #[test]
    fn closing_lines_are_read() {
        let nextest = "     Summary [   1.234s] 14 tests run: 11 passed (1 slow), 2 failed, 1 timed out, 3 skipped";
        assert_eq!(line_counts(nextest), counts(11, 3, 0));
        assert_eq!(line_counts("     Summary [   0.034s] 1 test run: 1 passed, 0 skipped"), counts(1, 0, 0));
        let libtest = "test result: FAILED. 5 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.00s";
        assert_eq!(line_counts(libtest), counts(5, 1, 2));
        assert_eq!(line_counts("12 passed, 1 failed"), Counts::default());
    }

    #[test]
    fn colours_do_not_hide_them() {
        assert_eq!(plain("\x1b[32;1m     Summary\x1b[0m [   1.0s] \x1b[1m2\x1b[0m tests"), "     Summary [   1.0s] 2 tests");
    }

    #[test]
    fn a_flaky_journey_is_a_failed_one() {
        let json = br#"{"stats":{"expected":3,"unexpected":1,"flaky":1,"skipped":2},"errors":[]}"#;
        assert_eq!(playwright_counts(json).expect("valid"), counts(3, 2, 2));
    }

    #[test]
    fn a_runner_that_fails_without_a_failed_test_is_an_error() {
        assert!(counts(3, 0, 0).checked(Err(anyhow::anyhow!("it did not compile"))).is_err());
        assert_eq!(counts(3, 1, 0).checked(Err(anyhow::anyhow!("one failed"))).expect("counted"), counts(3, 1, 0));
    }
}
