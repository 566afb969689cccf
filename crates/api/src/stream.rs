//! Answers that are written while they are read.

use crate::error::ApiError;
use crate::memory::AnswerPart;
use crate::outgoing::{PIECE, PaidInParts};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, HttpResponseBuilder};
use domain::error::Error;
use futures_util::stream::{self, Stream, StreamExt as _, TryStreamExt as _};

/// Splits a stream's pieces into small chunks.
pub(crate) struct Chunks;

impl Chunks {
    pub(crate) fn of(
        texts: impl Stream<Item = Result<AnswerPart, ApiError>> + 'static,
    ) -> impl Stream<Item = Result<Bytes, actix_web::Error>> {
        // The request's log line is written when its head is sent; a failure after that still names
        // the request.
        let request = tracing::Span::current();
        texts
            .inspect_err(move |error| request.in_scope(|| error.log()))
            .map_ok(|AnswerPart { text, memory }| {
                let mut rest = Bytes::from(text);
                let pieces = std::iter::from_fn(move || {
                    if let Some(memory) = &memory {
                        memory.moves();
                    }
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

/// Answers in parts, each of which has its memory.
pub(crate) fn in_parts(
    answer: &mut HttpResponseBuilder,
    parts: impl Stream<Item = Result<AnswerPart, ApiError>> + 'static,
) -> HttpResponse {
    let mut answer = answer.streaming(Chunks::of(parts));
    answer.extensions_mut().insert(PaidInParts);
    answer
}

/// The error for a value that cannot be written as JSON: an internal one.
pub(crate) fn internal(error: serde_json::Error) -> ApiError {
    Error::Internal(error.into()).into()
}
