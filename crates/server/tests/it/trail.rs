//! The audit trail, kept for a test to read.

use domain::auth::{Audit, AuditEvent};
use domain::id::OwnerId;
use std::sync::Mutex;

#[derive(Default)]
pub(crate) struct Trail(Mutex<Vec<(AuditEvent, Option<OwnerId>)>>);

impl Trail {
    /// The names of the events so far; each is read once.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        let events = std::mem::take(&mut *self.0.lock().unwrap());
        events.into_iter().map(|(event, _)| event.name()).collect()
    }

    /// The events so far, with whom they concern; each is read once.
    pub(crate) fn events(&self) -> Vec<(&'static str, String)> {
        let events = std::mem::take(&mut *self.0.lock().unwrap());
        let told = |(event, owner): (AuditEvent, Option<OwnerId>)| {
            let owner = owner.map(|owner| owner.to_string());
            (event.name(), owner.unwrap_or_default())
        };
        events.into_iter().map(told).collect()
    }
}

impl Audit for Trail {
    fn record(&self, event: AuditEvent, owner: Option<OwnerId>) {
        self.0.lock().unwrap().push((event, owner));
    }
}
