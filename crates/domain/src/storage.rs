//! Whether there is room to store more. Where there is none, what needs no room goes on: reading, and
//! above all deleting.

use crate::error::Result;

/// The room on the disk of the database.
#[async_trait::async_trait]
pub trait Room: Send + Sync {
    /// Whether the disk is full, or was so a moment ago.
    fn is_full(&self) -> bool;

    /// `StorageFull` where what needs room is to be refused.
    fn check(&self) -> Result<()>;

    /// Sees to it that what frees room, and itself needs a little, finds that little.
    async fn make_way(&self);
}
