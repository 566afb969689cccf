use domain::auth::{Digest, KeyCache, KnownKey};
use quick_cache::sync::Cache;

/// How many keys are remembered, good and bad ones: a few megabytes.
const MOST: usize = 10_000;

/// What was found out about keys, in memory. Keys that are used stay; a flood of bad ones pushes out
/// its own kind first (S3-FIFO).
pub struct BoundedKeyCache(Cache<Digest, KnownKey>);

impl Default for BoundedKeyCache {
    fn default() -> Self {
        Self(Cache::new(MOST))
    }
}

impl KeyCache for BoundedKeyCache {
    fn get(&self, digest: &Digest) -> Option<KnownKey> {
        self.0.get(digest)
    }

    fn put(&self, digest: Digest, known: KnownKey) {
        self.0.insert(digest, known);
    }

    fn forget(&self, digest: &Digest) {
        self.0.remove(digest);
    }
}
