use super::{Object, prose};
use crate::error::{ApiError, code};
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, EXPECT};
use actix_web::rt::time::timeout;
use actix_web::web::BytesMut;
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// The most bytes of a body that carries messages.
pub(crate) const MESSAGES: usize = 16 * 1024 * 1024;
/// The most bytes of any other body.
const ELSEWHERE: usize = 2 * 1024 * 1024;
/// How much of a body that is too large is read and thrown away, so that the client, which is still
/// sending, gets to read the answer.
const DRAINED: usize = 64 * 1024 * 1024;

/// A JSON body of an endpoint.
pub(crate) trait WireBody: DeserializeOwned + 'static {
    const LIMIT: usize = ELSEWHERE;

    /// What an absent body stands for, where every field is optional.
    fn absent() -> Option<Self> {
        None
    }
}

/// The body, read strictly: UTF-8 JSON, an object, and no field that is unknown or repeated.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: WireBody> FromRequest for Body<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            refuse_early(&request, T::LIMIT)?;
            let bytes = timeout(patience(T::LIMIT), read(payload, T::LIMIT))
                .await
                .map_err(|_| {
                    ApiError::new(code::REQUEST_TIMEOUT, code::REQUEST_TIMEOUT.meaning)
                })??;
            if bytes.is_empty()
                && let Some(absent) = T::absent()
            {
                return Ok(Self(absent));
            }
            if bytes.is_empty() {
                let message = "This request needs a JSON object as its body.";
                return Err(ApiError::new(code::MISSING_FIELD, message));
            }
            if !is_json(&request) {
                let unsupported = code::UNSUPPORTED_MEDIA_TYPE;
                return Err(ApiError::new(unsupported, unsupported.meaning));
            }
            parse(&bytes).map(Self)
        })
    }
}

/// How long a client may take to send its body: half a minute, and a second for each 128 KiB that
/// it may have. One that has stopped sending must not hold its connection for ever.
fn patience(limit: usize) -> Duration {
    Duration::from_secs(30 + (limit >> 17) as u64)
}

/// Refuses a body that is not worth waiting for: the client asks first whether to send it, or it is
/// too large even to be thrown away.
fn refuse_early(request: &HttpRequest, limit: usize) -> Result<(), ApiError> {
    let declared = request.headers().get(CONTENT_LENGTH);
    let declared = declared.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let asks_first = request.headers().contains_key(EXPECT);
    match declared {
        Some(declared) if declared > limit && (asks_first || declared > limit + DRAINED) => {
            Err(too_large(limit))
        }
        _ => Ok(()),
    }
}

fn too_large(limit: usize) -> ApiError {
    let message = format!("The body is too large: at most {} MiB here.", limit >> 20);
    ApiError::new(code::BODY_TOO_LARGE, message)
}

async fn read(mut payload: Payload, limit: usize) -> Result<BytesMut, ApiError> {
    let mut bytes = BytesMut::new();
    let mut seen = 0_usize;
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| {
            ApiError::new(
                code::INVALID_REQUEST,
                "The body ended early or could not be read.",
            )
        })?;
        seen += chunk.len();
        if seen <= limit {
            bytes.extend_from_slice(&chunk);
        } else if seen > limit + DRAINED {
            break;
        } else {
            bytes.clear();
        }
    }
    if seen > limit {
        return Err(too_large(limit));
    }
    Ok(bytes)
}

fn is_json(request: &HttpRequest) -> bool {
    let kind = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let essence = kind
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default()
        .trim();
    let essence = essence.to_ascii_lowercase();
    essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| ApiError::new(code::INVALID_ENCODING, "The body is not valid UTF-8."))?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let Object(value) = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        explain(&path, &error.into_inner())
    })?;
    deserializer.end().map_err(|error| explain("", &error))?;
    Ok(value)
}

fn explain(path: &str, error: &serde_json::Error) -> ApiError {
    match error.classify() {
        Category::Data => prose::explain(path, &error.to_string()),
        Category::Syntax | Category::Eof | Category::Io => ApiError::new(
            code::INVALID_JSON,
            format!("The body is not valid JSON: {error}."),
        ),
    }
}
