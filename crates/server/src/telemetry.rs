//! The log: one line for each request and each event that matters, as text or JSON.

use crate::config::{ConfigError, Log};
use std::io::IsTerminal as _;
use tracing_subscriber::EnvFilter;

/// Starts the log of this process, on standard error.
///
/// # Errors
/// `LOG_LEVEL` is not a filter.
pub fn start(log: &Log) -> Result<(), ConfigError> {
    let filter = EnvFilter::try_new(&log.level).map_err(|error| ConfigError {
        variable: "LOG_LEVEL",
        problem: format!("is not a log level or filter: {error}"),
    })?;
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    if log.json {
        subscriber
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .init();
    } else {
        subscriber.with_target(false).init();
    }
    Ok(())
}
