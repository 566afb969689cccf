//! Work that outlives the request that asked for it.

use crate::error::Result;
use std::pin::Pin;
use tokio::sync::oneshot;

/// Work that runs in the background.
pub type Task = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// Runs tasks in the background.
pub trait Tasks: Send + Sync {
    /// Starts the task at once and runs it to its end, also when the client disconnects; only the
    /// server's stop ends it early. If it returns a failure, no client has received it, and it is
    /// logged.
    fn start(&self, task: Task);
}

/// Answers the client that waits for this work. Returns a failure that no client has received, since the client has
/// disconnected: a task returns it, and it is logged.
pub fn answer<T>(client: oneshot::Sender<Result<T>>, outcome: Result<T>) -> Result<()> {
    match client.send(outcome) {
        Ok(()) | Err(Ok(_)) => Ok(()),
        Err(Err(unheard)) => Err(unheard),
    }
}
