use super::{ItemBody, both};
use crate::error::ApiError;
use crate::extract::Authenticated;
use crate::long_work::json;
use crate::memory::{PAGE, take_memory};
use crate::openai::query::{Nothing, OpenAiQuery};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::items::ItemService;
use endpoint::get;

/// Get an item
#[utoipa::path(responses((status = 200, description = "The item.")))]
#[get("/conversations/{conversation_id}/items/{item_id}")]
pub(crate) async fn get_item(
    Authenticated(actor): Authenticated,
    items: web::Data<ItemService>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    _: OpenAiQuery<Nothing>,
) -> Result<HttpResponse, ApiError> {
    let (conversation, item) = both(path.into_inner())?;
    take_memory(&request, PAGE).await?;
    let found = items.get(actor.owner_id, conversation, item).await?;
    json(&request, found.bytes(), ItemBody(found)).await
}
