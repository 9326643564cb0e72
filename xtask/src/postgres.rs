//! A PostgreSQL of our own for the length of a test run: empty, fast, careless of power cuts, and always gone afterwards.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::project::Project;
use crate::steps::step;
use crate::tools;

/// Makes a cluster, serves it, and waits for its standard input to close. That happens however this program ends, Ctrl-C
/// and kill included, so there is no cluster to forget. A line that comes before names the signal to end the server with, which is
/// started again once it has ended, and that it has is told on standard output. $1 is PostgreSQL's bin folder, $2 the port.
const SERVE: &str = r#"
set -e
dir=$(mktemp -d /tmp/jeton-postgres-XXXXXX)
trap 'rm -rf "$dir"' EXIT
"$1/initdb" --username=postgres --auth=trust --encoding=UTF8 --locale=C --no-sync --pgdata="$dir/data" >/dev/null
serve() {
    "$1/postgres" -D "$dir/data" -p "$2" -k "$dir" -c listen_addresses=127.0.0.1 -c max_connections=300 -c fsync=off </dev/null >&2 &
}
serve "$@"
while read -r signal; do
    kill "-$signal" $! && wait $! || true
    echo ended
    serve "$@"
done
kill -INT $! && wait $! || true
"#;

/// Where Debian says whether installing PostgreSQL also makes a cluster named main.
const NO_MAIN_CLUSTER: &str = "/etc/postgresql-common/createcluster.d/jeton-no-main-cluster.conf";

/// How a server ends that is started again.
#[derive(Clone, Copy)]
pub(crate) enum Ending {
    /// Whoever is connected is sent away, and everything is written down.
    Fast,
    /// At once, as in a crash: what was committed is found again in the log when it starts.
    Immediate,
}

/// A running cluster. Dropping it stops it and removes its files.
pub(crate) struct Postgres {
    port: u16,
    bin: PathBuf,
    keeper: Child,
}

impl Postgres {
    /// Installs PostgreSQL if it is missing, and starts a cluster on a free port.
    pub(crate) fn start(project: &Project) -> Result<Self> {
        let bin = match bin() {
            Some(bin) => bin,
            None => install()?,
        };
        step("PostgreSQL", "an empty cluster for this run only", || {
            fs::create_dir_all(project.scratch())?;
            let log = project.scratch().join("postgres.log");
            let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
            let keeper = keep(&bin, port, File::create(&log)?)?;
            let mut postgres = Self { port, bin, keeper };
            if let Err(error) = postgres.wait() {
                bail!("{error}:\n{}", fs::read_to_string(log).unwrap_or_default());
            }
            Ok(postgres)
        })
    }

    /// The address of its maintenance database, for a user who may create others.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    /// Ends the server, starts it again on the same files and port, and waits until it takes connections.
    pub(crate) fn restart(&mut self, ending: Ending) -> Result<()> {
        let signal = match ending {
            Ending::Fast => "INT",
            Ending::Immediate => "QUIT",
        };
        writeln!(self.keeper.stdin.as_ref().context("nobody keeps the cluster")?, "{signal}")?;
        let mut told = String::new();
        // One line is told for one that was sent, so nothing is lost with the reader.
        BufReader::new(self.keeper.stdout.as_mut().context("nobody keeps the cluster")?).read_line(&mut told)?;
        if told != "ended\n" {
            bail!("PostgreSQL did not end");
        }
        self.wait()
    }

    fn wait(&mut self) -> Result<()> {
        let began = Instant::now();
        let port = self.port.to_string();
        while !tools::succeeds(Command::new(self.bin.join("pg_isready")).args(["-q", "-U", "postgres", "-h", "127.0.0.1", "-p", &port])) {
            if self.keeper.try_wait()?.is_some() || began.elapsed() > Duration::from_mins(1) {
                bail!("PostgreSQL did not start");
            }
            sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// Starts the script; as user postgres when we are root, because PostgreSQL refuses root.
fn keep(bin: &Path, port: u16, log: File) -> Result<Child> {
    let mut keeper = if tools::is_root() {
        // `su` without a dash leaves a root without sbin on the PATH
        let mut runuser = Command::new(tools::find("runuser").unwrap_or_else(|| "/usr/sbin/runuser".into()));
        runuser.args(["-u", "postgres", "--", "sh"]);
        runuser
    } else {
        Command::new("sh")
    };
    #[cfg(unix)] // a Ctrl-C is for us, and the closed input then for the cluster
    std::os::unix::process::CommandExt::process_group(&mut keeper, 0);
    keeper.args(["-c", SERVE, "sh"]).arg(bin).arg(port.to_string()).current_dir("/");
    keeper.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log);
    keeper.spawn().context("cannot start PostgreSQL")
}

/// The newest PostgreSQL that Debian's packages laid down, or the one on the PATH.
fn bin() -> Option<PathBuf> {
    let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let version = |path: &Path| path.parent()?.file_name()?.to_str()?.parse::<u32>().ok();
    let complete = installed.map(|entry| entry.path().join("bin")).filter(|bin| bin.join("initdb").is_file());
    let newest = complete.max_by_key(|bin| version(bin));
    newest.or_else(|| tools::find("initdb")?.parent().map(Path::to_owned))
}

fn install() -> Result<PathBuf> {
    let setting = Path::new(NO_MAIN_CLUSTER);
    if tools::is_root() {
        fs::create_dir_all(setting.parent().unwrap_or(setting))?;
        fs::write(setting, "create_main_cluster = false\n")?;
    }
    let installed = tools::install(&["postgresql"], "testing on PostgreSQL");
    let _ = fs::remove_file(setting); // the next one this machine's owner installs is theirs to decide
    installed?;
    bin().context("the postgresql package brought no initdb")
}
