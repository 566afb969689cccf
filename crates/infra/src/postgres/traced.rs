//! The spans of work with the database in a trace.

use tracing::field::Empty;
use tracing::{Level, Span, info_span, span_enabled};

/// The span of a unit of work for a request. `Span::none()` for background work,
/// which belongs to no request.
pub(super) fn span() -> Span {
    if !span_enabled!(target: "traces", Level::INFO) || Span::current().is_none() {
        return Span::none();
    }
    info_span!(
        target: "traces",
        "database",
        otel.kind = "client",
        otel.status_code = Empty,
        db.system.name = "postgresql",
        // For a permit and a connection.
        jan.waited_ms = Empty,
    )
}
