use super::ApiError;
use super::body::shortened_message;
use serde::Serialize;
use utoipa::ToSchema;

/// An error in Jan's shape.
#[derive(Serialize, ToSchema)]
#[schema(as = JanError)]
pub(crate) struct JanErrorBody {
    /// The code of the error, as in `/docs/errors`. It is stable.
    #[schema(example = "conversation_not_found")]
    code: &'static str,
    /// The same as `message`.
    error: String,
    /// A sentence for a person.
    message: String,
    /// The field with the error.
    #[serde(skip_serializing_if = "Option::is_none")]
    param: Option<String>,
    /// The request's id, as in the header `X-Request-Id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

impl JanErrorBody {
    pub(crate) fn new(error: &ApiError, request_id: Option<&str>) -> Self {
        let message = shortened_message(&error.message);
        Self {
            code: error.code.name,
            error: message.clone(),
            message,
            param: error.param.as_deref().map(shortened_message),
            request_id: request_id.map(str::to_owned),
        }
    }
}
