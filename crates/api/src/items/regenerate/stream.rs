//! The streamed form under its own address: generated clients support one form of answer per
//! address.

use super::{EventBody, RegenerateItemBody, reply};
use crate::error::ApiError;
use crate::extract::{Authenticated, Body, WireBody};
use crate::repeats::RepeatAnswer;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::replies::ReplyService;
use endpoint::post;
use serde::Deserialize;
use utoipa::ToSchema;

/// Options for the reply; the body may be absent.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StreamItemReplyRequest)]
pub(crate) struct StreamItemReplyBody {
    /// One of the provider's models; the server's own by default.
    #[schema(min_length = 1, max_length = 256, example = "claude-3-5-sonnet")]
    model: Option<String>,
    /// The randomness of the reply, 0 to 2; the provider's own by default.
    #[schema(minimum = 0, maximum = 2, example = 0.7)]
    temperature: Option<f64>,
    /// The most tokens of the reply, as the model counts them; the provider's own limit by default.
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 1_000_000, example = 512)]
    max_tokens: Option<f64>,
    /// The same limit under the name that OpenAI's newer models require. Send only one of the two.
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 1_000_000, example = 512)]
    max_completion_tokens: Option<f64>,
}

impl WireBody for StreamItemReplyBody {
    fn absent() -> Option<Self> {
        Some(Self::default())
    }

    fn again(&self) -> RepeatAnswer {
        RepeatAnswer::Stream
    }
}

impl From<StreamItemReplyBody> for RegenerateItemBody {
    fn from(body: StreamItemReplyBody) -> Self {
        Self {
            model: body.model,
            temperature: body.temperature,
            max_tokens: body.max_tokens,
            max_completion_tokens: body.max_completion_tokens,
            stream: Some(true),
        }
    }
}

/// Regenerate a reply as a stream
///
/// The same as `POST …/regenerate` with `stream: true`: the reply as server-sent events.
#[utoipa::path(
    tag = "items",
    params(
        ("conversation_id" = String, Path, description = "The conversation's id.",
            example = "conv_01JFQ2M8X3C4V5B6N7M8K9J0HG"),
        ("item_id" = String, Path, description = "The message's id: an assistant's or a user's.",
            example = "item_01JFQ2M8X3C4V5B6N7M8K9J0HG"),
    ),
    request_body(content = Option<StreamItemReplyBody>, examples(
        ("model" = (summary = "By another model", value = json!({
            "model": "claude-3-5-sonnet",
        }))),
    )),
    responses((status = 200, description = "The events.",
        content((EventBody = "text/event-stream")),
        headers(("X-Context-Truncated", description = "`true` where earlier messages did not \
            fit and the model was not told of them, else `false`.")))),
    extensions(("x-error-codes" = json!([
        "quota_exceeded", "reply_position_taken", "conversation_full", "conversation_locked",
        "turn_cancelled", "model_provider_rate_limited", "model_provider_error", "model_provider_not_configured", "model_provider_busy",
        "model_provider_timeout",
    ])), ("x-example-stream" = json!(super::events::EXAMPLE))),
    security(("bearer" = [])),
)]
#[post("/conversations/{conversation_id}/items/{item_id}/regenerate/stream")]
pub(crate) async fn stream_item_reply(
    Authenticated(actor): Authenticated,
    replies: web::Data<ReplyService>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    Body(body, _): Body<StreamItemReplyBody>,
) -> Result<HttpResponse, ApiError> {
    let options = RegenerateItemBody::from(body).options()?;
    let answer = reply(&replies, actor.owner_id, path.into_inner(), options).await?;
    answer.streamed(&request).await
}
