//! Whether the service is ready.

use crate::error::Result;

/// Checks what the service depends on.
#[async_trait::async_trait]
pub trait Readiness: Send + Sync {
    /// `Unavailable` when a request would be refused now.
    async fn check(&self) -> Result<()>;
}
