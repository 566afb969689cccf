use super::SentIdBody;
use crate::error::ApiError;
use crate::extract::{Authenticated, Body, WireBody, hundred};
use actix_web::{HttpResponse, web};
use domain::conversations::{BulkResult, ConversationService};
use endpoint::post;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The conversations to delete.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BulkDeleteConversationsRequest)]
pub(crate) struct BulkDeleteConversationsBody {
    /// 1 to 100 ids of at most 256 characters; an id that is given twice counts once.
    #[serde(deserialize_with = "hundred")]
    #[schema(value_type = Vec<SentIdBody>, inline, min_items = 1, max_items = 100,
        example = json!(["conv_01JFQ2M8X3C4V5B6N7M8K9J0HG"]))]
    pub(crate) conversation_ids: Vec<String>,
}

impl WireBody for BulkDeleteConversationsBody {
    const IS_ANSWERED_WITH: bool = true;
}

/// The result. The two counts add up to the number of distinct ids.
#[derive(Serialize, ToSchema)]
#[schema(as = BulkDeletion)]
pub(crate) struct BulkDeletionBody {
    /// How many were deleted.
    #[schema(value_type = u32, maximum = 100, example = 3)]
    deleted_count: usize,
    /// The number of ids for which you have no conversation.
    #[schema(value_type = u32, maximum = 100, example = 0)]
    failed_count: usize,
    /// The ids for which you have no conversation, as sent.
    #[schema(max_items = 100, example = json!([]))]
    failed_ids: Vec<String>,
}

impl From<BulkResult> for BulkDeletionBody {
    fn from(deletion: BulkResult) -> Self {
        Self {
            deleted_count: deletion.done,
            failed_count: deletion.failed.len(),
            failed_ids: deletion.failed,
        }
    }
}

/// Delete many conversations
///
/// Deletes up to 100 conversations in one request. Ids for which you have no conversation do not
/// stop the others.
#[utoipa::path(
    tag = "conversations",
    request_body(content = BulkDeleteConversationsBody, examples(
        ("one" = (summary = "By id", value = json!({
            "conversation_ids": ["conv_01JFQ2M8X3C4V5B6N7M8K9J0HG"],
        }))),
    )),
    responses((status = 200, description = "The outcome for each.", body = BulkDeletionBody)),
    security(("bearer" = [])),
)]
#[post("/conversations/bulk-delete")]
pub(crate) async fn bulk_delete_conversations(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    Body(body, _): Body<BulkDeleteConversationsBody>,
) -> Result<HttpResponse, ApiError> {
    let deletion = conversations
        .bulk_delete(actor.owner_id, body.conversation_ids)
        .await?;
    Ok(HttpResponse::Ok().json(BulkDeletionBody::from(deletion)))
}
