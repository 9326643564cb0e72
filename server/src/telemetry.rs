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
    std::panic::set_hook(Box::new(|panic| {
        // A message that was put together may hold anything; one that stands in the source holds nothing secret.
        let message = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("see the place");
        tracing::error!(place = panic.location().map(tracing::field::display), message, "panicked");
    }));
    Ok(())
}
