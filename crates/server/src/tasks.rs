//! Where work goes on that belongs to the server.

use domain::tasks::Tasks;
use std::future::Future;
use std::pin::Pin;
use tokio::runtime::Handle;
use tracing::Instrument as _;

/// The runtime that outlives the workers' own.
pub(crate) struct RuntimeTasks(Handle);

impl RuntimeTasks {
    pub(crate) fn here() -> Self {
        Self(Handle::current())
    }
}

impl Tasks for RuntimeTasks {
    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        self.0.spawn(task.in_current_span());
    }
}
