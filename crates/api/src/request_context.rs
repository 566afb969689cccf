use crate::client_address::TrustedProxies;
use actix_web::http::header::HeaderMap;
use actix_web::http::{Method, StatusCode};
use domain::clock::{Clock, Ids};
use std::sync::Arc;
use std::time::Duration;
use tracing::Span;

/// The settings and services around every request.
pub struct RequestContext {
    pub ids: Arc<dyn Ids>,
    pub clock: Arc<dyn Clock>,
    pub proxies: TrustedProxies,
    /// Where requests are traced.
    pub tracing: Option<Tracing>,
    /// Gets each answer.
    pub observer: Option<Arc<dyn Observer>>,
}

/// Functions for traces, other than the spans.
#[derive(Clone, Copy)]
pub struct Tracing {
    /// Makes the span of a request a part of the trace that its headers name.
    pub adopt: fn(&Span, &HeaderMap),
    /// Names a span that has begun: the route is known only then.
    pub rename: fn(&Span, String),
}

/// Is called once for each request. It must not block.
pub trait Observer: Send + Sync {
    /// The head of the answer is ready.
    fn answered(&self, observed: Observed<'_>);

    /// The connection was lost before that.
    fn left(&self, method: &Method);
}

/// An answer, without anything that is a client's own.
#[derive(Clone, Copy, Debug)]
pub struct Observed<'a> {
    pub method: &'a Method,
    /// The route's template; `(none)` where no route fits.
    pub route: &'a str,
    pub status: StatusCode,
    /// The code of an error.
    pub code: Option<&'static str>,
    /// The time until the head was ready.
    pub took: Duration,
}
