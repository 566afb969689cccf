use super::{ShareKey, ShareStore};
use crate::error::Result;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The views of links since they were last written to the store. Counting does not delay a reader;
/// a crash loses the last few seconds.
#[derive(Default)]
pub struct ViewCounts(Mutex<HashMap<ShareKey, u64>>);

impl ViewCounts {
    /// How many links one statement writes.
    const BATCH: usize = 1_000;

    pub fn count(&self, key: ShareKey) {
        self.add(key, 1);
    }

    /// Writes the counted views. Views that could not be written are kept for the next time.
    pub async fn flush(&self, store: &dyn ShareStore) -> Result<()> {
        let counted = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
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
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(key).or_default() += views;
    }
}
