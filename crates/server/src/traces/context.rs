//! The context of traces in headers (W3C Trace Context).

use super::are_on;
use actix_web::http::header::HeaderMap;
use api::Tracing;
use opentelemetry::propagation::{Extractor, TextMapPropagator as _};
use opentelemetry::trace::TraceContextExt as _;
use opentelemetry_http::HeaderInjector;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// The data that vendors of tracing add to a trace; often empty.
const STATE: &str = "tracestate";

/// How requests are traced, where spans are exported.
#[must_use]
pub fn tracing() -> Option<Tracing> {
    are_on().then_some(Tracing { adopt, rename })
}

fn rename(span: &Span, name: String) {
    span.context().span().update_name(name);
}

fn adopt(span: &Span, headers: &HeaderMap) {
    let context = TraceContextPropagator::new().extract(&Headers(headers));
    // It fails only for a span that has begun.
    let _ = span.set_parent(context);
}

/// Adds the headers by which another program continues the current trace.
pub fn carry(headers: &mut reqwest::header::HeaderMap) {
    if are_on() {
        let context = Span::current().context();
        TraceContextPropagator::new().inject_context(&context, &mut HeaderInjector(headers));
        if headers.get(STATE).is_some_and(|state| state.is_empty()) {
            headers.remove(STATE);
        }
    }
}

/// The headers of the framework.
struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(|name| name.as_str()).collect()
    }
}
