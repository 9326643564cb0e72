//! The console in a real browser: Node, Playwright and Chromium, each brought when it is missing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::files;
use crate::project::{Profile, Project};
use crate::server;
use crate::steps::{note, step};
use crate::tools;

/// What the pictures in `end2end/baselines` are drawn with, as `end2end/tests/support/fonts.conf` names it.
const FONTS: &str = "/usr/share/fonts/truetype/liberation";

/// `playwright test` in `end2end/`, for this binary.
pub(crate) fn playwright(project: &Project, binary: &Path) -> Result<Command> {
    let chromium = chromium()?;
    if tools::find("node").is_none() || tools::find("npm").is_none() {
        tools::install(&["nodejs", "npm"], "driving the browser (Playwright)")?;
    }
    let folder = project.root.join("end2end");
    let installed = folder.join("node_modules/.package-lock.json");
    if files::changed(&installed) < files::changed(&folder.join("package-lock.json")) || !installed.exists() {
        step("npm ci", "Playwright and Lighthouse, for browser tests only", || {
            let mut npm = Command::new("npm");
            npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&folder).stdin(Stdio::null());
            tools::run(&mut npm)
        })?;
    }
    // Playwright drops the types without a look at them: a name that is missing would be found by the one journey that needs it.
    step("types", "of the journeys, by TypeScript", || {
        tools::run(Command::new("npm").args(["run", "--silent", "check"]).current_dir(&folder).stdin(Stdio::null()))
    })?;
    let mut playwright = Command::new("npx");
    playwright.args(["--no-install", "playwright", "test"]).current_dir(&folder).stdin(Stdio::null());
    playwright.env("JETON_BIN", binary).env("CHROMIUM", &chromium);
    Ok(playwright)
}

/// `cargo xtask audit-ui`: weighs and times the pages of a release, asks Lighthouse, prints tables, and writes the figures as JSON to
/// `target/audit-ui.json`. `JETON_BIN` names another binary.
pub(crate) fn audit(project: &Project) -> Result<()> {
    let binary = match std::env::var_os("JETON_BIN").map(PathBuf::from) {
        Some(named) if named.is_file() => named.canonicalize()?,
        Some(named) => bail!("JETON_BIN names no file: {}", named.display()),
        None => {
            server::build(project, Profile::Release)?;
            project.binary(Profile::Release)
        }
    };
    let written = project.root.join("target/audit-ui.json");
    let _ = fs::remove_file(&written);
    let mut playwright = playwright(project, &binary)?;
    playwright.args(["--config", "audit.config.ts"]).env("AUDIT_OUT", &written);
    let ran = tools::run(&mut playwright);
    if written.exists() {
        note(&format!("written to {}", written.display()));
    }
    ran
}

fn chromium() -> Result<PathBuf> {
    let found = || {
        let named = std::env::var_os("CHROMIUM").map(PathBuf::from).filter(|file| file.is_file());
        named.or_else(|| ["chromium", "chromium-browser", "google-chrome"].iter().find_map(|name| tools::find(name)))
    };
    let missing = [("chromium", found().is_none()), ("fonts-liberation", !Path::new(FONTS).is_dir())];
    let packages: Vec<&str> = missing.into_iter().filter_map(|(package, lacks)| lacks.then_some(package)).collect();
    if !packages.is_empty() {
        tools::install(&packages, "testing in a real browser")?;
    }
    found().context("the chromium package brought no chromium")
}
