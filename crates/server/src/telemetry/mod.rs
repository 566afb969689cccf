//! The log: one line for each request and each important event, as text or JSON.

mod filter;
mod output;

pub use output::LogOutput;

use crate::config::{ConfigError, LogSettings};
use crate::traces::Traces;
use filter::LogFilter;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::IsTerminal as _;
use std::panic::PanicHookInfo;
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Starts the log of this process, and its traces.
///
/// # Errors
/// `LOG_LEVEL` is not a filter.
pub fn start(
    log: &LogSettings,
    output: &LogOutput,
    traces: Option<&Traces>,
) -> Result<(), ConfigError> {
    let filter = LogFilter::parse(&log.level).ok_or_else(|| ConfigError {
        variable: "LOG_LEVEL",
        problem: "must be error, warn, info, debug, trace or off, or a filter such as \
                  info,infra=debug"
            .to_owned(),
    })?;
    let registry = tracing_subscriber::registry();
    match traces {
        None => registry
            .with(filter.layer())
            .with(lines(log, output))
            .init(),
        // The spans of traces are not for the log, and its lines are not for traces.
        Some(traces) => registry
            .with(traces.layer())
            .with(lines(log, output).with_filter(filter.layer()))
            .init(),
    }
    std::panic::set_hook(Box::new(panicked));
    Ok(())
}

/// Writes lines in the form that the settings want.
fn lines<S>(log: &LogSettings, output: &LogOutput) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(output.clone())
        .with_ansi(std::io::stderr().is_terminal());
    match log.json {
        true => lines
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .boxed(),
        false => lines.with_target(false).boxed(),
    }
}

/// Only logs a panic: the usual hook writes to standard error itself, and blocks
/// where that is not read. A formatted message may quote a client's text (cut within a character,
/// for instance), so only the place in the code is logged then.
fn panicked(panic: &PanicHookInfo<'_>) {
    let said = panic.payload().downcast_ref::<&'static str>().copied();
    let trace = Backtrace::capture();
    let trace = (trace.status() == BacktraceStatus::Captured).then_some(trace);
    let backtrace = trace.as_ref().map(tracing::field::display);
    match panic.location() {
        Some(location) => tracing::error!(said, backtrace, "panicked at {location}"),
        None => tracing::error!(said, backtrace, "panicked at an unknown place"),
    }
}
