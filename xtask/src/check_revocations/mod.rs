//! `cargo xtask check-revocations`: the promise of docs/revocation.md, checked from outside. Two servers and one PostgreSQL as in earnest, one
//! clock for everybody who asks, and whatever can fail between them, by turns; before that one server on SQLite.

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
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use serde_json::json;

use crate::postgres::Postgres;
use crate::project::{Profile, Project};
use crate::server;
use crate::steps::{note, step};
use client::Client;
use faults::{Breakable, FAULTS, Fault, Outages};
use phase::{Load, Verdict};
use report::Row;
use servers::Servers;
use watched::{Breach, Clock, NAMES, Watched};

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
    let (servers, wire) = step("servers", "two of them, on one PostgreSQL", || Servers::on_postgres(project, &binary, &postgres))?;
    let mut watched = step("tokens", "to be revoked", || servers.tokens(&clock, plan.revocations))?;
    let load = Load { verifiers: plan.verifiers, rate: plan.rate, long: Duration::from_secs(plan.seconds.into()) };
    let (alone, row) = on_sqlite(project, &binary, &clock, plan.revocations / FAULTS.len(), load)?;
    let mut rows = vec![row];
    for (number, fault) in FAULTS.into_iter().enumerate() {
        let share = |number: usize| plan.revocations * number / FAULTS.len();
        let watched = &watched[share(number)..share(number + 1)];
        let mut breakable = Breakable { clock: &clock, postgres: &mut postgres, wire: &wire, second: &servers.all[1] };
        rows.push(phase(&clock, &servers, watched, load, fault, |long| fault.happen(&mut breakable, long))?);
    }
    // And once more at the end, after all that failed since.
    all_refused(&clock, &servers, &watched)?;
    watched.extend(alone);
    let breaches: Vec<(&Watched, Breach)> =
        watched.iter().flat_map(|one| one.check().into_iter().map(move |breach| (one, breach))).collect();
    let samples: Vec<usize> = watched.iter().map(Watched::kept).filter(|kept| *kept > 0).collect();
    let (kept, of) = (samples.iter().sum::<usize>(), samples.len());
    let written = project.root.join("target/check-revocations.json");
    let told: Vec<String> = breaches.iter().map(|(watched, breach)| format!("{}: {breach}", watched.id)).collect();
    let p99 = report::p99_of_all(&rows);
    let report = json!({
        "answer_p99_ms": p99, "revocations": watched.len(), "verifiers": plan.verifiers, "rate": plan.rate, "seconds": plan.seconds,
        "phases": rows.iter().map(Row::as_json).collect::<Vec<_>>(), "sampled_tokens": of, "sampled_verifications": kept, "breaches": told,
    });
    fs::create_dir_all(project.root.join("target"))?;
    fs::write(&written, serde_json::to_string_pretty(&report)?)?;
    note(&format!("{p99:.1} ms: within this 99 of 100 revocations were answered on PostgreSQL, whatever failed"));
    note(&format!("{kept} verifications of {of} tokens were also put in order, one by one"));
    note(&format!("written to {}", written.display()));
    for fault in rows.iter().filter(|row| row.is_slow()).map(|row| row.fault) {
        note(&format!(
            "{}: more than one revocation of a hundred took longer than {:?}; on a machine that is not busy none should",
            fault.name(),
            fault.bound()
        ));
    }
    if !told.is_empty() {
        bail!("{} breaches:\n{}", told.len(), told[..told.len().min(SHOWN)].join("\n"));
    }
    println!("{} revocations: nobody said yes to a verification that started after the answer", watched.len());
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

/// One server on SQLite, as busy as two on PostgreSQL: a change there waits for nobody, and is answered so much sooner.
fn on_sqlite(project: &Project, binary: &Path, clock: &Clock, count: usize, load: Load) -> Result<(Vec<Watched>, Row)> {
    let servers = step("a server", "on SQLite", || Servers::on_sqlite(project, binary))?;
    let watched = step("tokens", "to be revoked there", || servers.tokens(clock, count))?;
    Row::print_head();
    let row = phase(clock, &servers, &watched, load, Fault::NothingOnSqlite, |long| {
        sleep(long);
        Ok(Vec::new())
    })?;
    Ok((watched, row))
}

/// Checks while something fails, and prints what came of it. Afterwards all servers are well, and all these tokens refused.
fn phase(
    clock: &Clock,
    servers: &Servers,
    watched: &[Watched],
    load: Load,
    fault: Fault,
    fail: impl FnOnce(Duration) -> Result<Outages> + Send,
) -> Result<Row> {
    let (counts, asked, outages) = phase::run(clock, servers, watched, load, fail)?;
    let row = Row::new(fault, watched, counts, asked, &outages);
    row.print();
    if let Some(why) = row.is_vacuous() {
        bail!("{}: {why}", fault.name());
    }
    all_refused(clock, servers, watched)?;
    Ok(row)
}

/// Asks every server about tokens that are revoked, each until it says something.
fn all_refused(clock: &Clock, servers: &Servers, watched: &[Watched]) -> Result<()> {
    for (server, each) in servers.all.iter().enumerate() {
        let mut client = Client::new(each.address);
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
    }
    Ok(())
}
