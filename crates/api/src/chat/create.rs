use super::answer::{parts, parts_kept, whole, whole_kept};
use super::events::ChatEvents;
use super::request::ChatCompletionRequestBody;
use super::schema::{ChatCompletion, ChatCompletionEvent, ChatCompletionRequest};
use crate::disconnect::Presence;
use crate::error::{ApiError, passed};
use crate::extract::{Authenticated, Body};
use crate::items::regenerate::CONTEXT_TRUNCATED;
use crate::long_work::LongWork;
use crate::memory::handed_over;
use crate::sse;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use domain::chat::{Answering, ChatService, CompleteChat, Making};
use domain::id::OwnerId;
use domain::storage::Room;
use endpoint::post;

/// A streamed answer as a client reads it, for the API's description.
const STREAM: &str = r#"data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1735689600,"model":"llama3.2","choices":[{"index":0,"delta":{"content":"Oslo."},"finish_reason":null}]}

data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1735689600,"model":"llama3.2","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"conversation":{"id":"conv_01JFQ2M8X3C4V5B6N7M8K9J0HG","title":"Norway"}}

data: [DONE]

"#;

/// Complete a chat
///
/// OpenAI's `POST /v1/chat/completions`, passed on to the model provider with all its fields. With
/// `conversation`, the messages of that conversation precede the request's messages, and the
/// request's messages and the reply are stored in it, all or none. Turns of one conversation are
/// answered one after the other, in the order of the requests, across all instances: a later turn
/// waits for the earlier ones. A turn that was ended by `POST
/// /v1/conversations/{conversation_id}/cancel` has the finish reason `cancelled`.
#[utoipa::path(
    tag = "chat",
    request_body(content = ChatCompletionRequest, examples(
        ("alone" = (summary = "A question, kept nowhere", value = json!({
            "messages": [{ "role": "user", "content": "What is the capital of Norway?" }],
            "temperature": 0.2,
        }))),
        ("conversation" = (summary = "The next question of a conversation", value = json!({
            "conversation": "conv_01JFQ2M8X3C4V5B6N7M8K9J0HG",
            "messages": [{ "role": "user", "content": "And of Sweden?" }],
        }))),
        ("stream" = (summary = "A streamed answer", value = json!({
            "model": "llama3.2", "stream": true, "temperature": 0.2,
            "messages": [{ "role": "user", "content": "Tell me a story." }],
        }))),
    )),
    responses((status = 200, description = "The completion; with `stream: true`, server-sent \
        events with a chunk each, and `[DONE]` at the end. A failure midway is an event with an \
        `error`, without a `[DONE]` after it.",
        content(
            (ChatCompletion = "application/json"),
            (ChatCompletionEvent = "text/event-stream"),
        ),
        headers(("X-Context-Truncated", description = "With a conversation: `true` where \
            earlier messages did not fit and the model was not told of them, else `false`.")))),
    extensions(("x-error-codes" = json!([
        "quota_exceeded", "conversation_not_found", "conversation_full", "conversation_locked", "turn_cancelled",
        "model_provider_not_configured",
        "model_provider_busy", "model_provider_error", "model_provider_timeout",
        "model_provider_rate_limited", "model_request_refused", "model_not_found",
        "model_request_too_large",
    ])), ("x-example" = json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1_735_689_600, "model": "llama3.2",
        "choices": [{ "index": 0, "finish_reason": "stop",
            "message": { "role": "assistant", "content": "Oslo." } }],
        "usage": { "prompt_tokens": 14, "completion_tokens": 2, "total_tokens": 16 },
        "conversation": { "id": "conv_01JFQ2M8X3C4V5B6N7M8K9J0HG", "title": "Norway" },
    })), ("x-example-stream" = json!(STREAM))),
    security(("bearer" = [])),
)]
#[post("/chat/completions")]
pub(crate) async fn create_chat_completion(
    Authenticated(actor): Authenticated,
    chat: web::Data<ChatService>,
    request: HttpRequest,
    room: web::Data<dyn Room>,
    Body(body, _): Body<ChatCompletionRequestBody>,
) -> Result<HttpResponse, ApiError> {
    let asked = LongWork::run(&request, body.length(), move || {
        CompleteChat::try_from(body)
    });
    let asked = asked.await?;
    answer(
        &chat,
        room.as_ref(),
        actor.owner_id,
        &request,
        (asked, None),
    )
    .await
}

/// Asks the model and passes its answer on. If `making` is given, makes the conversation first.
pub(crate) async fn answer(
    chat: &ChatService,
    room: &dyn Room,
    owner: OwnerId,
    request: &HttpRequest,
    (mut asked, making): (CompleteChat, Option<Making>),
) -> Result<HttpResponse, ApiError> {
    let is_stored = asked.target.as_ref().is_some_and(|target| target.is_stored);
    if is_stored {
        room.check()?;
        asked.memory = handed_over(request, asked.body.len() as u64)?;
    }
    let streamed = asked.streamed;
    let presence = match is_stored {
        false => Presence::of(request),
        // The chat runs in the background from now on.
        true => Presence::ignored(),
    };
    let mut answer = HttpResponse::Ok();
    let answering = async { chat.complete(owner, asked, making).await.map_err(passed) };
    let parts = match presence.during(answering).await? {
        Answering::Passed(passed) if streamed => parts(passed, presence),
        Answering::Passed(passed) => {
            return Ok(json(answer, presence.during(whole(passed)).await?));
        }
        Answering::Kept {
            events,
            is_truncated,
        } => {
            let is_truncated = if is_truncated { "true" } else { "false" };
            answer.insert_header((CONTEXT_TRUNCATED, is_truncated));
            if !streamed {
                return Ok(json(answer, whole_kept(events).await?));
            }
            parts_kept(events)
        }
    };
    sse::begin(ChatEvents::of(parts), request, answer).await
}

fn json(mut answer: HttpResponseBuilder, completion: String) -> HttpResponse {
    answer.content_type("application/json").body(completion)
}
