//! Answers to repeated chats, made from the stored messages: OpenAI's objects, made by this
//! service.

use super::answer::JsonParts;
use super::events::ChatEvents;
use crate::error::{ApiError, passed};
use crate::found::{KeptConversation, answered, conversation_of, owner};
use crate::request_context::RequestContext;
use crate::request_id::request_id;
use crate::sse;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::conversations::Conversation;
use domain::error::Resource;
use domain::id::{ConversationId, ItemId};
use domain::items::{Item, Role};
use domain::replies::prompt::{Tied, tied};
use domain::replies::{Finished, Generation, Progress};
use domain::title::Title;
use futures_util::stream::{self, StreamExt as _};
use serde_json::{Value, json};

/// The finish reason of a reply whose provider did not give one.
const COMPLETE: &str = "stop";

/// A whole completion: the items of the answer, oldest first.
fn completion(
    items: Vec<Item>,
    finish_reason: Option<String>,
    conversation: &Conversation,
) -> HttpResponse {
    let last = items.last();
    let calls = calls(&items);
    let thoughts = items.iter().find_map(|item| item.reasoning.as_deref());
    let content = Some(text(&items)).filter(|text| calls.is_empty() || !text.is_empty());
    let mut message = json!({ "role": "assistant", "content": content });
    if let Some(message) = message.as_object_mut() {
        if let Some(thoughts) = thoughts {
            message.insert("reasoning_content".to_owned(), thoughts.into());
        }
        if !calls.is_empty() {
            message.insert("tool_calls".to_owned(), calls.into());
        }
    }
    HttpResponse::Ok().json(json!({
        "id": last.map(id),
        "object": "chat.completion",
        "created": last.map_or(0, |last| last.created_at.timestamp()),
        "model": last.and_then(|last| last.model.as_deref()).unwrap_or_default(),
        "choices": [{
            "index": 0,
            "message": message,
            "finish_reason": finish_reason.as_deref().unwrap_or(COMPLETE),
        }],
        "conversation": of(conversation),
    }))
}

/// The completion that a repeated chat has made: this item of the conversation ends it.
pub(crate) async fn found(
    request: &HttpRequest,
    (conversation, last): (ConversationId, ItemId),
    finish_reason: Option<String>,
) -> Result<HttpResponse, ApiError> {
    let items = answered(request, owner(request)?, conversation, last).await?;
    let conversation = conversation_of(request, conversation).await?;
    Ok(completion(items, finish_reason, &conversation))
}

/// The text of an answer. A turn that was cancelled before the model said anything ends with its
/// question.
pub(crate) fn text(items: &[Item]) -> &str {
    let mut items = items.iter();
    let said = items.find(|item| item.role == Role::Assistant && item.content.kind().is_message());
    said.map_or("", |item| item.content.as_str())
}

/// The calls of an answer.
fn calls(items: &[Item]) -> Vec<Value> {
    let calls = items.iter().filter_map(|item| match tied(&item.content) {
        Some(Tied::Call(call)) => Some(call),
        Some(Tied::Output { .. }) | None => None,
    });
    let calls = calls.enumerate().map(|(index, call)| {
        let function = json!({ "name": call.name, "arguments": call.arguments });
        json!({ "index": index, "id": call.id, "type": "function", "function": function })
    });
    calls.collect()
}

/// The id of an answer, as the provider's own is not stored.
pub(crate) fn id(item: &Item) -> String {
    format!("chatcmpl-{}", item.id.ulid())
}

fn of(conversation: &Conversation) -> Value {
    json!({
        "id": conversation.id.to_string(),
        "title": conversation.title.as_ref().map(Title::as_str),
    })
}

/// The chunks of an answer.
struct ReplayedChunks {
    request: HttpRequest,
    generation: Generation,
    kept: KeptConversation,
    /// The id, until the provider's is known.
    id: String,
    created: i64,
    is_over: bool,
}

/// The answer as a stream, finished or still being written.
pub(crate) async fn stream(
    request: &HttpRequest,
    generation: Generation,
    kept: KeptConversation,
) -> Result<HttpResponse, ApiError> {
    let context = request.app_data::<web::Data<RequestContext>>();
    let created = context.map_or(0, |context| context.clock.now().timestamp());
    let chunks = ReplayedChunks {
        request: request.clone(),
        generation,
        kept,
        id: format!("chatcmpl-{}", request_id(request).unwrap_or_default()),
        created,
        is_over: false,
    };
    let parts: JsonParts = stream::try_unfold(chunks, |mut chunks| async move {
        Ok(chunks.next().await?.map(|json| (json, chunks)))
    })
    .boxed_local();
    let answer = HttpResponse::Ok();
    sse::begin(ChatEvents::of(parts), request, answer).await
}

impl ReplayedChunks {
    async fn next(&mut self) -> Result<Option<String>, ApiError> {
        if self.is_over {
            return Ok(None);
        }
        match self.generation.next().await {
            Some(Progress::Reasoning(thoughts)) => {
                let delta = json!({ "role": "assistant", "reasoning_content": thoughts });
                Ok(Some(self.chunk(None, &delta, None).to_string()))
            }
            Some(Progress::Text(text)) => {
                let delta = json!({ "role": "assistant", "content": text });
                Ok(Some(self.chunk(None, &delta, None).to_string()))
            }
            Some(Progress::Ended(Ok(finished))) => {
                self.is_over = true;
                self.last(finished).await.map(Some)
            }
            Some(Progress::Ended(Err(error))) => Err(passed(error)),
            None => Ok(None),
        }
    }

    fn chunk(&self, model: Option<String>, delta: &Value, finish_reason: Option<&str>) -> Value {
        let by = self.generation.by();
        json!({
            "id": by.id.as_ref().unwrap_or(&self.id),
            "object": "chat.completion.chunk",
            "created": self.created,
            "model": model.or(by.model).unwrap_or_default(),
            "choices": [{ "index": 0, "delta": delta, "finish_reason": finish_reason }],
        })
    }

    async fn last(&self, finished: Finished) -> Result<String, ApiError> {
        let kept = self
            .kept
            .get()
            .ok_or_else(|| Resource::Conversation.absent())?;
        let kept = conversation_of(&self.request, kept).await?;
        let model = finished.generated.item.model;
        let reason = finished.finish_reason.as_deref().unwrap_or(COMPLETE);
        let id = finished.generated.item.id;
        let items = answered(&self.request, owner(&self.request)?, kept.id, id).await?;
        let calls = calls(&items);
        let delta = match calls.is_empty() {
            true => json!({}),
            false => json!({ "role": "assistant", "tool_calls": calls }),
        };
        let mut chunk = self.chunk(model, &delta, Some(reason));
        if let Some(chunk) = chunk.as_object_mut() {
            chunk.insert("conversation".to_owned(), of(&kept));
        }
        Ok(chunk.to_string())
    }
}
