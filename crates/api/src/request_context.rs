use crate::client_address::TrustedProxies;
use actix_web::http::{Method, StatusCode};
use domain::clock::{Clock, Ids};
use std::sync::Arc;
use std::time::Duration;

/// The settings and services around every request.
pub struct RequestContext {
    pub ids: Arc<dyn Ids>,
    pub clock: Arc<dyn Clock>,
    pub proxies: TrustedProxies,
    /// Is told of each answer.
    pub observer: Option<Arc<dyn Observer>>,
}

/// Is told of each answer, when its head is ready. It must not block.
pub trait Observer: Send + Sync {
    fn answered(&self, observed: Observed<'_>);
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
