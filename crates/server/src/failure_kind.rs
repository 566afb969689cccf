//! The kinds of failures of models, for metrics and traces.

use domain::error::Error;
use domain::error::ProviderFailure;

/// All kinds.
pub(crate) const KINDS: [&str; 7] = [
    "not_configured",
    "busy",
    "timed_out",
    "rate_limited",
    "refused",
    "failed",
    "internal",
];

/// The kind of a failure; `internal` is one of this service.
pub(crate) fn failure_kind(error: &Error) -> &'static str {
    match error {
        Error::Provider(ProviderFailure::NotConfigured { .. }) => "not_configured",
        Error::Provider(ProviderFailure::Busy { .. }) => "busy",
        Error::Provider(ProviderFailure::TimedOut) => "timed_out",
        Error::Provider(ProviderFailure::RateLimited { .. }) => "rate_limited",
        Error::Provider(ProviderFailure::Refused(_)) => "refused",
        Error::Provider(ProviderFailure::Failed { .. }) => "failed",
        _ => "internal",
    }
}
