//! Work that a client who leaves does not stop.

use crate::error::ApiError;
use domain::error::Error;
use tracing::Instrument as _;

/// Does the work, and brings it to its end when the client resets the connection meanwhile: what has
/// been stored is then in the audit trail, and known to this instance, all the same. The log's lines
/// of it name the request.
pub(crate) async fn to_its_end<T: 'static>(
    work: impl Future<Output = Result<T, Error>> + 'static,
) -> Result<T, ApiError> {
    let task = actix_web::rt::spawn(work.in_current_span());
    let done = task.await.map_err(|error| Error::Internal(error.into()))?;
    Ok(done?)
}
