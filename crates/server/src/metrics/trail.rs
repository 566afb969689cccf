//! Events of the audit trail.

use domain::auth::{Audit, AuditEvent};
use domain::id::OwnerId;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;
use std::sync::Arc;

/// Counts the events by name, and passes them on.
pub(super) struct CountedAudit {
    audit: Arc<dyn Audit>,
    events: Family<Event, Counter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Event {
    event: &'static str,
}

impl CountedAudit {
    pub(super) fn registered(audit: &Arc<dyn Audit>, registry: &mut Registry) -> Self {
        let events = Family::<Event, Counter>::default();
        // For these there are alerts, and Prometheus sees a counter rise only if it has seen it before.
        for event in [
            AuditEvent::RefreshReused,
            AuditEvent::SignInFailed,
            AuditEvent::SignInRefused,
        ] {
            let event = event.name();
            drop(events.get_or_create(&Event { event }));
        }
        let help = "Events of the audit trail, by name: sign-ins, refusals, keys";
        registry.register("audit_events", help, events.clone());
        Self {
            audit: Arc::clone(audit),
            events,
        }
    }
}

impl Audit for CountedAudit {
    fn record(&self, event: AuditEvent, owner: Option<OwnerId>) {
        let name = event.name();
        self.events.get_or_create(&Event { event: name }).inc();
        self.audit.record(event, owner);
    }
}
