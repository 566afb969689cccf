//! Work that a client who leaves does not stop.

use crate::error::ApiError;
use domain::error::Error;
use domain::replies::Tasks;
use tokio::sync::oneshot;

/// Does the work, and brings it to its end when the client resets the connection meanwhile: what has
/// been stored is then in the audit trail, and known to this instance, all the same. A server that
/// stops waits for it.
pub(crate) async fn to_its_end<T: Send + 'static>(
    tasks: &dyn Tasks,
    work: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, ApiError> {
    let (ending, ended) = oneshot::channel();
    tasks.start(Box::pin(async move {
        match ending.send(work.await) {
            Ok(()) | Err(Ok(_)) => Ok(()),
            Err(Err(unheard)) => Err(unheard),
        }
    }));
    let done = ended.await.map_err(|error| Error::Internal(error.into()))?;
    Ok(done?)
}
