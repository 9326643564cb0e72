//! `cargo xtask bench`: how much of what the machine can do is left to the one who verifies. Ratios, from one run on the same cores: the
//! bare route and the real one take turns, and the medians of the rounds are compared. No figure here fails anything.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::postgres::Postgres;
use crate::project::{Profile, Project};
use crate::steps::note;
use crate::tools;

/// Connections, all kept open.
const CONNECTIONS: &str = "32";
/// Clock ticks in a second, in which Linux counts the time of a process.
const TICKS: f64 = 100.0;

/// What one turn of the load generator found.
pub(crate) struct Turn {
    pub(crate) requests: f64,
    pub(crate) per_second: f64,
    pub(crate) cpu_micros: f64,
    pub(crate) p50_micros: f64,
    pub(crate) p99_micros: f64,
}

/// The instance under load.
pub(crate) struct Bench {
    process: Child,
    pub(crate) told: Value,
    /// Where each kind of traffic has its bodies, a line each.
    folder: PathBuf,
}

/// Builds, measures, prints the table, and writes it as JSON to `target/bench.json`.
pub(crate) fn run(project: &Project, rounds: usize, seconds: u32, log: &str) -> Result<()> {
    build(project, Profile::Release)?;
    let postgres = Postgres::start(project)?;
    let mut report = Vec::new();
    println!("{:<12} {:<28} {:>9} {:>9} {:>9} {:>9}   against the bare route", "database", "what", "req/s", "CPU µs", "p50 µs", "p99 µs");
    for (name, database) in [("SQLite", "sqlite".to_owned()), ("PostgreSQL", postgres.url())] {
        let folder = fresh_folder(project)?;
        let bench = Bench::start(project, Profile::Release, &folder, &[&database, log])?;
        bench.write_traffic()?;
        report.push(bench.measure(name, rounds, seconds)?);
    }
    let written = project.root.join("target/bench.json");
    fs::write(&written, serde_json::to_string_pretty(&report)?)?;
    note(&format!("written to {}", written.display()));
    Ok(())
}

/// Builds what is measured, and brings what measures.
pub(crate) fn build(project: &Project, profile: Profile) -> Result<()> {
    if tools::find("wrk").is_none() {
        tools::install(&["wrk"], "the load generator")?;
    }
    fs::create_dir_all(project.site())?;
    let mut cargo = project.cargo();
    cargo.args(["build", "--locked", "--package", "server", "--example", "bench"]);
    tools::run(cargo.args((profile == Profile::Release).then_some("--release")))
}

