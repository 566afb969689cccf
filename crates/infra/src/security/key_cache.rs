use domain::auth::{KeyCache, KnownKey};
use domain::mutex::locked;
use domain::secret::Digest;
use quick_cache::sync::Cache;
use std::sync::{Mutex, MutexGuard};

/// How many keys are remembered, good and bad ones: a few megabytes.
const MOST: usize = 10_000;

/// The results of key look-ups, in memory. Keys in use stay; a flood of bad keys mostly evicts
/// other bad keys (S3-FIFO).
pub struct BoundedKeyCache {
    known: Cache<Digest, KnownKey>,
    /// Held while a key is remembered or forgotten, so that no key is remembered right after it was
    /// forgotten. Reading needs no lock.
    removals: Mutex<u64>,
}

impl Default for BoundedKeyCache {
    fn default() -> Self {
        Self {
            known: Cache::new(MOST),
            removals: Mutex::default(),
        }
    }
}

impl BoundedKeyCache {
    fn lock(&self) -> MutexGuard<'_, u64> {
        locked(&self.removals)
    }
}

impl KeyCache for BoundedKeyCache {
    fn get(&self, digest: &Digest) -> Option<KnownKey> {
        self.known.get(digest)
    }

    fn removals(&self) -> u64 {
        *self.lock()
    }

    fn put(&self, digest: Digest, known: KnownKey, removals: u64) {
        let so_far = self.lock();
        if *so_far == removals {
            self.known.insert(digest, known);
        }
    }

    fn remove(&self, digest: &Digest) {
        let mut so_far = self.lock();
        *so_far += 1;
        self.known.remove(digest);
    }
}
