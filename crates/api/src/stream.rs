//! Answers that are written while they are read.

use crate::error::ApiError;
use crate::outgoing::PIECE;
use actix_web::web::Bytes;
use domain::error::Error;
use futures_util::stream::{self, Stream, StreamExt as _, TryStreamExt as _};

/// Splits a stream's pieces into small chunks.
pub(crate) struct Chunks;

impl Chunks {
    pub(crate) fn of(
        texts: impl Stream<Item = Result<Vec<u8>, ApiError>> + 'static,
    ) -> impl Stream<Item = Result<Bytes, actix_web::Error>> {
        // The request's log line is written when its head is sent; a failure after that still names
        // the request.
        let request = tracing::Span::current();
        texts
            .inspect_err(move |error| request.in_scope(|| error.log()))
            .map_ok(|text| {
                let mut rest = Bytes::from(text);
                let pieces = std::iter::from_fn(move || {
                    let length = rest.len().min(PIECE);
                    (length > 0).then(|| Ok(rest.split_to(length)))
                });
                stream::iter(pieces)
            })
            .try_flatten()
            .map_err(actix_web::Error::from as fn(ApiError) -> actix_web::Error)
            .boxed_local()
    }
}

/// The error for a value that cannot be written as JSON: an internal one.
pub(crate) fn internal(error: serde_json::Error) -> ApiError {
    Error::Internal(error.into()).into()
}
