//! Whether the service can do its work.

use crate::error::Result;

/// What the service depends on.
#[async_trait::async_trait]
pub trait Readiness: Send + Sync {
    /// `Unavailable` when a request would be refused now.
    async fn check(&self) -> Result<()>;
}
