use super::body::shortened_message;
use super::{ApiError, Code, code};
use serde::Serialize;
use utoipa::ToSchema;

/// An error in OpenAI's shape, with the request's id.
#[derive(Serialize, ToSchema)]
#[schema(as = OpenAiError)]
pub(crate) struct OpenAiErrorBody {
    error: OpenAiErrorDetail,
}

#[derive(Serialize, ToSchema)]
#[schema(as = OpenAiErrorDetail)]
struct OpenAiErrorDetail {
    /// A sentence for a person.
    message: String,
    #[schema(example = "invalid_request_error")]
    r#type: &'static str,
    /// The field with the error.
    #[schema(required)]
    param: Option<String>,
    #[schema(example = "unknown_parameter")]
    code: &'static str,
    /// The request's id, as in the header `X-Request-Id`.
    #[schema(required)]
    request_id: Option<String>,
}

/// Codes that have another name in OpenAI's API.
const NAMES: [(&Code, &str); 3] = [
    (code::UNKNOWN_FIELD, "unknown_parameter"),
    (code::MISSING_FIELD, "missing_required_parameter"),
    (code::UNSUPPORTED, "unsupported_parameter"),
];

/// The name of a code on OpenAI's face.
pub(crate) fn openai_name(code: &'static Code) -> &'static str {
    let known = NAMES.iter().find(|(ours, _)| *ours == code);
    known.map_or(code.name, |(_, name)| name)
}

/// The family of a code on OpenAI's face.
fn kind(code: &Code) -> &'static str {
    match code.status {
        500.. => "server_error",
        _ => code.kind,
    }
}

impl OpenAiErrorBody {
    pub(crate) fn new(error: &ApiError, request_id: Option<&str>) -> Self {
        Self {
            error: OpenAiErrorDetail {
                message: shortened_message(&error.message),
                r#type: kind(error.code),
                param: error.param.as_deref().map(shortened_message),
                code: openai_name(error.code),
                request_id: request_id.map(str::to_owned),
            },
        }
    }
}
