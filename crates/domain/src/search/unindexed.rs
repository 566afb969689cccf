//! The owners whose texts are not all in the index.

use super::ports::SearchStore;
use crate::clock::Clock;
use crate::error::Result;
use crate::id::OwnerId;
use crate::jobs::Job;
use std::sync::{Arc, Mutex, PoisonError};

/// Goes along all owners, and leaves jobs for those whose texts are not all in the index: texts from
/// before an upgrade, or with words of an earlier version, or whose job was lost with an instance.
pub struct Unindexed {
    store: Arc<dyn SearchStore>,
    clock: Arc<dyn Clock>,
    /// The last owner of the step before.
    place: Mutex<OwnerId>,
}

impl Unindexed {
    /// How many owners a step looks at.
    const OWNERS: usize = 500;

    pub fn new(store: Arc<dyn SearchStore>, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            clock,
            place: Mutex::new(Job::START),
        }
    }

    /// Looks at the next owners. `false`: these were the last.
    pub async fn leave_jobs(&self) -> Result<bool> {
        let after = *self.place.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        let last = self.store.leave_jobs(after, Self::OWNERS, now).await?;
        let mut place = self.place.lock().unwrap_or_else(PoisonError::into_inner);
        *place = last.unwrap_or(Job::START);
        Ok(last.is_some())
    }
}
