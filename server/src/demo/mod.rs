//! `jeton demo`: two organizations with a month behind them, so that every page can be looked at with something on it.
//!
//! Nothing is written past the use cases: people are invited and accept, tokens are generated, presented, rotated and revoked, each at its
//! hour of the last month, by a clock that is moved on. So the demo's audit trail holds together like any other.

mod past;
mod story;

use std::{
    fs,
    io::Write as _,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use clap::Args;
use services::{Entropy as _, SystemEntropy};

use crate::{Exit, commands};

/// Says that a folder was made by this command, so that no other is ever taken for it.
const MARK: &str = "this-is-a-demo";

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Folder for the demo's own database and key, whatever the other settings name; made anew when it is not there
    #[arg(long, value_name = "FOLDER", default_value = "jeton-demo")]
    folder: PathBuf,
    /// Address and port to listen on [default: 127.0.0.1:3000]
    #[arg(long, env = "JETON_LISTEN", value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<SocketAddr>,
}

/// What a visitor signs in with.
pub(crate) struct Key {
    email: &'static str,
    password: String,
}

impl Demo {
    /// The folder, with a month in it. Gives what to sign in with when it was made just now: the password is kept nowhere.
    pub(crate) async fn prepare(&self) -> Result<(PathBuf, Option<Key>), Exit> {
        if self.folder.join(MARK).exists() {
            return Ok((self.folder.clone(), None));
        }
        if fs::read_dir(&self.folder).is_ok_and(|mut files| files.next().is_some()) {
            let folder = self.folder.display();
            return Err(Exit::input(format!("The folder {folder} holds something else than a demo. Choose another with --folder.")));
        }
        // What is interrupted is never taken for the whole.
        let unfinished = self.folder.with_added_extension("unfinished");
        let trouble = |error| Exit::input(format!("The folder {} cannot be made: {error}.", unfinished.display()));
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).map_err(trouble)?;
        }
        let key = fill(&unfinished).await?;
        fs::write(unfinished.join(MARK), "").map_err(trouble)?;
        fs::rename(&unfinished, &self.folder).map_err(trouble)?;
        Ok((self.folder.clone(), Some(key)))
    }
}

/// Tells how to get in, before the server says where.
pub(crate) fn announce(folder: &Path, key: Option<&Key>) -> Result<(), Exit> {
    let folder = folder.display();
    let how = match key {
        Some(Key { email, password }) => format!("Sign in as {email} with the password {password} (so do the others; it is shown once)"),
        None => format!("This demo was made before and keeps its password; delete the folder {folder} for a new one"),
    };
    writeln!(std::io::stdout(), "{how}").map_err(|error| Exit::output(format!("The answer cannot be written: {error}.")))
}

async fn fill(folder: &Path) -> Result<Key, Exit> {
    let mut bytes = [0; 10];
    SystemEntropy.fill(&mut bytes);
    let key = Key { email: story::PEOPLE[0].email, password: data_encoding::BASE32_NOPAD.encode(&bytes).to_lowercase() };
    commands::make_folder(folder)?;
    past::live(folder, &key.password).await?;
    Ok(key)
}
