//! `cargo xtask bench-stored`: what it costs that many tokens are stored. The same is measured with 1,000 and with a million; what should not
//! depend on how many there are is told as a ratio. No figure here fails anything.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Map, json};

use crate::bench::{self, Bench};
use crate::postgres::Postgres;
use crate::project::{Profile, Project};
use crate::steps::note;

/// How many tokens are few.
const FEW: u32 = 1_000;
/// How many of the hot ones are presented while statements are counted.
const WARM: usize = 100;
/// With 32 connections this pause, in milliseconds, comes to 100,000 requests in 60 seconds.
const PAUSE: u32 = 19;
/// How often the list is asked for once it is warm.
const PAGES: usize = 50;

/// What is measured, and for how long.
pub(crate) struct Plan {
    pub(crate) tokens: u32,
    pub(crate) hot: u32,
    pub(crate) seconds: u32,
    pub(crate) statements_seconds: u32,
    pub(crate) profile: Profile,
}

/// What is measured, in the order of the table, with the unit. The last says whether few and many should be alike.
const ROWS: [(&str, &str, bool); 9] = [
    ("seeding", "s", false),
    ("start", "ms", true),
    ("memory after the start", "MiB", true),
    ("list, first page, first time", "ms", true),
    ("list, first page, median", "ms", true),
    ("verification, CPU", "µs", true),
    ("verification, p99", "µs", true),
    ("memory after verification", "MiB", true),
    ("statements per 100,000", "", true),
];

/// Builds, measures, prints the table, and writes it as JSON to `target/bench-stored.json`.
pub(crate) fn run(project: &Project, plan: &Plan) -> Result<()> {
    bench::build(project, plan.profile)?;
    let mut report = Vec::new();
    println!("{:<12} {:<30} {:>12} {:>12} {:>8}", "database", "what", FEW, plan.tokens, "ratio");
    for name in ["SQLite", "PostgreSQL"] {
        let few = measure(project, plan, name, FEW)?;
        let many = measure(project, plan, name, plan.tokens)?;
        let mut rows = Map::new();
        for (number, (what, unit, alike)) in ROWS.into_iter().enumerate() {
            let (few, many) = (few[number], many[number]);
            let ratio = if alike { format!("{:.2}", many / few) } else { String::new() };
            println!("{name:<12} {:<30} {few:>12.1} {many:>12.1} {ratio:>8}", format!("{what} {unit}"));
            rows.insert(what.to_owned(), json!({ "unit": unit, "few": few, "many": many }));
        }
        report.push(json!({ "database": name, "few": FEW, "many": plan.tokens, "hot": plan.hot, "seconds": plan.seconds, "rows": rows }));
    }
    let written = project.root.join("target/bench-stored.json");
    fs::write(&written, serde_json::to_string_pretty(&report)?)?;
    note(&format!("written to {}", written.display()));
    Ok(())
}

/// The figures of [`ROWS`] with so many tokens, in an instance of its own.
fn measure(project: &Project, plan: &Plan, name: &str, tokens: u32) -> Result<[f64; ROWS.len()]> {
    let postgres = if name == "PostgreSQL" { Some(Postgres::start(project)?) } else { None };
    let database = postgres.as_ref().map_or_else(|| "sqlite".to_owned(), Postgres::url);
    let folder = bench::fresh_folder(project)?;
    let start = |arguments: &[&str]| Bench::start(project, plan.profile, &folder, &[&[database.as_str()][..], arguments].concat());
    // Whoever has seeded has used memory for that, and has its pages at hand: measured is who comes after.
    let made = start(&["info", &tokens.to_string(), &plan.hot.min(tokens).to_string()])?;
    made.write_traffic()?;
    let told = made.told.clone();
    drop(made);
    let again = |log: &str| -> Result<(Bench, f64)> {
        let began = Instant::now();
        let mut bench = start(&[log])?;
        let took = began.elapsed().as_secs_f64() * 1e3;
        bench.told["verifier"] = told["verifier"].clone();
        Ok((bench, took))
    };
    let (bench, started) = again("info")?;
    // What a start does beside answering is over by then; the memory is read once, so there is nothing to wait for but time.
    sleep(Duration::from_secs(2));
    let idle = bench.resident_mib()?;
    let session = told["session"].as_str().context("no session")?;
    let first = page(&bench, session)?;
    let mut pages = (0..PAGES).map(|_| page(&bench, session)).collect::<Result<Vec<f64>>>()?;
    pages.sort_unstable_by(f64::total_cmp);
    // Once for nothing, until all of the hot ones are remembered.
    bench.turn("jeton", "good", plan.seconds.min(5), None)?;
    let hot = bench.turn("jeton", "good", plan.seconds, None)?;
    let busy = bench.resident_mib()?;
    drop(bench);
    let (bench, _) = again("statements")?;
    take_warm(&folder)?;
    bench.turn("jeton", "warm", 2, None)?;
    // What is noted of the turn before is written up to five seconds after it, and is not to be counted.
    sleep(Duration::from_secs(7));
    let before = statements(&bench)?;
    let warm = bench.turn("jeton", "warm", plan.statements_seconds, Some(PAUSE))?;
    let sent = statements(&bench)? - before;
    Ok([
        told["seeded_seconds"].as_f64().unwrap_or(f64::NAN),
        started,
        idle,
        first,
        pages[PAGES / 2],
        hot.cpu_micros,
        hot.p99_micros,
        busy,
        sent / warm.requests * 1e5,
    ])
}

/// Puts the first of the good requests aside.
fn take_warm(folder: &std::path::Path) -> Result<()> {
    let good = BufReader::new(fs::File::open(folder.join("good"))?);
    let mut warm = fs::File::create(folder.join("warm"))?;
    for line in good.lines().take(WARM) {
        writeln!(warm, "{}", line?)?;
    }
    Ok(())
}

/// How many milliseconds the first page of the list takes, to its last byte.
fn page(bench: &Bench, session: &str) -> Result<f64> {
    let began = Instant::now();
    let answer = ask(bench.told("jeton"), "/orgs/acme/tokens", &format!("Cookie: __Host-sid={session}\r\n"))?;
    let took = began.elapsed().as_secs_f64() * 1e3;
    if !answer.contains("class=\"row-label\"") {
        bail!("this is no list of tokens:\n{answer}");
    }
    Ok(took)
}

/// How many statements the database was sent so far.
fn statements(bench: &Bench) -> Result<f64> {
    let answer = ask(bench.told("bare"), "/statements", "")?;
    Ok(answer.rsplit_once("\r\n\r\n").context("no body")?.1.trim().parse()?)
}

fn ask(address: &str, path: &str, headers: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept: text/html\r\nConnection: close\r\n{headers}\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    if !answer.starts_with("HTTP/1.1 200") {
        bail!("{path} answers:\n{answer}");
    }
    Ok(answer)
}
