use super::VersionListBody;
use crate::error::ApiError;
use crate::extract::{Authenticated, Query};
use crate::list::{OrderParam, numbered, unknown_cursor};
use crate::long_work::json;
use crate::memory::{PAGE, take_memory};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::error::Error;
use domain::id::{ConversationId, ItemId};
use domain::items::{ItemService, Version, VersionList};
use domain::page::{Limit, Order};
use endpoint::get;
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListItemVersionsQuery {
    /// How many per page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// The `next_after` of the page before.
    #[param(min_length = 1)]
    after: Option<String>,
    /// `asc`, oldest first, by default.
    #[param(inline)]
    order: Option<OrderParam>,
}

/// The prefix of a cursor with a version.
const CURSOR: &str = "ver_";

impl TryFrom<ListItemVersionsQuery> for VersionList {
    type Error = Error;

    fn try_from(query: ListItemVersionsQuery) -> Result<Self, Error> {
        let after = query
            .after
            .map(|after| numbered(CURSOR, &after).ok_or_else(|| unknown_cursor("after")));
        Ok(Self {
            limit: Limit::parse(query.limit)?,
            order: query.order.map_or(Order::Ascending, Order::from),
            after: after.transpose()?,
        })
    }
}

/// List the versions of a message
///
/// All versions of the message including the current one, oldest first by default.
#[utoipa::path(
    tag = "items",
    params(
        ("conversation_id" = String, Path, description = "The conversation's id.",
            example = "conv_01JFQ2M8X3C4V5B6N7M8K9J0HG"),
        ("item_id" = String, Path, description = "The message's id.",
            example = "item_01JFQ2M8X3C4V5B6N7M8K9J0HG"),
        ListItemVersionsQuery,
    ),
    responses((status = 200, description = "A page of versions.", body = VersionListBody)),
    extensions(
        ("x-error-codes" = json!(["invalid_cursor"])),
        ("x-example" = json!({ "data": [{ "version": 1 }, {
        "version": 2, "content": "Actually, let me rephrase that...", "current": true,
        "created_at": "2025-12-23T10:05:00.000000Z",
    }] })),
    ),
    security(("bearer" = [])),
)]
#[get("/conversations/{conversation_id}/items/{item_id}/versions")]
pub(crate) async fn list_item_versions(
    Authenticated(actor): Authenticated,
    items: web::Data<ItemService>,
    path: web::Path<(String, String)>,
    request: HttpRequest,
    Query(query): Query<ListItemVersionsQuery>,
) -> Result<HttpResponse, ApiError> {
    let (conversation, item) = path.into_inner();
    let conversation = ConversationId::parse(&conversation)?;
    let item = ItemId::parse(&item)?;
    take_memory(&request, PAGE).await?;
    let page = items
        .versions(actor.owner_id, conversation, item, query.try_into()?)
        .await?;
    let cursor = |last: &Version| format!("{CURSOR}{}", last.number);
    let texts = page.data.iter().map(|version| version.bytes());
    let bytes = texts.sum();
    json(&request, bytes, VersionListBody::new(page, cursor)).await
}
