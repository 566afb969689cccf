use actix_web::{HttpMessage as _, HttpRequest};

/// Marks a HEAD request: it is answered like a GET, but without the body.
#[derive(Clone, Copy)]
pub(crate) struct IsHead;

/// Whether the request is a HEAD, so that the client gets no body.
pub(crate) fn is_head(request: &HttpRequest) -> bool {
    request.extensions().contains::<IsHead>()
}
