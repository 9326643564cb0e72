//! What must be installed, and how: found on the PATH, or brought by apt, or a sentence that says exactly what to type.

use std::env;
use std::error::Error;
use std::fmt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use anyhow::{Context, Result, bail};

use crate::project::Project;
use crate::steps::{note, step};

/// Exit code of sysexits: something needed is not there and could not be brought.
pub(crate) const UNAVAILABLE: u8 = 69;
/// Exit code of sysexits: only root may do this.
pub(crate) const NO_PERMISSION: u8 = 77;

/// An error that ends the program with a code of its own.
#[derive(Debug)]
pub(crate) struct Exit {
    /// The exit code.
    pub(crate) code: u8,
    /// What to do about it.
    pub(crate) message: String,
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Exit {}

/// Runs a command with our output; anything but success is an error that shows the command.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {}", shown(command)))?;
    if !status.success() {
        bail!("{} failed ({status})", shown(command));
    }
    Ok(())
}

/// Whether a command succeeds, quietly.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// A command as a person would type it.
pub(crate) fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let line = words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ");
    format!("`{line}`")
}

/// The file a command name means, by the PATH.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let paths = env::var_os("PATH")?;
    env::split_paths(&paths).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Whether we are root.
pub(crate) fn is_root() -> bool {
    static ROOT: OnceLock<bool> = OnceLock::new();
    *ROOT.get_or_init(|| Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.trim_ascii() == b"0"))
}

/// apt-get, which asks nothing and says only what went wrong.
pub(crate) fn apt() -> Command {
    let mut apt = Command::new("apt-get");
    apt.env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null()).stdout(Stdio::null());
    apt
}

/// Brings apt's lists of packages up to date, once. Only root can, and offline nobody: what is asked for next says so.
pub(crate) fn update_lists() {
    static UPDATED: OnceLock<bool> = OnceLock::new();
    UPDATED.get_or_init(|| is_root() && run(apt().args(["update", "-qq"])).is_ok());
}

/// Installs Debian packages, or says what to type.
pub(crate) fn install(packages: &[&str], why: &str) -> Result<()> {
    let names = packages.join(" ");
    let typed = format!("sudo apt-get install -y --no-install-recommends {names}");
    if find("apt-get").is_none() {
        let message = format!("{why} needs {names}, and there is no apt-get here. Install it with this system's package manager.");
        return Err(Exit { code: UNAVAILABLE, message }.into());
    }
    if !is_root() {
        return Err(Exit { code: NO_PERMISSION, message: format!("{why} needs {names}. Type:\n\n    {typed}\n") }.into());
    }
    step(&format!("installing {names}"), why, || {
        update_lists();
        run(apt().args(["install", "-y", "-qq", "--no-install-recommends"]).args(packages)).map_err(|error| {
            let message = format!("{error}. Is this machine offline? When it is not, type:\n\n    {typed}\n");
            Exit { code: UNAVAILABLE, message }.into()
        })
    })
}

/// The toolchain that can compile for the browser: `None` for the active one.
///
/// The work is a script's, because it must also be possible to do it before cargo can do anything.
pub(crate) fn wasm_toolchain(project: &Project) -> Result<Option<String>> {
    step("wasm target", "the console's browser half is compiled for wasm32-unknown-unknown", || {
        let script = project.root.join("scripts/install-wasm-target.sh");
        let mut bash = Command::new("bash");
        bash.arg(&script).current_dir(&project.root).stdin(Stdio::null()).stderr(Stdio::inherit());
        let output = bash.output().context("cannot start bash")?;
        if !output.status.success() {
            let code = output.status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(UNAVAILABLE);
            let message = "The wasm target could not be installed; the lines above say why and what to type.".to_owned();
            return Err(Exit { code, message }.into());
        }
        let name = String::from_utf8(output.stdout)?.trim().to_owned();
        Ok((!name.is_empty()).then_some(name))
    })
}

/// Makes sure a component of the Rust toolchain is there, by the cargo command it brings.
pub(crate) fn component(project: &Project, subcommand: &str, component: &str) -> Result<()> {
    if succeeds(project.cargo().args([subcommand, "--version"])) {
        return Ok(());
    }
    note(&format!("rustup brings {component}"));
    run(Command::new("rustup").args(["component", "add", component])).map_err(|error| {
        let message = format!("{error}. Type:\n\n    rustup component add {component}\n");
        Exit { code: UNAVAILABLE, message }.into()
    })
}
