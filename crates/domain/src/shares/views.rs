use super::{ShareKey, ShareStore};
use crate::error::Result;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How often links were shown since that was last written down. Counting costs a reader nothing;
/// what a crash takes away is the last few seconds.
#[derive(Default)]
pub struct ViewCounts(Mutex<HashMap<ShareKey, u64>>);

impl ViewCounts {
    /// How many links one statement writes at the most.
    const BATCH: usize = 1_000;

    pub fn count(&self, key: ShareKey) {
        self.add(key, 1);
    }

    /// Writes down what was counted. What could not be written is kept for the next time.
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
