mod events;
pub(crate) mod stream;

use super::ItemBody;
use crate::error::ApiError;
use crate::extract::{Authenticated, Body, WireBody};
use crate::repeats::RepeatAnswer;
use crate::sse;
use crate::tags::tagged;
use actix_web::http::header::{HeaderName, HeaderValue, LOCATION};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::id::{ConversationId, ItemId, OwnerId};
use domain::replies::{Finished, Generated, Generation, ReplyOptions, ReplyService};
use endpoint::post;
use events::EventBody;
pub(crate) use events::ReplyEvents;
use serde::Deserialize;
use utoipa::ToSchema;

/// Whether older messages did not fit into the model's context.
pub(crate) const CONTEXT_TRUNCATED: HeaderName = HeaderName::from_static("x-context-truncated");

/// The finish reason of the reply. In a stream, `item.completed` contains it.
const FINISH_REASON: HeaderName = HeaderName::from_static("x-finish-reason");

/// Options for the reply; the body may be absent.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RegenerateItemRequest)]
pub(crate) struct RegenerateItemBody {
    /// One of the provider's models; the server's own by default.
    #[schema(min_length = 1, max_length = 256, example = "claude-3-5-sonnet")]
    model: Option<String>,
    /// The randomness of the reply, 0 to 2; the provider's own by default.
    #[schema(minimum = 0, maximum = 2, example = 0.7)]
    temperature: Option<f64>,
    /// The most tokens of the reply, as the model counts them; the provider's own limit by default.
    // In JSON, 512.0 is also a whole number.
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 1_000_000, example = 512)]
    max_tokens: Option<f64>,
    /// The same limit under the name that OpenAI's newer models require. Send only one of the two.
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 1_000_000, example = 512)]
    max_completion_tokens: Option<f64>,
    /// `true`: the reply is streamed while it is written, as server-sent events. Generated clients
    /// call `stream_item_reply` for that.
    #[schema(example = false)]
    stream: Option<bool>,
}

impl RegenerateItemBody {
    fn options(self) -> Result<ReplyOptions, domain::error::Error> {
        ReplyOptions::parse(
            self.model,
            self.temperature,
            self.max_tokens,
            self.max_completion_tokens,
        )
    }
}

impl WireBody for RegenerateItemBody {
    fn absent() -> Option<Self> {
        Some(Self::default())
    }

    fn again(&self) -> RepeatAnswer {
        match self.stream {
            Some(true) => RepeatAnswer::Stream,
            _ => RepeatAnswer::Whole,
        }
    }
}

