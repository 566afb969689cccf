//! Protection against pages of other sites, which run in our users' browsers. It runs before any
//! handler, and decides what such pages may do.

mod forwarded;
mod headers;
mod host;
mod hosts;
mod origins;
mod public_url;
mod settings;

pub use host::Host;
pub use hosts::AllowedHosts;
pub use origins::{AllowedOrigins, origin};

pub(crate) use headers::{FOR_OTHER_SITES, protect};
pub use public_url::PublicUrl;
pub use settings::{Browsers, origin_of};

/// Endpoints for health checks, which call this machine by its address and only read.
pub(crate) const HEALTH: [&str; 2] = ["/healthz", "/readyz"];
