//! Answers to repeated chats, made from the stored messages: OpenAI's objects, made by this
//! service.

use super::answer::Parts;
use super::events::ChatEvents;
use crate::error::{About, ApiError, passed};
use crate::replays::found::{Kept, conversation_of};
use crate::request_context::RequestContext;
use crate::request_id::request_id;
use crate::sse;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::conversations::{Conversation, Title};
use domain::error::Resource;
use domain::items::{Item, Role};
use domain::replies::{Finished, Generation, Progress};
use futures_util::stream::{self, StreamExt as _};
use serde_json::{Value, json};

/// The finish reason of a reply whose provider did not give one.
const COMPLETE: &str = "stop";

/// A whole completion.
pub(crate) fn completion(
    item: Item,
    finish_reason: Option<String>,
    conversation: &Conversation,
) -> HttpResponse {
    // A turn that was cancelled before the model said anything ends with its question.
    let text = match item.role {
        Role::Assistant => item.content.as_str(),
        _ => "",
    };
    let mut message = json!({ "role": "assistant", "content": text });
    if let (Some(message), Some(thoughts)) = (message.as_object_mut(), &item.reasoning) {
        message.insert("reasoning_content".to_owned(), thoughts.as_str().into());
    }
    HttpResponse::Ok().json(json!({
        "id": id(&item),
        "object": "chat.completion",
        "created": item.created_at.timestamp(),
        "model": item.model.unwrap_or_default(),
        "choices": [{
            "index": 0,
            "message": message,
            "finish_reason": finish_reason.as_deref().unwrap_or(COMPLETE),
        }],
        "conversation": of(conversation),
    }))
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
struct Told {
    request: HttpRequest,
    generation: Generation,
    kept: Kept,
    /// The id, until the provider's is known.
    id: String,
    created: i64,
    is_over: bool,
}

/// The answer as a stream, finished or still being written.
pub(crate) async fn stream(
    request: &HttpRequest,
    generation: Generation,
    kept: Kept,
) -> Result<HttpResponse, ApiError> {
    let context = request.app_data::<web::Data<RequestContext>>();
    let created = context.map_or(0, |context| context.clock.now().timestamp());
    let told = Told {
        request: request.clone(),
        generation,
        kept,
        id: format!("chatcmpl-{}", request_id(request).unwrap_or_default()),
        created,
        is_over: false,
    };
    let parts: Parts = stream::try_unfold(told, |mut told| async move {
        Ok(told.next().await?.map(|json| (json, told)))
    })
    .boxed_local();
    let answer = HttpResponse::Ok();
    sse::begin(ChatEvents::of(parts), About::of(request), answer).await
}

impl Told {
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
        let mut chunk = self.chunk(model, &json!({}), Some(reason));
        if let Some(chunk) = chunk.as_object_mut() {
            chunk.insert("conversation".to_owned(), of(&kept));
        }
        Ok(chunk.to_string())
    }
}
