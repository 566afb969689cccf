//! Work that continues when its client disconnects.

use crate::error::ApiError;
use domain::error::Error;
use domain::tasks::{Tasks, answer};
use tokio::sync::oneshot;

/// Runs the work to its end, even if the client resets the connection meanwhile: so stored changes
/// are always in the audit trail, and known to this instance. A server that stops waits for the
/// work.
pub(crate) async fn to_its_end<T: Send + 'static>(
    tasks: &dyn Tasks,
    work: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, ApiError> {
    let (ending, ended) = oneshot::channel();
    tasks.start(Box::pin(async move { answer(ending, work.await) }));
    let done = ended.await.map_err(|error| Error::Internal(error.into()))?;
    Ok(done?)
}
