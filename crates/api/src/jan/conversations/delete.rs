use crate::detached::to_its_end;
use crate::error::ApiError;
use crate::extract::Authenticated;
use actix_web::{HttpResponse, web};
use domain::conversations::ConversationService;
use domain::state::Expected;
use domain::tasks::Tasks;
use endpoint::delete;
use serde::Serialize;
use utoipa::ToSchema;

/// The deleted conversation.
#[derive(Serialize, ToSchema)]
#[schema(as = JanDeleted)]
pub(in crate::jan) struct DeletedBody {
    id: String,
    #[schema(example = "conversation.deleted")]
    object: &'static str,
    deleted: bool,
}

impl DeletedBody {
    pub(in crate::jan) fn of(id: impl ToString, object: &'static str) -> Self {
        Self {
            id: id.to_string(),
            object,
            deleted: true,
        }
    }
}

/// How many conversations were deleted.
#[derive(Serialize, ToSchema)]
#[schema(as = JanAllDeleted)]
struct AllDeletedBody {
    object: &'static str,
    deleted: bool,
    deleted_count: u64,
}

/// Delete a conversation
#[utoipa::path(
    tag = "conversations",
    params(("conversation_id" = String, Path, description = "The conversation's id.")),
    responses((status = 200, description = "It is gone.", body = DeletedBody)),
    security(("bearer" = [])),
)]
#[delete("/conversations/{conversation_id}")]
pub(crate) async fn delete_conversation(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id = super::id(&id)?;
    conversations
        .delete(actor.owner_id, id, &Expected::Any)
        .await?;
    Ok(HttpResponse::Ok().json(DeletedBody::of(id, "conversation.deleted")))
}

/// Delete all conversations
///
/// Deletes all conversations that exist when it begins. It continues if the client disconnects.
#[utoipa::path(
    tag = "conversations",
    responses((status = 200, description = "They are gone.", body = AllDeletedBody)),
    security(("bearer" = [])),
)]
#[delete("/conversations")]
pub(crate) async fn delete_conversations(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    tasks: web::Data<dyn Tasks>,
) -> Result<HttpResponse, ApiError> {
    let work = async move { conversations.delete_all(actor.owner_id).await };
    let deleted_count = to_its_end(tasks.as_ref(), work).await?;
    Ok(HttpResponse::Ok().json(AllDeletedBody {
        object: "conversations.deleted",
        deleted: true,
        deleted_count,
    }))
}
