//! Metrics for Prometheus: figures that the parts of the service always count, and, where metrics
//! are served, those of requests, models and the audit trail. docs/OPERATIONS.md has a row for
//! each.
//!
//! No label contains data of a client: labels are templates of routes, names of this code, and the
//! issuers of the configuration.

mod collector;
mod database;
mod endpoint;
mod generations;
mod limits;
mod page;
mod process;
mod requests;
mod trail;

pub use endpoint::Endpoint;

use crate::parts::ServiceParts;
use collector::Sources;
use generations::{CountedProvider, Generations};
use limits::CountedLimits;
use process::Process;
use prometheus_client::encoding::prometheus_text;
use prometheus_client::registry::Registry;
use requests::Requests;
use std::sync::Arc;
use trail::CountedAudit;

/// The metrics of one service.
pub struct Metrics(Registry);

impl Metrics {
    /// Has the service of these parts counted.
    pub fn of(parts: &mut ServiceParts) -> Self {
        let mut registry = Registry::default();
        let ours = registry.sub_registry_with_prefix("jan");
        parts.observer = Some(Arc::new(Requests::registered(ours)));
        parts.audit = Arc::new(CountedAudit::registered(&parts.audit, ours));
        let limits = Arc::new(CountedLimits::new(&parts.limits));
        parts.limits = limits.clone();
        let generations = Arc::new(Generations::default());
        parts.provider = Arc::new(CountedProvider::new(&parts.provider, &generations));
        let sources = Sources::of(parts, limits, generations);
        ours.register_collector(Box::new(sources));
        // These have the names that all programs use.
        registry.register_collector(Box::new(Process));
        Self(registry)
    }

    /// All metrics in Prometheus' text format.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        // A string takes everything.
        let _ = prometheus_text::encode(&mut text, &self.0);
        text
    }
}
