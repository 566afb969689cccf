//! Free disk space. On a full disk, operations that need none go on: reading, and above all deleting.

use crate::error::Result;

/// The free space on the disk of the database.
#[async_trait::async_trait]
pub trait Room: Send + Sync {
    /// Whether the disk is full, or was full a moment ago.
    fn is_full(&self) -> bool;

    /// `StorageFull` where operations that need room must be refused.
    fn check(&self) -> Result<()>;

    /// Frees a little space, for deletions that need some before they free more.
    async fn make_way(&self);
}
