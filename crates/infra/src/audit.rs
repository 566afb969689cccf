//! The audit trail: lines of the log with the target `audit`. They are within the request's span,
//! which has its id.

use domain::auth::{Audit, AuditEvent};
use domain::id::OwnerId;

/// The audit trail in the log.
pub struct LoggedAudit;

impl Audit for LoggedAudit {
    fn record(&self, event: AuditEvent, owner: Option<OwnerId>) {
        tracing::info!(
            target: "audit",
            event = event.name(),
            owner_id = owner.map(display),
            key_id = event.key().map(display),
            "audit: {}",
            event.name()
        );
    }
}
