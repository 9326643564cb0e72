//! `cargo xtask`: everything a person types to build, run and test Jeton.

mod api_check;
mod bench;
mod bench_stored;
mod browser;
mod check_revocations;
mod classes;
mod css;
mod files;
mod lint;
mod nginx;
mod postgres;
mod project;
mod server;
mod site;
mod steps;
mod suite;
mod texts;
mod tools;
mod watch;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::project::{Profile, Project};
use crate::suite::Part;
use crate::tools::Exit;

/// Build, run and test Jeton
///
/// Nothing else needs to be installed by hand: each command brings what it needs, never asks a question, and says what to
/// type when it cannot.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

const EXIT_CODES: &str = "\
Exit codes:
   0  done
   1  a build or a test failed
   2  wrong arguments
  69  something is missing and could not be installed
  77  something is missing and only root can install it
`run` ends with the server's own code.";

#[derive(Subcommand)]
enum Task {
    /// Start the console, from a clean clone or again: on 127.0.0.1:3000, with its data in ./data
    Run {
        /// Build the small and fast binary first, with the assets inside
        #[arg(long)]
        release: bool,
        /// Arguments for `jeton serve`, after `--`
        #[arg(last = true)]
        serve: Vec<OsString>,
    },
    /// Start the console, and rebuild and restart it whenever a source file changes
    Watch {
        /// Arguments for `jeton serve`, after `--`
        #[arg(last = true)]
        serve: Vec<OsString>,
    },
    /// Build the browser half into target/site, then the `jeton` binary
    Build {
        /// One small and fast binary with compressed assets inside
        #[arg(long)]
        release: bool,
    },
    /// Measure verification against a bare route of the same binary, on both databases
    Bench {
        /// How often bare and real route take turns
        #[arg(long, default_value_t = 3)]
        rounds: usize,
        /// How long each turn is
        #[arg(long, default_value_t = 5)]
        seconds: u32,
        /// What the instance logs: with `info`, as is usual, a line a request
        #[arg(long, default_value = "info")]
        log: String,
    },
    /// Measure what many stored tokens cost: verification, the list, a start, memory; with 1,000 and with a million, on both databases
    ///
    /// Prints a table and writes `target/bench-stored.json`.
    BenchStored {
        /// How many tokens are many
        #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1_000..=10_000_000))]
        tokens: u32,
        /// How many of them are presented again and again; as many as there are, at most
        #[arg(long, default_value_t = 10_000)]
        hot: u32,
        /// How long each measurement of verification is
        #[arg(long, default_value_t = 10)]
        seconds: u32,
        /// How long 100 tokens are presented, as evenly as comes to 100,000 times in 60 seconds, to count statements
        #[arg(long, default_value_t = 60)]
        statements_seconds: u32,
        /// Measure a development build: the figures mean nothing, but it is there soon
        #[arg(long)]
        dev: bool,
    },
    /// Send the API what Schemathesis makes of its interface description
    ApiCheck {
        /// The most requests for each operation and way of making them up
        #[arg(long, default_value_t = 50)]
        examples: u32,
    },
    /// Revoke tokens on two servers while everybody asks about them and something fails, and check that nobody says yes too late
    ///
    /// Prints a table and writes `target/check-revocations.json`.
    CheckRevocations {
        /// How many tokens are revoked, in all phases together
        #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(6..=100_000))]
        revocations: u32,
        /// Who asks at once, on each server
        #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=100))]
        verifiers: u32,
        /// How many verifications all of them start in a second, as far as they are answered
        #[arg(long, default_value_t = 8_000, value_parser = clap::value_parser!(u32).range(1..))]
        rate: u32,
        /// How long each kind of fault goes on
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(12..=600))]
        seconds: u32,
        /// Another binary than the release that is built otherwise
        #[arg(long, value_name = "FILE", env = "JETON_BIN")]
        jeton: Option<PathBuf>,
    },
    /// Weigh and time the pages of a release in Chromium, and ask Lighthouse
    ///
    /// Prints tables and writes `target/audit-ui.json`. `JETON_BIN` names another binary than the release that is built otherwise.
    AuditUi,
    /// Format, clippy for server and browser, documentation, forbidden dependencies
    Lint,
    /// Everything that must hold: lints, all tests on both databases, journeys in a real browser
    Test {
        /// Only these parts (may be given several times)
        #[arg(long, value_enum)]
        only: Vec<Part>,
        /// Races and chances ten times as often, and journeys in all four pairs of database and scripts, not only in the two that cover each
        #[arg(long)]
        thorough: bool,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match go(arguments.command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\n{error:#}");
            error.downcast_ref::<Exit>().map_or(ExitCode::FAILURE, |exit| ExitCode::from(exit.code))
        }
    }
}

fn go(task: Task) -> Result<ExitCode> {
    let _ = steps::so_far(); // the clock starts here
    let project = Project::find()?;
    match task {
        Task::Run { release, serve } => {
            server::build(&project, Profile::from_flag(release))?;
            server::run(&project, Profile::from_flag(release), &serve)
        }
        Task::Watch { serve } => watch::watch(&project, &serve),
        Task::Build { release } => {
            server::build(&project, Profile::from_flag(release))?;
            steps::note(&format!("{} after {}", project.binary(Profile::from_flag(release)).display(), steps::so_far()));
            Ok(ExitCode::SUCCESS)
        }
        Task::Bench { rounds, seconds, log } => bench::run(&project, rounds, seconds, &log).map(|()| ExitCode::SUCCESS),
        Task::BenchStored { tokens, hot, seconds, statements_seconds, dev } => {
            let plan = bench_stored::Plan { tokens, hot, seconds, statements_seconds, profile: Profile::from_flag(!dev) };
            bench_stored::run(&project, &plan).map(|()| ExitCode::SUCCESS)
        }
        Task::CheckRevocations { revocations, verifiers, rate, seconds, jeton } => {
            let (revocations, verifiers) = (usize::try_from(revocations)?, usize::try_from(verifiers)?);
            let plan = check_revocations::Plan { revocations, verifiers, rate, seconds, binary: jeton };
            check_revocations::run(&project, &plan).map(|()| ExitCode::SUCCESS)
        }
        Task::ApiCheck { examples } => api_check::run(&project, examples).map(|()| ExitCode::SUCCESS),
        Task::AuditUi => browser::audit(&project).map(|()| ExitCode::SUCCESS),
        Task::Lint => lint::lint(&project).map(|()| ExitCode::SUCCESS),
        Task::Test { only, thorough } => suite::test(&project, &only, thorough),
    }
}
