use crate::request_context::RequestContext;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpMessage as _, HttpRequest};

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The request's id: the client's own, or a new one.
#[derive(Clone)]
pub(crate) struct RequestId(pub(crate) HeaderValue);

/// The id of the request, as in its answer.
pub(crate) fn request_id(request: &HttpRequest) -> Option<String> {
    let extensions = request.extensions();
    let RequestId(id) = extensions.get::<RequestId>()?;
    id.to_str().ok().map(str::to_owned)
}

impl RequestId {
    /// The client's id, or a new one.
    pub(crate) fn of(headers: &HeaderMap, context: &RequestContext) -> Self {
        Self(accepted(headers).unwrap_or_else(|| fresh(context)))
    }
}

/// The client's id, if it is printable ASCII of at most 128 characters; otherwise a client could
/// write into our log.
fn accepted(headers: &HeaderMap) -> Option<HeaderValue> {
    let id = headers.get(REQUEST_ID)?;
    let printable = id.as_bytes().iter().all(|byte| (0x20..0x7f).contains(byte));
    (printable && (1..=128).contains(&id.len())).then(|| id.clone())
}

fn fresh(context: &RequestContext) -> HeaderValue {
    HeaderValue::try_from(format!("req_{}", context.ids.ulid()))
        .unwrap_or(HeaderValue::from_static("req_unknown"))
}
