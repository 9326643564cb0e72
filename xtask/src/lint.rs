//! What must hold of the source before any test runs.

use std::fs;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;

use crate::css;
use crate::project::Project;
use crate::site;
use crate::steps::{note, step};
use crate::texts;
use crate::tools::{self, run};

type Lint = fn(&Project) -> Result<()>;

/// Runs every lint, and fails after the last with the names of those that failed.
pub(crate) fn lint(project: &Project) -> Result<()> {
    tools::component(project, "fmt", "rustfmt")?;
    tools::component(project, "clippy", "clippy")?;
    fs::create_dir_all(project.site())?; // the server's source embeds this folder
    let lints: [(&str, &str, Lint); 7] = [
        ("format", "one layout, so that diffs show meaning", format),
        ("dependencies", "one TLS stack, one sqlx, a SQLite without the WAL bug", dependencies),
        ("classes", "each one in app/src has a style", |project| css::stylesheet(&project.root, false).map(drop)),
        ("texts", "each one is in app/src/texts or domain::texts, ready for translation", texts::in_one_place),
        ("clippy, server side", "warnings are errors", clippy_server),
        ("clippy, browser side", "the other face of the same components", clippy_browser),
        ("documentation", "what is public is explained, and links lead somewhere", documentation),
    ];
    let mut failed = Vec::new();
    for (name, why, lint) in lints {
        if let Err(error) = step(name, why, || lint(project)) {
            note(&format!("{name}: {error:#}"));
            failed.push(name);
        }
    }
    if !failed.is_empty() {
        bail!("lints failed: {}", failed.join("; "));
    }
    Ok(())
}

fn format(project: &Project) -> Result<()> {
    run(project.cargo().args(["fmt", "--all", "--check"]))
}

fn clippy_server(project: &Project) -> Result<()> {
    let mut cargo = project.cargo();
    run(cargo.args(["clippy", "--workspace", "--exclude", "frontend", "--all-targets", "--locked", "--", "-D", "warnings"]))
}

/// `app` has two faces, and a lint of the whole workspace would turn both features on at once: so the browser's alone.
fn clippy_browser(project: &Project) -> Result<()> {
    let toolchain = tools::wasm_toolchain(project)?;
    let mut cargo = project.cargo();
    // The toolchain made of Debian's packages has no clippy; rustc's own warnings then.
    let command = if toolchain.is_none() { "clippy" } else { "check" };
    cargo.args([command, "--package", "frontend", "--package", "app", "--features", "app/hydrate"]);
    cargo.args(["--target", "wasm32-unknown-unknown", "--locked"]);
    if toolchain.is_none() {
        cargo.args(["--", "-D", "warnings"]);
    } else {
        cargo.env("RUSTFLAGS", "-Dwarnings");
    }
    site::use_toolchain(&mut cargo, project, toolchain.as_deref());
    run(&mut cargo)
}

fn documentation(project: &Project) -> Result<()> {
    let mut cargo = project.cargo();
    cargo.args(["doc", "--no-deps", "--locked", "--package", "domain", "--package", "services"]);
    run(cargo.env("RUSTDOCFLAGS", "-D warnings"))
}

/// The bans of deny.toml that matter most, read from the lock file's graph: cargo-deny takes minutes to install.
fn dependencies(project: &Project) -> Result<()> {
    let output = project.cargo().args(["metadata", "--locked", "--format-version", "1"]).output()?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists packages")?;
    let text = |package: &Value, key: &str| package[key].as_str().unwrap_or_default().to_owned();
    check(&packages.iter().map(|package| (text(package, "name"), text(package, "version"))).collect::<Vec<_>>())
}

/// Names every broken rule at once.
fn check(packages: &[(String, String)]) -> Result<()> {
    let versions =
        |name: &str| -> Vec<&str> { packages.iter().filter(|(known, _)| known == name).map(|(_, version)| version.as_str()).collect() };
    let mut broken = Vec::new();
    for name in ["aws-lc-sys", "native-tls", "openssl-sys"] {
        broken.extend(versions(name).iter().map(|version| format!("{name} {version} is forbidden: TLS is rustls with ring")));
    }
    for (name, least, why) in [
        ("sqlx", (0, 9), "older ones bring an SQLite that loses commits"),
        ("libsqlite3-sys", (0, 37), "SQLite before 3.51.3 loses commits in WAL mode"),
    ] {
        let found = versions(name);
        if found.len() != 1 || found.iter().any(|version| minor(version).is_none_or(|version| version < least)) {
            let (major, minor) = least;
            broken.push(format!("exactly one {name}, at least {major}.{minor}, but there is [{}]: {why}", found.join(", ")));
        }
    }
    if broken.is_empty() { Ok(()) } else { Err(anyhow!(broken.join("\n"))) }
}

/// Major and minor number of a version.
fn minor(version: &str) -> Option<(u64, u64)> {
    let mut numbers = version.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::check;

    fn broken(packages: &[(&str, &str)]) -> String {
        let owned = packages.iter().map(|(name, version)| ((*name).to_owned(), (*version).to_owned()));
        check(&owned.collect::<Vec<_>>()).map_or_else(|error| error.to_string(), |()| String::new())
    }

    #[test]
    fn the_rules_hold_what_they_say() {
        assert_eq!(broken(&[("sqlx", "0.9.0"), ("libsqlite3-sys", "0.37.0")]), "");
        assert_eq!(broken(&[("sqlx", "1.0.0"), ("libsqlite3-sys", "0.40.1")]), "");
        assert!(broken(&[("sqlx", "0.9.0"), ("sqlx", "0.8.6"), ("libsqlite3-sys", "0.37.0")]).contains("exactly one sqlx"));
        assert!(broken(&[("sqlx", "0.9.0"), ("libsqlite3-sys", "0.30.1")]).contains("libsqlite3-sys, at least 0.37"));
        let tls = broken(&[("sqlx", "0.9.0"), ("libsqlite3-sys", "0.37.0"), ("openssl-sys", "0.9.1")]);
        assert!(tls.contains("openssl-sys 0.9.1 is forbidden"), "{tls}");
    }
}
