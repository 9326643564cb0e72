//! Rebuild on change, restart on success.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};

use crate::files;
use crate::project::{Profile, Project};
use crate::server;
use crate::steps::note;

/// What is built from. Looking at the times of these few hundred files costs a millisecond, so no notification library.
const SOURCES: [&str; 8] = ["Cargo.toml", "app", "crates", "frontend", "migrations", "public", "server", "style"];

/// Serves, and starts again with every change that builds. A change that does not build leaves the old server running.
pub(crate) fn watch(project: &Project, arguments: &[OsString]) -> Result<ExitCode> {
    let mut running: Option<Child> = None;
    loop {
        let seen = sources(project)?;
        match server::build(project, Profile::Dev) {
            Ok(()) => {
                if let Some(old) = running.take() {
                    stop(old)?;
                }
                let mut serve = server::serve(project, Profile::Dev, arguments);
                running = Some(serve.spawn().context("cannot start the server")?);
            }
            Err(error) => eprintln!("\n{error:#}"),
        }
        note("watching; Ctrl-C stops");
        while sources(project)? == seen {
            sleep(Duration::from_millis(300));
        }
    }
}

/// Every source with its time.
fn sources(project: &Project) -> Result<Vec<(PathBuf, SystemTime)>> {
    let mut found = Vec::new();
    for name in SOURCES {
        let path = project.root.join(name);
        let files = if path.is_file() { vec![path] } else { files::below(&path)? };
        found.extend(files.into_iter().map(|file| (file.clone(), files::changed(&file))));
    }
    Ok(found)
}

/// Lets a server finish what it is doing; after five seconds no longer.
fn stop(mut server: Child) -> Result<()> {
    let _ = Command::new("sh").args(["-c", "kill -TERM \"$0\"", &server.id().to_string()]).status();
    for _ in 0..50 {
        if server.try_wait()?.is_some() {
            return Ok(());
        }
        sleep(Duration::from_millis(100));
    }
    server.kill()?;
    server.wait()?;
    Ok(())
}
