//! `cargo xtask check-revocations`: the promise of docs/revocation.md, checked from outside. Two servers and one PostgreSQL as in earnest, one
//! clock for everybody who asks, and whatever can fail between them, by turns.

mod client;
mod dice;
mod faults;
mod phase;
mod report;
mod search;
mod servers;
mod watched;
mod wire;

use std::fs;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use serde_json::json;

use crate::postgres::Postgres;
use crate::project::{Profile, Project};
use crate::server;
use crate::steps::{note, step};
use client::Client;
use faults::{Breakable, FAULTS};
use phase::{Load, Verdict};
use report::{BOUND, Row};
use servers::Servers;
use watched::{Breach, Clock, NAMES, SERVERS, Watched};

/// How long a server may take to find its database again before all tokens are asked about once more.
const PATIENCE: Duration = Duration::from_secs(20);
/// How many breaches are printed; all are counted.
const SHOWN: usize = 20;

/// What is checked, and how much of it.
pub(crate) struct Plan {
    pub(crate) revocations: usize,
    pub(crate) verifiers: usize,
    pub(crate) rate: u32,
    pub(crate) seconds: u32,
    /// The binary; a release is built otherwise.
    pub(crate) binary: Option<PathBuf>,
}

/// Checks, prints the table, writes it as JSON to `target/check-revocations.json`, and fails if the promise was broken.
pub(crate) fn run(project: &Project, plan: &Plan) -> Result<()> {
    let binary = binary(project, plan)?;
    let mut postgres = Postgres::start(project)?;
    let clock = Clock::start();
    let servers = step("servers", "two of them, on one database", || Servers::start(project, &binary, &postgres))?;
    let watched = step("tokens", "to be revoked", || servers.tokens(&clock, plan.revocations))?;
    let load = Load { verifiers: plan.verifiers, rate: plan.rate, long: Duration::from_secs(plan.seconds.into()) };
    let mut rows = Vec::new();
    Row::print_head();
    for (number, fault) in FAULTS.into_iter().enumerate() {
        let share = |number: usize| plan.revocations * number / FAULTS.len();
        let watched = &watched[share(number)..share(number + 1)];
        let mut breakable = Breakable { postgres: &mut postgres, wire: &servers.wire, second: servers.second() };
        let (counts, asked) = phase::run(&clock, &servers, watched, load, fault, &mut breakable)?;
        let row = Row::new(fault, watched, counts, asked);
        row.print();
        if let Some(why) = row.is_vacuous() {
            bail!("{}: {why}", fault.name());
        }
        rows.push(row);
        // The next fault is to find both servers well; and all of these refused, now that nothing fails any more.
        for server in 0..SERVERS {
            all_refused(&clock, &servers, server, watched)?;
        }
    }
    // And once more at the end, after all that failed since.
    for server in 0..SERVERS {
        all_refused(&clock, &servers, server, &watched)?;
    }
    let breaches: Vec<(&Watched, Breach)> =
        watched.iter().flat_map(|one| one.check().into_iter().map(move |breach| (one, breach))).collect();
    let samples: Vec<usize> = watched.iter().map(Watched::kept).filter(|kept| *kept > 0).collect();
    let (kept, of) = (samples.iter().sum::<usize>(), samples.len());
    let written = project.root.join("target/check-revocations.json");
    let told: Vec<String> = breaches.iter().map(|(watched, breach)| format!("{}: {breach}", watched.id)).collect();
    let report = json!({
        "revocations": plan.revocations, "verifiers": plan.verifiers, "rate": plan.rate, "seconds": plan.seconds,
        "phases": rows.iter().map(Row::as_json).collect::<Vec<_>>(), "sampled_tokens": of, "sampled_verifications": kept, "breaches": told,
    });
    fs::create_dir_all(project.root.join("target"))?;
    fs::write(&written, serde_json::to_string_pretty(&report)?)?;
    note(&format!("{kept} verifications of {of} tokens were also put in order, one by one"));
    note(&format!("written to {}", written.display()));
    for row in rows.iter().filter(|row| row.is_slow()) {
        note(&format!(
            "{}: one revocation of a hundred took longer than {BOUND:?}; on a machine that is not busy none should",
            row.fault.name()
        ));
    }
    if !told.is_empty() {
        bail!("{} breaches:\n{}", told.len(), told[..told.len().min(SHOWN)].join("\n"));
    }
    println!("{} revocations: nobody said yes to a verification that started after the answer", plan.revocations);
    Ok(())
}

/// The binary that was named, or a release.
fn binary(project: &Project, plan: &Plan) -> Result<PathBuf> {
    match &plan.binary {
        Some(named) if named.is_file() => Ok(named.canonicalize()?),
        Some(named) => bail!("this is no file: {}", named.display()),
        None => {
            server::build(project, Profile::Release)?;
            Ok(project.binary(Profile::Release))
        }
    }
}

/// Asks a server about tokens that are revoked, each until it says something.
fn all_refused(clock: &Clock, servers: &Servers, server: usize, watched: &[Watched]) -> Result<()> {
    let mut client = Client::new(servers.both[server].address);
    let begun = Instant::now();
    for one in watched {
        loop {
            if let Verdict::Said(verification) = phase::verdict(clock, &mut client, one)? {
                one.note(server, verification);
                break;
            }
            ensure!(begun.elapsed() < PATIENCE, "the {} server does not recover", NAMES[server]);
            sleep(Duration::from_millis(100));
        }
    }
    Ok(())
}
