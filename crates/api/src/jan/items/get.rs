use super::{ItemBody, ids};
use crate::error::ApiError;
use crate::extract::Authenticated;
use crate::memory::{PAGE, take_memory};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::items::ItemService;
use endpoint::get;

/// Get a message
#[utoipa::path(
    tag = "conversations",
    params(
        ("conversation_id" = String, Path, description = "The conversation's id."),
        ("item_id" = String, Path, description = "The message's id."),
    ),
    responses((status = 200, description = "The message.", body = ItemBody)),
    security(("bearer" = [])),
)]
#[get("/conversations/{conversation_id}/items/{item_id}")]
pub(crate) async fn get_item(
    Authenticated(actor): Authenticated,
    items: web::Data<ItemService>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (conversation, item) = ids(path.into_inner())?;
    take_memory(&request, PAGE).await?;
    let found = items.get(actor.owner_id, conversation, item).await?;
    Ok(HttpResponse::Ok().json(ItemBody::from(found)))
}
