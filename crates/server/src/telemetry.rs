//! The log: one line for each request and each event that matters, as text or JSON.

use crate::config::{ConfigError, Log};
use std::io::IsTerminal as _;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// Starts the log of this process, on standard error.
///
/// # Errors
/// `LOG_LEVEL` is not a filter.
pub fn start(log: &Log) -> Result<(), ConfigError> {
    let filter = filter(&log.level).ok_or_else(|| ConfigError {
        variable: "LOG_LEVEL",
        problem: "must be error, warn, info, debug, trace or off, or a filter such as \
                  info,infra=debug"
            .to_owned(),
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

/// What has to be named to be heard below `warn`.
const DRIVER: &str = "tokio_postgres";

/// The filter, if each of its parts ends in a level: a mistyped one would be taken for the name of a
/// module, and the log would be empty.
fn filter(written: &str) -> Option<EnvFilter> {
    let ends_in_level = |part: &str| {
        let level = part.rsplit('=').next().unwrap_or_default().trim();
        level.parse::<LevelFilter>().is_ok() && !level.is_empty()
    };
    let is_filter = written.split(',').all(ends_in_level);
    // At debug the database's driver writes down every parameter: texts, secrets, names of links.
    let quiet = match written.contains(DRIVER) {
        true => written.to_owned(),
        false => format!("{DRIVER}=warn,{written}"),
    };
    EnvFilter::try_new(quiet).ok().filter(|_| is_filter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_level_is_no_filter() {
        for good in ["info", "INFO", "warn,infra=debug", "off"] {
            assert!(filter(good).is_some(), "{good}");
        }
        for bad in ["loud", "nonsense=", "info,", "infra=loud"] {
            assert!(filter(bad).is_none(), "{bad}");
        }
    }
}
