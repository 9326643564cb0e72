//! Logs: one JSON object a line, or pretty lines on a terminal.
//!
//! Never logged: secrets, digests, cookies, passwords, e-mail addresses, query strings and paths as sent (the matched route instead).

use std::io::IsTerminal as _;

use tracing_subscriber::{EnvFilter, fmt, prelude::*};

use crate::Exit;

/// Starts logging to standard error. Fails on a filter that cannot be read.
pub fn start(filter: &str) -> Result<(), Exit> {
    let filter = EnvFilter::try_new(filter).map_err(|error| Exit::config(format!("The log filter “{filter}” cannot be read: {error}.")))?;
    let registry = tracing_subscriber::registry().with(filter);
    if std::io::stderr().is_terminal() {
        registry.with(fmt::layer().with_writer(std::io::stderr)).init();
    } else {
        registry
            .with(fmt::layer().json().flatten_event(true).with_current_span(true).with_span_list(false).with_writer(std::io::stderr))
            .init();
    }
    Ok(())
}
