//! `jeton demo`: two organizations with a month behind them, so that every page can be looked at with something on it, and as many tokens more
//! as somebody wants to see.
//!
//! Nothing of the month is written past the use cases: people are invited and accept, tokens are generated, presented, rotated and revoked, each
//! at its hour, by a clock that is moved on. So the demo's audit trail holds together like any other. The crowd of tokens is one use case of its
//! own (decision 40).

mod crowd;
mod past;
mod story;

use std::{
    fs,
    io::{self, Write as _},
    net::SocketAddr,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    time::Instant,
};

use clap::Args;
use services::{Caller, Console, Database, Entropy as _, SystemEntropy};

pub use crowd::seed;

use crate::{Exit, commands};

/// Says that a folder was made by this command, so that no other is ever taken for it, and how many tokens were added.
const MARK: &str = "this-is-a-demo";
/// The database inside the folder.
const FILE: &str = "jeton.sqlite";
/// The most secrets that are written down.
const SECRETS: usize = 10_000;

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Folder for the demo's own database and key, whatever the other settings name; made anew when it is not there
    #[arg(long, value_name = "FOLDER", default_value = "jeton-demo")]
    folder: PathBuf,
    /// An empty PostgreSQL database for the demo, in the place of a file in its folder
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// How many made-up tokens the first organization has beside those of the month, 1 to 10000000; a million takes about a minute
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    tokens: Option<u32>,
    /// A new file, for its owner only, that gets up to 10,000 secrets of these tokens, one a line; without it nobody knows any
    #[arg(long, value_name = "FILE", requires = "tokens")]
    secrets: Option<PathBuf>,
    /// Address and port to listen on [default: 127.0.0.1:3000]
    #[arg(long, env = "JETON_LISTEN", value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<SocketAddr>,
}

/// A demo that is ready to be served.
pub(crate) struct Prepared {
    pub(crate) folder: PathBuf,
    pub(crate) database: Database,
    /// What to sign in with, when it was made just now: the password is kept nowhere.
    key: Option<Key>,
    /// What else there is to tell.
    added: Option<String>,
}

/// What a visitor signs in with.
struct Key {
    email: &'static str,
    password: String,
}

impl Demo {
    /// The folder, with a month in it.
    pub(crate) async fn prepare(&self) -> Result<Prepared, Exit> {
        if self.postgres.as_ref().is_some_and(|url| !url.starts_with("postgres://") && !url.starts_with("postgresql://")) {
            return Err(Exit::input("The address after --postgres has to begin with postgres://."));
        }
        let database = |folder: &Path| match &self.postgres {
            Some(url) => Database::Postgres(url.clone()),
            None => Database::Sqlite(folder.join(FILE)),
        };
        if let Ok(mark) = fs::read_to_string(self.folder.join(MARK)) {
            self.check_again(&mark)?;
            return Ok(Prepared { folder: self.folder.clone(), database: database(&self.folder), key: None, added: None });
        }
        if fs::read_dir(&self.folder).is_ok_and(|mut files| files.next().is_some()) {
            let folder = self.folder.display();
            return Err(Exit::input(format!("The folder {folder} holds something else than a demo. Choose another with --folder.")));
        }
        let secrets = self.secrets.as_deref().map(private_file).transpose()?;
        // What is interrupted is never taken for the whole.
        let unfinished = self.folder.with_added_extension("unfinished");
        let trouble = |error| Exit::input(format!("The folder {} cannot be made: {error}.", unfinished.display()));
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).map_err(trouble)?;
        }
        commands::make_folder(&unfinished)?;
        let key = Key { email: story::PEOPLE[0].email, password: password() };
        let (console, background) = past::live(database(&unfinished), &unfinished, &key.password).await?;
        let added = match self.tokens {
            None => Ok(None),
            Some(tokens) => self.add(&console, tokens, secrets).await.map(Some),
        };
        background.stop().await;
        let added = added?;
        fs::write(unfinished.join(MARK), self.mark()).map_err(trouble)?;
        fs::rename(&unfinished, &self.folder).map_err(trouble)?;
        Ok(Prepared { folder: self.folder.clone(), database: database(&self.folder), key: Some(key), added })
    }

    /// Refuses what a demo that was made before cannot give any more.
    fn check_again(&self, mark: &str) -> Result<(), Exit> {
        let folder = self.folder.display();
        let anew = format!("delete the folder {folder}, or choose another with --folder");
        if self.tokens.is_some() && self.mark() != mark {
            let made = if mark.is_empty() { "0" } else { mark };
            return Err(Exit::input(format!("This demo was made before, with {made} tokens added. For another number {anew}.")));
        }
        if self.secrets.is_some() {
            return Err(Exit::input(format!("This demo was made before, and nobody knows its secrets any more. To get some {anew}.")));
        }
        if self.folder.join(FILE).exists() == self.postgres.is_some() {
            let how = if self.postgres.is_some() {
                "has its database in its folder; leave --postgres out"
            } else {
                "is in PostgreSQL; name its database with --postgres"
            };
            return Err(Exit::input(format!("The demo in {folder} {how}.")));
        }
        Ok(())
    }

    fn mark(&self) -> String {
        self.tokens.map(|tokens| tokens.to_string()).unwrap_or_default()
    }

    /// Adds the crowd; tells what was done.
    async fn add(&self, console: &Console, tokens: u32, secrets: Option<fs::File>) -> Result<String, Exit> {
        let trouble = |error: io::Error| Exit::output(format!("The answer cannot be written: {error}."));
        writeln!(io::stderr(), "Adding {tokens} made-up tokens …").map_err(trouble)?;
        let began = Instant::now();
        let kept = if secrets.is_some() { SECRETS } else { 0 };
        let caller = Caller::command_line("demo");
        let issued = seed(console, &caller, story::ACME, tokens, kept).await?;
        let took = began.elapsed().as_secs_f64();
        let mut done = format!("{tokens} made-up tokens were added to Acme in {took:.1} seconds, with one line in the audit log");
        if let (Some(mut file), Some(path)) = (secrets, &self.secrets) {
            let lines: Vec<&str> = issued.iter().flat_map(|issued| [issued.secret.expose(), "\n"]).collect();
            let wrong = |error| Exit::output(format!("The file {} cannot be written: {error}.", path.display()));
            file.write_all(lines.concat().as_bytes()).and_then(|()| file.sync_all()).map_err(wrong)?;
            done = format!("{done}; {} of their secrets are in {}", issued.len(), path.display());
        }
        Ok(done)
    }
}

/// A file that was not there before, which its owner alone can read.
fn private_file(path: &Path) -> Result<fs::File, Exit> {
    let made = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    made.map_err(|error| {
        Exit::input(format!("The file {} cannot be made: {error}. Name one that is not there yet with --secrets.", path.display()))
    })
}

fn password() -> String {
    let mut bytes = [0; 10];
    SystemEntropy.fill(&mut bytes);
    data_encoding::BASE32_NOPAD.encode(&bytes).to_lowercase()
}

/// Tells how to get in, before the server says where.
pub(crate) fn announce(prepared: &Prepared) -> Result<(), Exit> {
    let folder = prepared.folder.display();
    let how = match &prepared.key {
        Some(Key { email, password }) => format!("Sign in as {email} with the password {password} (so do the others; it is shown once)"),
        None => format!("This demo was made before and keeps its password; delete the folder {folder} for a new one"),
    };
    let lines = prepared.added.iter().fold(how, |lines, added| format!("{lines}\n{added}"));
    writeln!(io::stdout(), "{lines}").map_err(|error| Exit::output(format!("The answer cannot be written: {error}.")))
}
