use super::ids;
use crate::error::ApiError;
use crate::extract::Authenticated;
use crate::jan::query::MAIN;
use actix_web::{HttpResponse, web};
use domain::items::ItemService;
use domain::state::Expected;
use endpoint::delete;
use serde::Serialize;
use utoipa::ToSchema;

/// A deleted message.
#[derive(Serialize, ToSchema)]
#[schema(as = JanItemDeleted)]
struct ItemDeletedBody {
    id: String,
    object: &'static str,
    deleted: bool,
    branch: &'static str,
    old_main_backup: &'static str,
    branch_created: bool,
}

/// Delete a message
///
/// Only this message; later ones stay.
#[utoipa::path(
    tag = "conversations",
    params(
        ("conversation_id" = String, Path, description = "The conversation's id."),
        ("item_id" = String, Path, description = "The message's id."),
    ),
    responses((status = 200, description = "It is gone.", body = ItemDeletedBody)),
    security(("bearer" = [])),
)]
#[delete("/conversations/{conversation_id}/items/{item_id}")]
pub(crate) async fn delete_item(
    Authenticated(actor): Authenticated,
    items: web::Data<ItemService>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (conversation, item) = ids(path.into_inner())?;
    items
        .delete(actor.owner_id, conversation, item, &Expected::Any)
        .await?;
    Ok(HttpResponse::Ok().json(ItemDeletedBody {
        id: item.to_string(),
        object: "conversation.item.deleted",
        deleted: true,
        branch: MAIN,
        old_main_backup: "",
        branch_created: false,
    }))
}