/// Regenerate a reply
///
/// Lets the model write a reply again. The model gets the instruction of the conversation's
/// project, and as many of the messages before the reply as fit. For an assistant's message, the
/// new reply becomes its next version: the id stays, the earlier text is kept. For a user's
/// message, the new reply becomes the next version of the assistant's message right after it; if no
/// message follows, it becomes a new message.
///
/// With `stream: true` the answer is a stream of server-sent events: `item.delta` with `{"text":
/// …}` for each piece, `item.reasoning_delta` with the same for the model's thoughts before it, and
/// at the end either `item.completed` with `{"item": …, "context_truncated": …, "finish_reason":
/// …}` or `error` with the usual envelope. The item of `item.completed` counts: if only the end of
/// a model's thoughts is marked, they come as `item.delta`, and the item has them in `reasoning`.
/// Failures before the first piece are usual error answers, if they are known soon enough.
///
/// A reply that was cut is stored as far as it goes. The finish reason, in the provider's word, is
/// in the header `X-Finish-Reason`, or in `finish_reason` of `item.completed` (`stop` where the
/// reply is complete, `length` or `content_filter` where it was cut, null where the provider does
/// not give one).
///
/// The reply is written and stored even if you disconnect. A failure leaves the conversation
/// unchanged. The reply
/// waits for the earlier turns of the conversation, and can be ended by `POST
/// /v1/conversations/{conversation_id}/cancel`.
#[utoipa::path(
    tag = "items",
    params(
        ("conversation_id" = String, Path, description = "The conversation's id.",
            example = "conv_01JFQ2M8X3C4V5B6N7M8K9J0HG"),
        ("item_id" = String, Path, description = "The message's id: an assistant's or a user's.",
            example = "item_01JFQ2M8X3C4V5B6N7M8K9J0HG"),
    ),
    request_body(content = Option<RegenerateItemBody>, examples(
        ("model" = (summary = "By another model", value = json!({
            "model": "claude-3-5-sonnet",
        }))),
        ("stream" = (summary = "Streamed", value = json!({ "stream": true }))),
    )),
    responses(
        (status = 200, description = "The reply, as the next version of the assistant's message; \
            or the events, with `stream: true`.",
            content((ItemBody = "application/json"), (EventBody = "text/event-stream")),
            headers(("X-Context-Truncated", description = "`true` where earlier messages did not \
                    fit and the model was not told of them, else `false`."),
                ("X-Finish-Reason", description = "Why the reply ends, where it is not streamed \
                    and the provider says so: `length`, for instance, where it was cut."))),
        (status = 201, description = "The reply, as a new message.", body = ItemBody,
            headers(("Location", description = "Where to get it."),
                ("X-Context-Truncated", description = "`true` where earlier messages did not fit \
                    and the model was not told of them, else `false`."),
                ("X-Finish-Reason", description = "Why the reply ends, where the provider says \
                    so: `length`, for instance, where it was cut."))),
    ),
    extensions(("x-error-codes" = json!([
        "quota_exceeded", "reply_position_taken", "conversation_full", "conversation_locked", "turn_cancelled",
         "model_provider_rate_limited",
        "model_provider_error", "model_provider_not_configured", "model_provider_busy",
        "model_provider_timeout",
    ])), ("x-example" = json!({
        "role": "assistant", "content": "First, write down what you know.", "model": "llama3.2",
        "version": 2, "updated_at": "2025-12-23T10:05:00.000000Z",
    })), ("x-example-201" = json!({
        "role": "assistant", "content": "First, write down what you know.", "model": "llama3.2",
    })), ("x-example-stream" = json!(events::EXAMPLE))),
    security(("bearer" = [])),
)]
#[post("/conversations/{conversation_id}/items/{item_id}/regenerate")]
pub(crate) async fn regenerate_item(
    Authenticated(actor): Authenticated,
    replies: web::Data<ReplyService>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    Body(body, _): Body<RegenerateItemBody>,
) -> Result<HttpResponse, ApiError> {
    let is_streamed = body.stream == Some(true);
    let options = body.options()?;
    let answer = reply(&replies, actor.owner_id, path.into_inner(), options).await?;
    if is_streamed {
        answer.streamed(&request).await
    } else {
        answer.whole().await
    }
}

/// A reply that is being written.
struct Reply {
    generation: Generation,
    conversation: ConversationId,
}

/// Begins to write a new reply, or another version of one.
async fn reply(
    replies: &ReplyService,
    owner: OwnerId,
    (conversation, item): (String, String),
    options: ReplyOptions,
) -> Result<Reply, ApiError> {
    let conversation = ConversationId::parse(&conversation)?;
    let item = ItemId::parse(&item)?;
    let generation = replies
        .regenerate(owner, conversation, item, options)
        .await?;
    Ok(Reply {
        generation,
        conversation,
    })
}

impl Reply {
    async fn streamed(self, request: &HttpRequest) -> Result<HttpResponse, ApiError> {
        let is_truncated = self.is_truncated();
        let events = ReplyEvents::of(self.generation);
        let answer = sse::begin(events, request, HttpResponse::Ok()).await?;
        Ok(with(is_truncated, answer))
    }

    async fn whole(self) -> Result<HttpResponse, ApiError> {
        let is_truncated = self.is_truncated();
        let finished = self.generation.finished().await?;
        Ok(with(is_truncated, stored(finished, self.conversation)))
    }

    fn is_truncated(&self) -> HeaderValue {
        HeaderValue::from_static(match self.generation.is_context_truncated {
            true => "true",
            false => "false",
        })
    }
}

fn with(is_truncated: HeaderValue, mut response: HttpResponse) -> HttpResponse {
    let headers = response.headers_mut();
    headers.insert(CONTEXT_TRUNCATED, is_truncated);
    response
}

pub(crate) fn stored(finished: Finished, conversation: ConversationId) -> HttpResponse {
    let Generated { item, is_new } = finished.generated;
    let mut response = match is_new {
        true => HttpResponse::Created(),
        false => HttpResponse::Ok(),
    };
    if is_new {
        let location = format!("/v1/conversations/{conversation}/items/{}", item.id);
        response.insert_header((LOCATION, location));
    }
    if let Some(reason) = finished.finish_reason {
        response.insert_header((FINISH_REASON, reason));
    }
    let tag = item.tag();
    tagged(response.json(ItemBody::from(item)), &tag)
}
