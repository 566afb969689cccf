use crate::error::ApiError;
use crate::extract::{Authenticated, Body, WireBody};
use crate::items::{ItemBody, answered};
use crate::list::number;
use crate::tags::IfMatch;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::error::Resource;
use domain::id::{ConversationId, ItemId};
use domain::items::ItemService;
use endpoint::post;
use serde::Deserialize;
use utoipa::ToSchema;

/// The request needs no data; the body may be absent.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RestoreItemVersionRequest)]
pub(crate) struct RestoreItemVersionBody {}

impl WireBody for RestoreItemVersionBody {
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// Restore a version of a message
///
/// Makes the text of an earlier version current again, as a new version. Restoring the current
/// version has no effect.
#[utoipa::path(
    tag = "items",
    params(
        ("conversation_id" = String, Path, description = "The conversation's id.",
            example = "conv_01JFQ2M8X3C4V5B6N7M8K9J0HG"),
        ("item_id" = String, Path, description = "The message's id.",
            example = "item_01JFQ2M8X3C4V5B6N7M8K9J0HG"),
        ("version" = u32, Path, description = "The version's number.", minimum = 1, example = 1),
    ),
    request_body(content = Option<RestoreItemVersionBody>, examples(
        ("restore" = (summary = "No fields", value = json!({}))),
    )),
    responses((status = 200, description = "The message as it is now.", body = ItemBody)),
    extensions(
        ("x-error-codes" = json!(["quota_exceeded", "version_not_found"])),
        ("x-example" = json!({ "version": 3, "updated_at": "2025-12-23T10:05:00.000000Z" })),
    ),
    security(("bearer" = [])),
)]
#[post("/conversations/{conversation_id}/items/{item_id}/versions/{version}/restore")]
pub(crate) async fn restore_item_version(
    Authenticated(actor): Authenticated,
    items: web::Data<ItemService>,
    request: HttpRequest,
    path: web::Path<(String, String, String)>,
    IfMatch(expected): IfMatch,
    Body(RestoreItemVersionBody {}, _): Body<RestoreItemVersionBody>,
) -> Result<HttpResponse, ApiError> {
    let (conversation, item, version) = path.into_inner();
    let conversation = ConversationId::parse(&conversation)?;
    let item = ItemId::parse(&item)?;
    // A text that is not a number is not a version.
    let Some(version) = number(&version) else {
        items.get(actor.owner_id, conversation, item).await?;
        return Err(Resource::Version.absent_as(&version).into());
    };
    let restored = items
        .restore(actor.owner_id, conversation, item, version, &expected)
        .await?;
    answered(&request, StatusCode::OK, restored).await
}
