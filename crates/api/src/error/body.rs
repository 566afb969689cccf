use super::{About, ApiError, Code};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// The shape of every error answer.
#[derive(Serialize, ToSchema)]
#[schema(as = ErrorResponse)]
pub(crate) struct ErrorBody {
    error: ErrorDetail,
}

/// The error, and the suggested solution.
#[derive(Serialize, ToSchema)]
#[schema(as = ErrorDetail)]
struct ErrorDetail {
    /// A sentence for a person. It may change; programs should use `code`.
    #[schema(example = "title must be 1 to 256 characters after trimming.")]
    message: String,
    /// The family of the failure.
    #[schema(example = "invalid_request_error")]
    r#type: &'static str,
    /// The code of the error. It is stable; a later version may add codes.
    #[schema(example = "invalid_value", max_length = 64)]
    code: &'static str,
    /// The field with the error, as a path such as `items[3].content`; null when no single field is
    /// wrong.
    #[schema(required, example = "title")]
    param: Option<String>,
    /// The request's id, as in the header `X-Request-Id`; with it, the request can be found in the
    /// log.
    // A client may name its request itself, so the pattern is not that of our own ids.
    #[schema(
        required,
        example = "req_01JFQ2M8X3C4V5B6N7M8K9J0HG",
        min_length = 1,
        max_length = 128,
        pattern = "^[ -~]+$"
    )]
    request_id: Option<String>,
    /// The page that explains the code; null where no request was read, or where the request names
    /// a host that is refused.
    #[schema(required, example = "http://localhost:8000/docs/errors#invalid_value")]
    doc_url: Option<String>,
}

/// The longest texts, in characters. Parts of the client's input may be quoted, and a name can be
/// as long as a body.
const MESSAGE: usize = 4_000;
const PARAM: usize = 400;

fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

/// The message of an error, of a bounded length.
pub(crate) fn shortened_message(text: &str) -> String {
    shortened(text, MESSAGE)
}

impl ErrorBody {
    pub(super) fn new(error: &ApiError, about: &About) -> Self {
        Self {
            error: ErrorDetail {
                message: shortened_message(&error.message),
                r#type: error.code.kind,
                code: error.code.name,
                param: error.param.as_deref().map(|param| shortened(param, PARAM)),
                request_id: about.request_id.clone(),
                doc_url: about
                    .public_url
                    .as_ref()
                    .map(|url| doc_url(url, error.code)),
            },
        }
    }
}

/// The address of a code on the page of errors.
fn doc_url(public_url: &str, code: &Code) -> String {
    format!("{public_url}/docs/errors#{}", code.name)
}

/// The envelope of a code, for the API's description.
pub(crate) fn example(code: &Code) -> Value {
    json!({ "error": {
        "message": code.meaning,
        "type": code.kind,
        "code": code.name,
        "param": code.param,
        "request_id": "req_01JFQ2M8X3C4V5B6N7M8K9J0HG",
        "doc_url": doc_url("http://localhost:8000", code),
    } })
}