/// An empty folder for an instance.
pub(crate) fn fresh_folder(project: &Project) -> Result<PathBuf> {
    let folder = project.scratch().join("bench");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

impl Bench {
    /// Starts the instance in a folder, which it sets up when that was not done; `arguments` are those after the folder.
    pub(crate) fn start(project: &Project, profile: Profile, folder: &Path, arguments: &[&str]) -> Result<Self> {
        let log = fs::File::create(folder.join("log"))?;
        let mut command = Command::new(project.target.join(profile.folder()).join("examples/bench"));
        command.arg(folder).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log);
        let mut process = command.spawn().with_context(|| format!("cannot start {}", tools::shown(&command)))?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().context("no output")?).read_line(&mut line)?;
        let Ok(told) = serde_json::from_str::<Value>(&line) else {
            bail!("the instance did not start:\n{}", fs::read_to_string(folder.join("log"))?);
        };
        Ok(Self { process, told, folder: folder.to_owned() })
    }

    pub(crate) fn told(&self, name: &str) -> &str {
        self.told[name].as_str().unwrap_or_default()
    }

    /// Good tokens; and the same with every tenth one broken and every tenth one made up.
    pub(crate) fn write_traffic(&self) -> Result<()> {
        let tokens = self.told["tokens"].as_array().context("no tokens")?;
        let good: Vec<&str> = tokens.iter().filter_map(Value::as_str).collect();
        let body = |token: &str| json!({ "token": token }).to_string();
        let mut file = fs::File::create(self.folder.join("good"))?;
        for token in &good {
            writeln!(file, "{}", body(token))?;
        }
        let mut unknown = self.told["unknown"].as_array().context("no unknown ones")?.iter().filter_map(Value::as_str).cycle();
        let mut file = fs::File::create(self.folder.join("mixed"))?;
        for (number, token) in good.iter().cycle().take(10_000).enumerate() {
            let token = match number % 10 {
                // One letter of it is another, so the checksum is wrong.
                0 => format!("{}x", &token[..token.len() - 1]),
                // Each is another one that nobody has, and comes again when all others have come.
                5 => unknown.next().context("no unknown ones")?.to_owned(),
                _ => (*token).to_owned(),
            };
            writeln!(file, "{}", body(&token))?;
        }
        Ok(())
    }

    fn measure(&self, database: &str, rounds: usize, seconds: u32) -> Result<Value> {
        let [mut bare, mut good, mut mixed] = [const { Vec::new() }; 3];
        // Once for nothing: connections, pages, and what is remembered.
        self.turn("jeton", "mixed", 2, None)?;
        for _ in 0..rounds {
            bare.push(self.turn("bare", "good", seconds, None)?);
            good.push(self.turn("jeton", "good", seconds, None)?);
            mixed.push(self.turn("jeton", "mixed", seconds, None)?);
        }
        let bare = median(&bare);
        print_row(database, "bare route", &bare, None);
        let mut rows = serde_json::Map::new();
        rows.insert("bare".to_owned(), as_json(&bare, &bare));
        for (name, what, turns) in [("verify", "verify, warm", good), ("mixed", "10 % broken, 10 % unknown", mixed)] {
            let turn = median(&turns);
            print_row(database, what, &turn, Some(&bare));
            rows.insert(name.to_owned(), as_json(&turn, &bare));
        }
        let decision = &self.told["decision_nanos"];
        let micros = |place: usize| decision[place].as_f64().unwrap_or(f64::NAN) / 1e3;
        println!("{database:<12} {:<28} {:>9} {:>9} {:>9.2} {:>9.2}", "a decision, in process", "", "", micros(0), micros(1));
        Ok(json!({ "database": database, "rounds": rounds, "seconds": seconds, "rows": rows, "decision_nanos": decision }))
    }

    /// Sends traffic for some seconds, as fast as it is answered or with a pause of so many milliseconds on each connection.
    pub(crate) fn turn(&self, server: &str, traffic: &str, seconds: u32, pause: Option<u32>) -> Result<Turn> {
        let before = self.cpu_micros()?;
        let mut wrk = Command::new("wrk");
        wrk.args(["--threads", "1", "--connections", CONNECTIONS, "--duration", &format!("{seconds}s"), "--script"])
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("bench/verify.lua"))
            .arg(format!("http://{}", self.told(server)))
            .env("BENCH_REQUESTS", self.folder.join(traffic))
            .env("BENCH_VERIFIER", self.told("verifier"));
        if let Some(pause) = pause {
            wrk.env("BENCH_PAUSE", pause.to_string());
        }
        let output = wrk.output().with_context(|| format!("cannot start {}", tools::shown(&wrk)))?;
        let cpu = self.cpu_micros()? - before;
        let printed = String::from_utf8_lossy(&output.stdout);
        let line = printed.lines().find_map(|line| line.strip_prefix("BENCH ")).with_context(|| format!("wrk said nothing:\n{printed}"))?;
        let found: Value = serde_json::from_str(line)?;
        let number = |name: &str| found[name].as_f64().unwrap_or(f64::NAN);
        if number("failed") > 0.0 || number("requests") == 0.0 {
            bail!("{} of {} requests failed", number("failed"), number("requests"));
        }
        Ok(Turn {
            requests: number("requests"),
            per_second: number("requests") / number("micros") * 1e6,
            cpu_micros: cpu / number("requests"),
            p50_micros: number("p50"),
            p99_micros: number("p99"),
        })
    }

    /// How many MiB of memory the instance holds.
    pub(crate) fn resident_mib(&self) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let kib = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")).context("no VmRSS")?;
        Ok(kib.trim().parse::<f64>()? / 1024.0)
    }

    /// Processor time the instance has used, of all its threads.
    fn cpu_micros(&self) -> Result<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id()))?;
        // The name, in parentheses, may hold spaces; user and system time are the 14th and 15th field of all.
        let fields: Vec<&str> = stat.rsplit_once(')').context("no stat")?.1.split_whitespace().collect();
        let ticks: f64 = fields[11].parse::<f64>()? + fields[12].parse::<f64>()?;
        Ok(ticks / TICKS * 1e6)
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// The middle of each figure, each for itself.
fn median(turns: &[Turn]) -> Turn {
    let middle = |of: fn(&Turn) -> f64| {
        let mut all: Vec<f64> = turns.iter().map(of).collect();
        all.sort_unstable_by(f64::total_cmp);
        all[all.len() / 2]
    };
    Turn {
        requests: middle(|turn| turn.requests),
        per_second: middle(|turn| turn.per_second),
        cpu_micros: middle(|turn| turn.cpu_micros),
        p50_micros: middle(|turn| turn.p50_micros),
        p99_micros: middle(|turn| turn.p99_micros),
    }
}

fn print_row(database: &str, what: &str, turn: &Turn, bare: Option<&Turn>) {
    let Turn { per_second, cpu_micros, p50_micros, p99_micros, .. } = turn;
    print!("{database:<12} {what:<28} {per_second:>9.0} {cpu_micros:>9.1} {p50_micros:>9.0} {p99_micros:>9.0}");
    match bare {
        None => println!(),
        Some(bare) => println!(
            "   {:.2} × req/s, {:.2} × CPU, {:.2} × p99",
            per_second / bare.per_second,
            cpu_micros / bare.cpu_micros,
            p99_micros / bare.p99_micros
        ),
    }
}

fn as_json(turn: &Turn, bare: &Turn) -> Value {
    json!({
        "requests_per_second": turn.per_second, "cpu_micros": turn.cpu_micros, "p50_micros": turn.p50_micros, "p99_micros": turn.p99_micros,
        "of_bare": {
            "requests_per_second": turn.per_second / bare.per_second,
            "cpu_micros": turn.cpu_micros / bare.cpu_micros,
            "p99_micros": turn.p99_micros / bare.p99_micros,
        },
    })
}
