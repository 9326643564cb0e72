//! Two servers, the binary itself twice, on one PostgreSQL, of which the second reaches it through a wire; or one server on SQLite.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::client::{Client, request};
use super::watched::{Clock, Watched};
use super::wire::Wire;
use crate::postgres::Postgres;
use crate::project::Project;
use crate::tools;

/// Serves until its standard input closes, which happens however this program ends, also while the server is stopped.
const SERVE: &str = r#"
"$@" </dev/null &
echo "Process: $!"
exec >/dev/null
cat
kill -KILL $!
wait
"#;

/// Where tokens are made and revoked.
const TOKENS: &str = "/api/v1/organizations/acme/tokens";
/// Of a database that is thrown away.
const PASSWORD: &str = "a lake behind seven birches";
/// Each token of a sample is kept with all that was said of it; one in so many is one.
const ONE_IN: usize = 10;

/// What is checked: all servers on one database.
pub(super) struct Servers {
    pub(super) all: Vec<Server>,
    /// May make and revoke tokens.
    admin: String,
    /// May ask about them.
    verifier: String,
}

/// One of them. Dropping it ends it.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    process: String,
    keeper: Child,
}

impl Servers {
    /// Sets an instance up in this database, and starts two servers. What they say to it goes through the wire for the second.
    pub(super) fn on_postgres(project: &Project, binary: &Path, postgres: &Postgres) -> Result<(Self, Arc<Wire>)> {
        let folder = empty(project, "check-revocations")?;
        let wire = Wire::before(postgres.address())?;
        let through_the_wire = postgres.url().replace(&postgres.address().to_string(), &wire.address().to_string());
        ensure!(through_the_wire != postgres.url(), "the second server would reach PostgreSQL without the wire");
        let setting_up = Installation { binary, folder: folder.join("setting-up"), database: Some(postgres.url()) };
        let [admin, verifier] = setting_up.set_up()?;
        let first = Installation { binary, folder: folder.join("first"), database: Some(postgres.url()) }.serve()?;
        let second = Installation { binary, folder: folder.join("second"), database: Some(through_the_wire) }.serve()?;
        Ok((Self { all: vec![first, second], admin, verifier }, wire))
    }

    /// Sets an instance up in a folder, and starts the one server that it may have.
    pub(super) fn on_sqlite(project: &Project, binary: &Path) -> Result<Self> {
        let installation = Installation { binary, folder: empty(project, "check-revocations-sqlite")?, database: None };
        let [admin, verifier] = installation.set_up()?;
        Ok(Self { all: vec![installation.serve()?], admin, verifier })
    }

    /// Makes so many tokens.
    pub(super) fn tokens(&self, clock: &Clock, count: usize) -> Result<Vec<Watched>> {
        let mut client = Client::new(self.all[0].address);
        let mut make = |number: usize| {
            let body = format!(r#"{{"label":"ci {number}","role":"viewer"}}"#);
            let answer = client.ask(clock, &request("POST", TOKENS, &self.admin, &body))?;
            ensure!(answer.status == 201, "a token could not be generated: {}", String::from_utf8_lossy(answer.body));
            let made: Value = serde_json::from_slice(answer.body)?;
            let (id, secret) = made["id"].as_str().zip(made["secret"].as_str()).context("a token has an id and a secret")?;
            let question = request("POST", "/api/v1/verify", &self.verifier, &format!(r#"{{"token":"{secret}"}}"#));
            Ok(Watched::new(id.to_owned(), question, self.all.len(), number.is_multiple_of(ONE_IN)))
        };
        (0..count).map(&mut make).collect()
    }

    /// The request that revokes a token.
    pub(super) fn revocation(&self, watched: &Watched) -> Vec<u8> {
        request("DELETE", &format!("{TOKENS}/{}", watched.id), &self.admin, "")
    }
}

impl Server {
    /// Sends its process a signal.
    pub(super) fn signal(&self, name: &str) -> Result<()> {
        tools::run(Command::new("kill").args([&format!("-{name}"), &self.process]))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// A folder with nothing in it.
fn empty(project: &Project, name: &str) -> Result<PathBuf> {
    let folder = project.scratch().join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    Ok(folder)
}

/// The binary with a folder of its own and what it is told.
struct Installation<'a> {
    binary: &'a Path,
    folder: PathBuf,
    /// None for a file in the folder.
    database: Option<String>,
}

impl Installation<'_> {
    /// Puts the settings that all have in common into the environment.
    fn tell(&self, command: &mut Command) {
        // The key guards the secrets of a database that is gone with this program.
        command.env("JETON_KEY", "5e".repeat(32)).env("JETON_DATA", &self.folder);
        match &self.database {
            Some(database) => command.env("JETON_DATABASE", database),
            None => command.env_remove("JETON_DATABASE"),
        };
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.binary);
        self.tell(&mut command);
        command.args(arguments);
        command
    }

    /// Gives the secrets of a token that may make and revoke others, and of one that may ask about them.
    fn set_up(&self) -> Result<[String; 2]> {
        fs::create_dir_all(&self.folder)?;
        let mut init = self.command(&["init", "--organization", "Acme", "--name", "Ada", "--email", "ada@acme.test", "--password-stdin"]);
        let mut process = init.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().context("cannot start the binary")?;
        process.stdin.take().context("no input")?.write_all(PASSWORD.as_bytes())?;
        ensure!(process.wait()?.success(), "the instance could not be set up");
        Ok([self.token("admin", &["--role", "admin"])?, self.token("verifier", &["--permission", "token:verify"])?])
    }

    /// Generates a token at the command line.
    fn token(&self, label: &str, more: &[&str]) -> Result<String> {
        let create = [&["token", "create", "--organization", "acme", "--expires", "never", "--label", label], more].concat();
        let made: Value = serde_json::from_slice(&self.command(&create).output()?.stdout).context("a token could not be generated")?;
        Ok(made["secret"].as_str().context("a token has a secret")?.to_owned())
    }

    /// Starts a server on a free port, and waits until it listens.
    fn serve(&self) -> Result<Server> {
        fs::create_dir_all(&self.folder)?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut keep = Command::new("sh");
        self.tell(&mut keep);
        keep.args(["-c", SERVE, "sh"]).arg(self.binary).args(["serve", "--log", "warn", "--listen", &address.to_string()]);
        #[cfg(unix)] // a Ctrl-C is for us, and the closed input then for the server
        std::os::unix::process::CommandExt::process_group(&mut keep, 0);
        keep.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(File::create(self.folder.join("log"))?);
        let mut keeper = keep.spawn().context("cannot start a server")?;
        let mut lines = BufReader::new(keeper.stdout.as_mut().context("no output")?).lines().map_while(Result::ok);
        let (mut process, mut listens) = (None, false);
        while process.is_none() || !listens {
            let Some(line) = lines.next() else { bail!("a server did not start:\n{}", fs::read_to_string(self.folder.join("log"))?) };
            process = line.strip_prefix("Process: ").map(str::to_owned).or(process);
            listens |= line.starts_with("Console: ");
        }
        Ok(Server { address, process: process.unwrap_or_default(), keeper })
    }
}
