use super::ConversationBody;
use crate::conversations::MetadataBody;
use crate::error::ApiError;
use crate::extract::{Authenticated, Body, WireBody, present};
use crate::openai::query::{Nothing, OpenAiQuery};
use actix_web::{HttpResponse, web};
use domain::conversations::{Change, ConversationChanges, ConversationService, Metadata};
use domain::state::Expected;
use endpoint::post;
use serde::Deserialize;

/// The new metadata: all pairs. Null removes them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateConversationBody {
    #[serde(deserialize_with = "present")]
    metadata: Option<Option<MetadataBody>>,
}

impl WireBody for UpdateConversationBody {}

/// Update a conversation
#[utoipa::path(responses((status = 200, description = "The conversation.")))]
#[post("/conversations/{conversation_id}")]
pub(crate) async fn update_conversation(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    id: web::Path<String>,
    _: OpenAiQuery<Nothing>,
    Body(body, _): Body<UpdateConversationBody>,
) -> Result<HttpResponse, ApiError> {
    let metadata = body.metadata.flatten().unwrap_or_default();
    let changes = ConversationChanges {
        metadata: Change::Set(Metadata::try_from(metadata)?),
        ..ConversationChanges::default()
    };
    let id = super::id(&id)?;
    let updated = conversations.update(actor.owner_id, id, changes, &Expected::Any);
    Ok(HttpResponse::Ok().json(ConversationBody::from(updated.await?)))
}
