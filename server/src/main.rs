//! The `jeton` binary.

use std::process::ExitCode;

use clap::Parser as _;
use server::commands::Cli;

fn main() -> ExitCode {
    match server::commands::run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(exit) => {
            eprintln!("jeton: {exit}");
            exit.code()
        }
    }
}
