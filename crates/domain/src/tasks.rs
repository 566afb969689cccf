//! Work that outlives the request that asked for it.

use crate::error::Result;
use std::pin::Pin;

/// Work that runs in the background.
pub type Task = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// Runs tasks in the background.
pub trait Tasks: Send + Sync {
    /// Starts the task at once and runs it to its end, also when the client disconnects; only the
    /// server's stop ends it early. If it returns a failure, no client has received it, and it is
    /// logged.
    fn start(&self, task: Task);
}
