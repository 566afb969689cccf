//! Requests by route, and failures by code.

use actix_web::http::Method;
use api::{Observed, Observer};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// The code of a fault of this service, for which there is an alert.
const INTERNAL_ERROR: &str = "internal_error";

/// Counts answers. There are as many series as routes, methods and statuses that were answered.
pub(super) struct Requests {
    answers: Family<Answer, Counter>,
    failures: Family<Failure, Counter>,
    times: Family<Route, Histogram, Buckets>,
    left: Family<Left, Counter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answer {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Failure {
    code: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Left {
    method: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    method: &'static str,
    route: String,
}

/// From a millisecond to the time limits of a unit of work and of a model's reply.
#[derive(Clone)]
struct Buckets;

impl MetricConstructor<Histogram> for Buckets {
    fn new_metric(&self) -> Histogram {
        Histogram::new([
            0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 30.0,
        ])
    }
}

impl Requests {
    pub(super) fn registered(registry: &mut Registry) -> Self {
        let requests = Self {
            answers: Family::default(),
            failures: Family::default(),
            times: Family::new_with_constructor(Buckets),
            left: Family::default(),
        };
        let help = "Answers by method, template of the route, and status";
        registry.register("http_requests", help, requests.answers.clone());
        let help = "Failed requests by the code of their error";
        registry.register("http_failures", help, requests.failures.clone());
        // Prometheus sees a counter rise only if it has seen it before.
        let code = INTERNAL_ERROR;
        drop(requests.failures.get_or_create(&Failure { code }));
        let help = "Time until the head of an answer was ready";
        let name = "http_request_duration_seconds";
        registry.register(name, help, requests.times.clone());
        let help = "Requests whose connection was lost before the head of their answer was ready";
        registry.register("http_left", help, requests.left.clone());
        requests
    }
}

impl Observer for Requests {
    fn answered(&self, observed: Observed<'_>) {
        let method = named(observed.method);
        let answer = Answer {
            method,
            route: observed.route.to_owned(),
            status: observed.status.as_u16(),
        };
        self.answers.get_or_create(&answer).inc();
        if let Some(code) = observed.code {
            self.failures.get_or_create(&Failure { code }).inc();
        }
        let Answer { route, .. } = answer;
        let times = self.times.get_or_create(&Route { method, route });
        times.observe(observed.took.as_secs_f64());
    }

    fn left(&self, method: &Method) {
        let method = named(method);
        self.left.get_or_create(&Left { method }).inc();
    }
}

/// The method, where it is one that this service knows: a client may send any word.
fn named(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
