use super::ShareListBody;
use super::list::{ListSharesQuery, body};
use crate::browsers::PublicUrl;
use crate::error::ApiError;
use crate::extract::{Authenticated, Query};
use actix_web::{HttpResponse, web};
use domain::id::ConversationId;
use domain::shares::ShareService;
use endpoint::get;

/// List the links of a conversation
///
/// The list of links, to this conversation and its messages alone: same shape, same parameters.
#[utoipa::path(
    tag = "shares",
    params(
        ("conversation_id" = String, Path, description = "The conversation's id.",
            example = "conv_01JFQ2M8X3C4V5B6N7M8K9J0HG"),
        ListSharesQuery,
    ),
    responses((status = 200, description = "A page of links.", body = ShareListBody)),
    extensions(
        ("x-error-codes" = json!(["invalid_cursor"])),
        ("x-example" = json!({
        "data": [{ "expires_at": "2025-12-24T10:00:00.000000Z", "revoked_at": null }],
    })),
    ),
    security(("bearer" = [])),
)]
#[get("/conversations/{conversation_id}/shares")]
pub(crate) async fn list_conversation_shares(
    Authenticated(actor): Authenticated,
    shares: web::Data<ShareService>,
    public: PublicUrl,
    conversation: web::Path<String>,
    Query(query): Query<ListSharesQuery>,
) -> Result<HttpResponse, ApiError> {
    let conversation = ConversationId::parse(&conversation)?;
    let list = query.list(Some(conversation))?;
    let page = shares.list(actor.owner_id, list).await?;
    Ok(HttpResponse::Ok().json(body(page, &public)))
}
