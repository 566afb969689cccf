use super::{ShareKey, ShareStore};
use crate::error::Result;
use crate::figures::Count;
use crate::mutex::locked;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

/// The views of links since they were last written to the store. Counting does not delay a reader;
/// a crash loses the last few seconds.
#[derive(Default)]
pub struct ViewCounts {
    unwritten: Mutex<HashMap<ShareKey, u64>>,
    /// All views since the start.
    pub total: Count,
}

impl ViewCounts {
    /// How many links one statement writes.
    const BATCH: usize = 1_000;

    pub fn count(&self, key: ShareKey) {
        self.total.add(1);
        self.add(key, 1);
    }

    /// How many links have views that are not written yet.
    #[must_use]
    pub fn unwritten(&self) -> usize {
        self.counts().len()
    }

    /// Writes the counted views. Views that could not be written are kept for the next time.
    pub async fn flush(&self, store: &dyn ShareStore) -> Result<()> {
        let counted = std::mem::take(&mut *self.counts());
        let counted: Vec<_> = counted.into_iter().collect();
        let mut batches = counted.chunks(Self::BATCH);
        while let Some(batch) = batches.next() {
            if let Err(error) = store.add_views(batch).await {
                let kept = std::iter::once(batch).chain(batches).flatten();
                kept.for_each(|(key, views)| self.add(*key, *views));
                return Err(error);
            }
        }
        Ok(())
    }

    fn add(&self, key: ShareKey, views: u64) {
        *self.counts().entry(key).or_default() += views;
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<ShareKey, u64>> {
        locked(&self.unwritten)
    }
}
