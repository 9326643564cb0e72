//! The `jeton` binary: build it, and become it.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::files;
use crate::project::{Profile, Project};
use crate::site;
use crate::steps::{note, so_far, step};
use crate::tools;

/// Builds the browser half, then the server around it.
pub(crate) fn build(project: &Project, profile: Profile) -> Result<()> {
    let _alone = alone(project)?;
    site::build(project, profile)?;
    let release = profile == Profile::Release;
    let embedded = project.scratch().join("embedded");
    let listing = site_listing(project)?;
    if release && fs::read_to_string(&embedded).is_ok_and(|old| old != listing) {
        // Cargo notices when an embedded file changes or goes, but not when a new one comes.
        tools::run(project.cargo().args(["clean", "--quiet", "--release", "--package", "server"]))?;
    }
    step("server", "the jeton binary: pages, JSON API, database", || {
        let mut cargo = project.cargo();
        cargo.args(["build", "--package", "server", "--bin", "jeton"]);
        tools::run(cargo.args(release.then_some("--release")))
    })?;
    if release {
        files::write(&embedded, listing.as_bytes())?;
    }
    Ok(())
}

/// Waits until no other `cargo xtask` builds here: `target/site` is one folder, and a release must not embed dev files.
fn alone(project: &Project) -> Result<File> {
    fs::create_dir_all(project.scratch())?;
    let file = File::create(project.scratch().join("lock"))?;
    if let Err(TryLockError::WouldBlock) = file.try_lock() {
        note("another cargo xtask is building; waiting for it");
        file.lock()?;
    }
    Ok(file)
}

fn site_listing(project: &Project) -> Result<String> {
    let site = project.site();
    let names = files::below(&site)?.into_iter().map(|file| file.strip_prefix(&site).map(|name| name.display().to_string()));
    Ok(names.collect::<Result<Vec<_>, _>>()?.join("\n"))
}

/// The command that serves, with `--data ./data` unless something else was said.
pub(crate) fn serve(project: &Project, profile: Profile, arguments: &[OsString]) -> Command {
    let mut jeton = Command::new(project.binary(profile));
    jeton.current_dir(&project.root).arg("serve");
    let is_data = |argument: &OsString| argument == "--data" || argument.to_string_lossy().starts_with("--data=");
    let said = arguments.iter().any(is_data);
    if !said && env::var_os("JETON_DATA").is_none() {
        jeton.args(["--data", "./data"]);
    }
    jeton.args(arguments);
    jeton
}

/// Becomes the server, so that Ctrl-C, signals and the exit code are its own.
pub(crate) fn run(project: &Project, profile: Profile, arguments: &[OsString]) -> Result<ExitCode> {
    let mut jeton = serve(project, profile, arguments);
    note(&format!("built after {}; Ctrl-C stops the server", so_far()));
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        Err(jeton.exec()).context("cannot start the server")
    }
    #[cfg(not(unix))]
    {
        let status = jeton.status().context("cannot start the server")?;
        Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)))
    }
}
