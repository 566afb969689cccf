//! Work that no request must end.

use std::future::Future;
use std::pin::Pin;

/// Where work goes on that belongs to the server.
pub trait Tasks: Send + Sync {
    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>);
}
