use super::broken::fault;
use super::incoming::ReceivedBody;
use super::{Object, serde_errors};
use crate::error::{ApiError, code};
use crate::long_work::LongWork;
use crate::memory::HeldMemory;
use crate::repeats::{LookedUp, Repeat, RepeatAnswer, SentBody};
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, dev::Payload};
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use std::future::Future;
use std::pin::Pin;

/// The most bytes of a body with messages.
pub(crate) const MESSAGES: usize = 16 * 1024 * 1024;
/// The most bytes of a body with credentials, which clients without a token may send.
pub(crate) const CREDENTIALS: usize = 16 * 1024;
/// The most bytes of any other body.
const ELSEWHERE: usize = 2 * 1024 * 1024;

/// A JSON body of an endpoint.
pub(crate) trait WireBody: DeserializeOwned + Send + 'static {
    const LIMIT: usize = ELSEWHERE;

    /// Whether text after the body's object is tolerated, as Go's decoder does.
    const MAY_TRAIL: bool = false;

    /// The value of an absent body, where every field is optional. `null` counts as absent: some
    /// clients send it for a body that they leave out.
    fn absent() -> Option<Self> {
        None
    }

    /// Whether the answer to a repeat needs the request's body.
    const IS_ANSWERED_WITH: bool = false;

    /// How a repeat of the request is answered, where repeats are allowed.
    fn again(&self) -> RepeatAnswer {
        RepeatAnswer::Whole
    }
}

/// The body, read strictly: UTF-8 JSON, an object, without unknown or repeated fields. A handler
/// gets it only after the look-up for repeats.
pub(crate) struct Body<T>(pub(crate) T, pub(crate) LookedUp);

impl<T: WireBody> FromRequest for Body<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            let incoming = ReceivedBody::read(&request, payload, T::LIMIT).await?;
            let (body, sent) = read::<T>(&request, incoming).await?;
            let looked = Repeat::look(&request, sent, body.again()).await?;
            Ok(Self(body, looked))
        })
    }
}

/// Reads the body, and its digest where the request may be a repeat.
async fn read<T: WireBody>(
    request: &HttpRequest,
    ReceivedBody { bytes, memory }: ReceivedBody,
) -> Result<(T, Option<SentBody>), ApiError> {
    let repeats = Repeat::of(request).map(|repeat| repeat.service.clone());
    let sent = move |bytes: &[u8]| {
        let repeats = repeats.as_ref();
        repeats.map(|repeats| SentBody::of(repeats, bytes, T::IS_ANSWERED_WITH))
    };
    if bytes.is_empty() {
        let message = "This request needs a JSON object as its body.";
        let absent = T::absent().ok_or_else(|| ApiError::new(code::MISSING_FIELD, message))?;
        return Ok((absent, sent(b"")));
    }
    if !is_json(request) {
        let unsupported = code::UNSUPPORTED_MEDIA_TYPE;
        return Err(ApiError::new(unsupported, unsupported.meaning));
    }
    let (body, memory, sent) = LongWork::run(request, bytes.len(), move || {
        let body = match T::absent() {
            Some(absent) if is_null(&bytes) => absent,
            _ => parse(&bytes, T::MAY_TRAIL)?,
        };
        Ok((body, memory, sent(&bytes)))
    })
    .await?;
    // The parsed value is about as large as the body, and lives until the request has ended.
    request.extensions_mut().insert(HeldMemory(memory));
    Ok((body, sent))
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

/// Whether a body is `null`, with white space of JSON's or without.
fn is_null(bytes: &[u8]) -> bool {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    let mut rest = bytes.iter().skip_while(|byte| is_space(byte));
    let is_null = b"null".iter().all(|byte| rest.next() == Some(byte));
    is_null && rest.all(is_space)
}

fn parse<T: DeserializeOwned>(bytes: &[u8], may_trail: bool) -> Result<T, ApiError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| ApiError::new(code::INVALID_ENCODING, "The body is not valid UTF-8."))?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let Object(value) = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        explain(&path, &error.into_inner())
    })?;
    if !may_trail {
        deserializer.end().map_err(|error| explain("", &error))?;
    }
    Ok(value)
}

fn explain(path: &str, error: &serde_json::Error) -> ApiError {
    let (line, column) = (error.line(), error.column());
    if error.classify() == Category::Data {
        return serde_errors::explain(serde_errors::RequestPart::Body, path, &error.to_string());
    }
    let fault = fault(error);
    ApiError::new(
        code::INVALID_JSON,
        format!("The body is not valid JSON, in line {line}, column {column}: {fault}."),
    )
}
