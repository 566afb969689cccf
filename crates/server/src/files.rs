//! The limit of open files, and how many of them may be connections.

use crate::config::Config;
use api::connection::{ConnectionLimits, Unlimited};
use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Raises the limit of open files, since each connection is a file. Systems begin with as few as
/// 1,024 and allow many more on request. More than [`FILES`] do not help: the connections would
/// need too much memory.
pub(crate) fn raise_limit() {
    let raised = getrlimit(Resource::RLIMIT_NOFILE).and_then(|(now, most)| {
        let wanted = most.min(FILES).max(now);
        setrlimit(Resource::RLIMIT_NOFILE, wanted, most)
    });
    if let Err(error) = raised {
        tracing::warn!(%error, "the limit on open files could not be raised");
    }
}

/// The most open files that the service asks for.
const FILES: u64 = 65_536;

/// Files that are reserved for the service itself: the log, the listener, the connections to the
/// model provider, and health checks from this machine.
const RESERVED: u64 = 128;

/// The most connections of one address, unless the operator says otherwise. Each needs 13 KiB of
/// memory before it has asked anything.
const EACH: u64 = 2_048;

/// The limits of clients' connections. The database's connections are reserved first.
pub(crate) fn connections(config: &Config) -> ConnectionLimits {
    let files = getrlimit(Resource::RLIMIT_NOFILE).map_or(1_024, |(files, _)| files.min(FILES));
    let reserved = RESERVED + config.pool_size as u64;
    let total = files.saturating_sub(reserved).max(files / 2).max(1);
    let each = config
        .address_connections
        .unwrap_or((files / 2).min(EACH))
        .max(1);
    ConnectionLimits::new(total, each, Unlimited::own(&config.proxies))
}
