//! The nginx that the HTTP tests put in front of the server.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::project::Project;
use crate::steps::step;
use crate::tools::{self, Exit, UNAVAILABLE};

/// Debian's package with the binary, which needs nothing that PostgreSQL does not bring along.
const PACKAGE: &str = "nginx";

/// The one that is installed, or else Debian's, unpacked among our working files: to install the package would start a web server on port 80,
/// now and at every boot.
pub(crate) fn binary(project: &Project) -> Result<PathBuf> {
    let folder = project.scratch().join("nginx");
    // Who is not root has no sbin on the PATH.
    let known = [PathBuf::from("/usr/sbin/nginx"), folder.join("usr/sbin/nginx")];
    if let Some(file) = tools::find("nginx").or_else(|| known.iter().find(|file| file.is_file()).cloned()) {
        return Ok(file);
    }
    if tools::find("apt-get").is_none() {
        let message = "testing behind a gateway needs nginx, and there is no apt-get here. Install it with this system's package manager.";
        return Err(Exit { code: UNAVAILABLE, message: message.to_owned() }.into());
    }
    step("nginx", "testing behind a gateway; Debian's, unpacked and not installed", || {
        let download = project.scratch().join("nginx-download");
        let _ = fs::remove_dir_all(&download);
        fs::create_dir_all(&download)?;
        unpack(&download, &folder).map_err(|error| {
            let message = format!("{error}. Is this machine offline? When it is not, type:\n\n    sudo apt-get install -y {PACKAGE}\n");
            Exit { code: UNAVAILABLE, message }.into()
        })
    })?;
    Some(folder.join("usr/sbin/nginx")).filter(|file| file.is_file()).context("the nginx package brought no nginx")
}

fn unpack(download: &Path, folder: &Path) -> Result<()> {
    let fetch = || {
        let mut apt = tools::apt();
        apt.args(["download", "-qq", PACKAGE]).current_dir(download);
        apt
    };
    if !tools::succeeds(&mut fetch()) {
        tools::update_lists();
        tools::run(&mut fetch())?;
    }
    let package = fs::read_dir(download)?.next().context("apt-get download brought no file")??.path();
    tools::run(Command::new("dpkg-deb").arg("--extract").arg(package).arg(folder))
}
