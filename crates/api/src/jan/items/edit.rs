use super::{ItemBody, ids};
use crate::error::ApiError;
use crate::extract::{Authenticated, Body, MESSAGES, WireBody};
use crate::jan::query::MAIN;
use actix_web::{HttpResponse, web};
use domain::items::{Content, Item, ItemService};
use domain::state::Expected;
use endpoint::post;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The new text of a message.
#[derive(Deserialize, ToSchema)]
#[schema(as = JanEditItem)]
pub(crate) struct EditItemBody {
    #[schema(example = "Actually, let me rephrase that...")]
    content: String,
}

impl WireBody for EditItemBody {
    const LIMIT: usize = MESSAGES;
    const MAY_TRAIL: bool = true;
}

/// The edited message. An edit makes another version, not a branch.
#[derive(Serialize, ToSchema)]
#[schema(as = JanEdited)]
pub(in crate::jan) struct EditedBody {
    branch: &'static str,
    old_main_backup: &'static str,
    branch_created: bool,
    user_item: ItemBody,
}

impl From<Item> for EditedBody {
    fn from(item: Item) -> Self {
        Self {
            branch: MAIN,
            old_main_backup: "",
            branch_created: false,
            user_item: item.into(),
        }
    }
}

/// Edit a message
///
/// Gives it another text, as its next version. Later messages stay.
#[utoipa::path(
    tag = "conversations",
    params(
        ("conversation_id" = String, Path, description = "The conversation's id."),
        ("item_id" = String, Path, description = "The message's id."),
    ),
    request_body = EditItemBody,
    responses((status = 200, description = "The message.", body = EditedBody)),
    security(("bearer" = [])),
)]
#[post("/conversations/{conversation_id}/items/{item_id}/edit")]
pub(crate) async fn edit_item(
    Authenticated(actor): Authenticated,
    items: web::Data<ItemService>,
    path: web::Path<(String, String)>,
    Body(body, _): Body<EditItemBody>,
) -> Result<HttpResponse, ApiError> {
    let (conversation, item) = ids(path.into_inner())?;
    let content = Content::parse(body.content)?;
    let edited = items.edit(actor.owner_id, conversation, item, content, &Expected::Any);
    Ok(HttpResponse::Ok().json(EditedBody::from(edited.await?)))
}
