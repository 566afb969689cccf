use super::ConversationBody;
use crate::conversations::MetadataBody;
use crate::error::ApiError;
use crate::extract::{Authenticated, Body, MESSAGES, WireBody};
use crate::openai::items::{Twenty, new_items};
use crate::openai::query::{Nothing, OpenAiQuery};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::conversations::{ConversationService, CreateConversation, Metadata};
use domain::items::ItemService;
use endpoint::post;
use serde::Deserialize;

/// A new conversation. Every field may be absent or null.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateConversationBody {
    items: Option<Twenty>,
    metadata: Option<MetadataBody>,
}

impl WireBody for CreateConversationBody {
    const LIMIT: usize = MESSAGES;

    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// Create a conversation
#[utoipa::path(responses((status = 200, description = "The conversation.")))]
#[post("/conversations")]
pub(crate) async fn create_conversation(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    items: web::Data<ItemService>,
    request: HttpRequest,
    _: OpenAiQuery<Nothing>,
    Body(body, _): Body<CreateConversationBody>,
) -> Result<HttpResponse, ApiError> {
    let sent = body.items.unwrap_or_default();
    let metadata = body.metadata.map(Metadata::try_from).transpose()?;
    let new = new_items(&request, &items, actor.owner_id, sent).await?;
    let new = CreateConversation {
        metadata: metadata.unwrap_or_default(),
        ..CreateConversation::with_items(new)
    };
    let created = conversations.create(actor.owner_id, new).await?;
    Ok(HttpResponse::Ok().json(ConversationBody::from(created)))
}
