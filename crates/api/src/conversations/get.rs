use super::ConversationBody;
use crate::error::ApiError;
use crate::extract::{Authenticated, Query, yes_or_no};
use crate::items::ItemBody;
use crate::memory::{AnswerPart, AnswerParts, BEGINNING, take_memory};
use crate::stream::{in_parts, internal};
use crate::tags;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::conversations::{ConversationOpening, ConversationService};
use domain::id::{ConversationId, OwnerId, Sequence};
use domain::items::{Item, ItemService};
use endpoint::get;
use futures_util::stream::{self, Stream, StreamExt as _};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct GetConversationQuery {
    /// `false` leaves the messages out.
    #[serde(default, deserialize_with = "yes_or_no")]
    #[param(default = true)]
    include_items: Option<bool>,
}

/// A conversation with all its messages, in order.
#[derive(Serialize, ToSchema)]
#[schema(as = ConversationWithItems)]
pub(crate) struct ConversationWithItemsBody {
    #[serde(flatten)]
    conversation: ConversationBody,
    /// All messages, in the order they were accepted. Absent with `include_items=false`.
    #[schema(value_type = Vec<ItemBody>, required = false)]
    items: Option<Vec<ItemBody>>,
}

/// Get a conversation
///
/// The whole conversation: all its messages in order, up to 10,000. A long one is streamed while it
/// is read; if that fails midway, the answer is cut off and does not end as valid JSON.
#[utoipa::path(
    tag = "conversations",
    params(
        ("conversation_id" = String, Path, description = "The conversation's id.",
            example = "conv_01JFQ2M8X3C4V5B6N7M8K9J0HG"),
        GetConversationQuery,
    ),
    responses((status = 200, description = "The conversation.", body = ConversationWithItemsBody)),
    extensions(("x-example" = json!({ "item_count": 2, "items": [{ "role": "user" }, {
        "id": "item_01JFQ2M9A4B5C6D7E8F9G0H1JK", "role": "assistant", "model": "llama3.2",
        "content": "First, write down what you know.",
    }] }))),
    security(("bearer" = [])),
)]
#[get("/conversations/{conversation_id}")]
pub(crate) async fn get_conversation(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    items: web::Data<ItemService>,
    request: HttpRequest,
    id: web::Path<String>,
    Query(query): Query<GetConversationQuery>,
) -> Result<HttpResponse, ApiError> {
    let id = ConversationId::parse(&id)?;
    let owner = actor.owner_id;
    if query.include_items == Some(false) || tags::asks(&request) {
        let conversation = conversations.get(owner, id).await?;
        let tag = conversation.tag();
        if query.include_items == Some(false) || tags::is_known(&request, tag.as_str()) {
            let whole = || HttpResponse::Ok().json(ConversationBody::from(conversation));
            return Ok(tags::shown(&request, &tag, whole));
        }
    }
    take_memory(&request, BEGINNING).await?;
    let opening = conversations.open(owner, id).await?;
    whole(&request, items.into_inner(), owner, opening).await
}

/// The conversation and its messages: as one answer if all of them are at hand, otherwise as a
/// stream.
async fn whole(
    request: &HttpRequest,
    items: Arc<ItemService>,
    owner: OwnerId,
    opening: ConversationOpening,
) -> Result<HttpResponse, ApiError> {
    let ConversationOpening {
        conversation,
        items: first,
        last,
    } = opening;
    let (id, tag) = (conversation.id, conversation.tag());
    let mut text = serde_json::to_vec(&ConversationBody::from(conversation)).map_err(internal)?;
    // Replaces the closing brace of the conversation by its messages.
    text.pop();
    text.extend_from_slice(b",\"items\":[");
    let after = write(&mut text, first, true)?.filter(|reached| *reached < last);
    let mut answer = HttpResponse::Ok();
    answer.content_type("application/json");
    if after.is_none() {
        text.extend_from_slice(b"]}");
        return Ok(tags::tagged(answer.body(text), &tag));
    }
    let mut parts = AnswerParts::of(request);
    let head = AnswerPart::new(text, parts.next().await?);
    let rest = Rest {
        parts,
        items,
        owner,
        id,
        last,
        after,
    };
    let head = stream::once(std::future::ready(Ok(head)));
    let answer = in_parts(&mut answer, head.chain(rest.stream()));
    Ok(tags::tagged(answer, &tag))
}

/// The rest of a long conversation that is still to be sent.
struct Rest {
    parts: AnswerParts,
    items: Arc<ItemService>,
    owner: OwnerId,
    id: ConversationId,
    /// The last item when the conversation was opened; later items are not part of the answer.
    last: Sequence,
    /// The last item that was sent; `None` after the end was sent.
    after: Option<Sequence>,
}

impl Rest {
    /// Sends one batch at a time. Each is read when the client has taken the one before, so a slow
    /// reader holds little memory and no database connection.
    fn stream(self) -> impl Stream<Item = Result<AnswerPart, ApiError>> {
        stream::try_unfold(self, |mut rest| async move {
            let Some(after) = rest.after else {
                return Ok(None);
            };
            let memory = rest.parts.next().await?;
            let batch = rest
                .items
                .batch(rest.owner, rest.id, after, rest.last)
                .await;
            let batch = batch?;
            let mut text = Vec::new();
            rest.after = write(&mut text, batch, false)?.filter(|reached| *reached < rest.last);
            if rest.after.is_none() {
                text.extend_from_slice(b"]}");
            }
            Ok(Some((AnswerPart::new(text, memory), rest)))
        })
    }
}

/// The approximate bytes of an item without its text.
const AROUND: usize = 320;

/// Appends items as JSON, separated by commas, and returns the last item's number.
fn write(text: &mut Vec<u8>, items: Vec<Item>, first: bool) -> Result<Option<Sequence>, ApiError> {
    let texts = items.iter().map(|item| item.bytes());
    text.reserve(texts.map(|length| length + length / 8 + AROUND).sum());
    let mut reached = None;
    for (index, item) in items.into_iter().enumerate() {
        if !(first && index == 0) {
            text.push(b',');
        }
        reached = Some(item.id.sequence());
        serde_json::to_writer(&mut *text, &ItemBody::from(item)).map_err(internal)?;
    }
    Ok(reached)
}
