//! A request from its beginning to the head of its answer: its span in the log, its span in a
//! trace, its line in the log, and the call of the observer.

use crate::caller::KnownCaller;
use crate::client_address::ClientAddress;
use crate::request_context::{Observed, Observer, RequestContext, Tracing};
use crate::request_id::RequestId;
use actix_web::HttpMessage as _;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use std::time::Instant;
use tracing::field::{Empty, display};
use tracing::{Span, info_span};

/// A request that has begun.
pub(crate) struct Begun {
    /// The span whose fields are in each line of the log.
    pub(crate) span: Span,
    /// The span in a trace; without traces, it is disabled.
    pub(crate) trace: Span,
    at: DateTime<Utc>,
    since: Instant,
    /// Reports that the request ended without an answer; `None` once there is one.
    waiting: Option<Waiting>,
}

/// A request without an answer.
struct Waiting {
    method: Method,
    observer: Option<Arc<dyn Observer>>,
}

impl Begun {
    pub(crate) fn of(
        request: &ServiceRequest,
        id: &RequestId,
        client: ClientAddress,
        context: &RequestContext,
    ) -> Self {
        let id = id.0.to_str().unwrap_or_default();
        let span = info_span!(
            target: "api::request",
            "request",
            method = %request.method(),
            request_id = id,
            client = client.0.map(display),
        );
        Self {
            trace: span.in_scope(|| traced(request, id, context)),
            span,
            at: context.clock.now(),
            since: Instant::now(),
            waiting: Some(Waiting {
                method: request.method().clone(),
                observer: context.observer.clone(),
            }),
        }
    }

    /// The head of the answer is ready; `code` is that of a failure.
    pub(crate) fn ends(
        mut self,
        response: &ServiceResponse<BoxBody>,
        code: Option<&'static str>,
        context: &RequestContext,
    ) {
        self.waiting = None;
        let route = response.request().match_pattern();
        let route = route.as_deref().unwrap_or("(none)");
        let observed = Observed {
            method: response.request().method(),
            route,
            status: response.status(),
            code,
            took: self.since.elapsed(),
        };
        if let Some(tracing) = context.tracing {
            end_trace(&self.trace, tracing, &observed);
        }
        if let Some(observer) = &context.observer {
            observer.answered(observed);
        }
        let milliseconds = (context.clock.now() - self.at).as_seconds_f64() * 1e3;
        self.span.in_scope(|| log(response, route, milliseconds));
    }
}

/// The framework drops a request when its connection is lost, with all that waits for the answer. Its
/// route is not known here: the framework keeps it in the request, which its handler has.
impl Drop for Begun {
    fn drop(&mut self) {
        let Some(waiting) = self.waiting.take() else {
            return;
        };
        if std::thread::panicking() {
            return;
        }
        if let Some(observer) = &waiting.observer {
            observer.left(&waiting.method);
        }
        let milliseconds = self.since.elapsed().as_secs_f64() * 1e3;
        self.span.in_scope(|| {
            tracing::info!(
                target: "api::request",
                milliseconds = rounded(milliseconds),
                "the connection was lost before the answer"
            );
        });
    }
}

/// To microseconds.
fn rounded(milliseconds: f64) -> f64 {
    (milliseconds * 1e3).round() / 1e3
}

/// The span of a request in a trace. Its fields are those of OpenTelemetry's conventions, and nothing that
/// a client has written, except the id of the request.
fn traced(request: &ServiceRequest, id: &str, context: &RequestContext) -> Span {
    let span = info_span!(
        target: "traces",
        "request",
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = Empty,
        http.route = Empty,
        http.response.status_code = Empty,
        "error.type" = Empty,
        jan.request_id = id,
    );
    if let Some(tracing) = context.tracing {
        (tracing.adopt)(&span, request.headers());
    }
    span
}

/// Records the answer in the span.
fn end_trace(span: &Span, tracing: Tracing, observed: &Observed<'_>) {
    let method = match *observed.method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "_OTHER",
    };
    (tracing.rename)(span, format!("{method} {}", observed.route));
    span.record("http.request.method", method);
    span.record("http.route", observed.route);
    span.record("http.response.status_code", observed.status.as_u16());
    if let Some(code) = observed.code {
        span.record("error.type", code);
    }
    if observed.status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
}

/// Writes one line for each request. It has the route's template, never the raw path: a path can
/// contain a secret. Values that are known only now are in the line and not in the span, which
/// would be written again for each field.
fn log(response: &ServiceResponse<BoxBody>, route: &str, milliseconds: f64) {
    let request = response.request();
    let status = response.status();
    let milliseconds = rounded(milliseconds);
    let caller = request.extensions().get().copied();
    let owner_id = caller.map(|KnownCaller { owner, .. }| display(owner));
    let code = status.as_u16();
    match status {
        // The model provider is at fault. The line before has the reason.
        StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT => tracing::warn!(
            target: "api::request",
            route,
            status = code,
            milliseconds,
            owner_id,
            "request failed"
        ),
        status if status.is_server_error() && status != StatusCode::SERVICE_UNAVAILABLE => {
            tracing::error!(
                target: "api::request",
                route,
                status = code,
                milliseconds,
                owner_id,
                "request failed"
            )
        }
        _ => tracing::info!(
            target: "api::request",
            route,
            status = code,
            milliseconds,
            owner_id,
            "request"
        ),
    }
}
