//! `cargo xtask api-check`: requests that nobody thought of, made from the `OpenAPI` document by Schemathesis, against a server with the demo's
//! data and a token that may do all that an admin may.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::project::{Profile, Project};
use crate::server;
use crate::tools;

/// From `PyPI`, into a folder of its own.
const SCHEMATHESIS: &str = "schemathesis==4.32.5";
/// What a schema cannot say is refused rightly, and a revoked token is still found on purpose: docs/api.md.
const LEFT_OUT: &str = "positive_data_acceptance,use_after_free";

/// Builds the server, and asks it for everything but to end the token that asks.
pub(crate) fn run(project: &Project, examples: u32) -> Result<()> {
    server::build(project, Profile::Dev)?;
    let folder = project.scratch().join("api-check");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let tools_folder = project.scratch().join("schemathesis");
    let schemathesis = tools_folder.join("bin/schemathesis");
    if !schemathesis.exists() {
        tools::run(Command::new("python3").args(["-m", "venv"]).arg(&tools_folder))?;
        tools::run(Command::new(tools_folder.join("bin/pip")).args(["install", "--quiet", SCHEMATHESIS]))?;
    }
    let data = folder.join("demo");
    // The first time makes the data; a token is generated while no server holds them.
    stop(demo(project, &data)?.0)?;
    let mut create = Command::new(project.binary(Profile::Dev));
    create.args(["token", "create", "--organization", "acme", "--label", "api-check", "--role", "admin", "--data"]).arg(&data);
    create.args(["--permission", "token:verify", "--permission", "token:rotate_self", "--permission", "organization:delete"]);
    let made: Value = serde_json::from_slice(&create.output()?.stdout).context("the token could not be generated")?;
    let secret = made["secret"].as_str().context("the token has no secret")?;
    let id = made["id"].as_str().context("the token has no id")?;
    let settings = format!("hooks = \"hooks.py\"\n[parameters]\norganization = \"acme\"\n[auth.openapi.bearer]\nbearer = \"{secret}\"\n");
    fs::write(folder.join("schemathesis.toml"), settings)?;
    fs::write(folder.join("hooks.py"), include_str!("api_check.py"))?;
    let (server, address) = demo(project, &data)?;
    let mut check = Command::new(&schemathesis);
    check
        .current_dir(&folder)
        .env("PYTHONPATH", ".")
        .env("OWN_TOKEN", id)
        .args(["--config-file", "schemathesis.toml", "run"])
        .arg(address + "/openapi.json");
    check.args(["--checks", "all", "--exclude-checks", LEFT_OUT, "--exclude-operation-id", "own_token_revoke"]);
    check.args(["--continue-on-failure", "--request-timeout", "60", "--max-examples", &examples.to_string()]);
    let checked = tools::run(&mut check);
    stop(server)?;
    checked
}

/// Ends a server, and waits until its data are free.
fn stop(mut server: Child) -> Result<()> {
    server.kill()?;
    server.wait()?;
    Ok(())
}

/// The demo, serving from this folder, and its address.
fn demo(project: &Project, data: &Path) -> Result<(Child, String)> {
    let mut command = Command::new(project.binary(Profile::Dev));
    let free = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
    command.args(["demo", "--log", "error", "--listen", &free, "--folder"]).arg(data).stdout(Stdio::piped());
    let mut server = command.spawn().with_context(|| format!("cannot start {}", tools::shown(&command)))?;
    let mut lines = BufReader::new(server.stdout.take().context("no output")?).lines().map_while(Result::ok);
    let address = lines.find_map(|line| line.strip_prefix("Console: ").map(str::to_owned));
    Ok((server, address.context("the demo did not start")?))
}
