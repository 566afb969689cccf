use super::ItemListBody;
use crate::error::ApiError;
use crate::extract::{Authenticated, Query};
use crate::list::{OrderParam, numbered, unknown_cursor};
use crate::long_work::json;
use crate::memory::{PAGE, take_memory};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::error::Error;
use domain::id::{ConversationId, ItemId, Sequence};
use domain::items::{CallId, Item, ItemService, ListItems};
use domain::page::{Limit, Order};
use endpoint::get;
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListItemsQuery {
    /// How many per page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// The `next_after` or the `last_id` of the previous page. A message's id contains its number,
    /// so the id of a deleted message works as well.
    #[param(min_length = 1)]
    after: Option<String>,
    /// `asc`, oldest first, by default.
    #[param(inline)]
    order: Option<OrderParam>,
    /// Only the message with this `call_id`.
    #[param(min_length = 1, max_length = 256)]
    call_id: Option<String>,
    /// The messages around this one, half of `limit` on each side: for a reader that comes from a
    /// search. Not with `after` or `call_id`. A deleted message still has its place.
    #[param(min_length = 1)]
    around: Option<String>,
}

impl ListItemsQuery {
    /// The message around which to read, if there is one.
    fn around(&self) -> Result<Option<ItemId>, Error> {
        let Some(around) = &self.around else {
            return Ok(None);
        };
        for (name, given) in [("after", &self.after), ("call_id", &self.call_id)] {
            if given.is_some() {
                let message = format!("{name} cannot be given together with around.");
                return Err(Error::invalid(name, message));
            }
        }
        let id = ItemId::parse(around).map_err(|error| error.named_by("around"))?;
        Ok(Some(id))
    }
}

impl TryFrom<ListItemsQuery> for ListItems {
    type Error = Error;

    fn try_from(query: ListItemsQuery) -> Result<Self, Error> {
        Ok(Self {
            limit: Limit::parse(query.limit)?,
            order: query.order.map_or(Order::Ascending, Order::from),
            after: query.after.map(|after| read(&after)).transpose()?,
            call_id: query.call_id.map(CallId::parse).transpose()?,
        })
    }
}

/// The prefix of a cursor with a sequence number.
const CURSOR: &str = "seq_";

fn cursor(last: &Item) -> String {
    format!("{CURSOR}{}", last.id.sequence().0)
}

fn read(cursor: &str) -> Result<Sequence, Error> {
    let id = || ItemId::parse(cursor).map(ItemId::sequence);
    match numbered(CURSOR, cursor) {
        Some(number) => Ok(Sequence(number)),
        None => id().map_err(|_| unknown_cursor("after")),
    }
}

/// List the messages of a conversation
///
/// A page of messages, oldest first by default. A page ends early when its messages are large.
#[utoipa::path(
    tag = "items",
    params(
        ("conversation_id" = String, Path, description = "The conversation's id.",
            example = "conv_01JFQ2M8X3C4V5B6N7M8K9J0HG"),
        ListItemsQuery,
    ),
    responses((status = 200, description = "A page of messages.", body = ItemListBody)),
    extensions(("x-error-codes" = json!(["invalid_cursor", "item_not_found"]))),
    security(("bearer" = [])),
)]
#[get("/conversations/{conversation_id}/items")]
pub(crate) async fn list_items(
    Authenticated(actor): Authenticated,
    items: web::Data<ItemService>,
    conversation: web::Path<String>,
    request: HttpRequest,
    Query(query): Query<ListItemsQuery>,
) -> Result<HttpResponse, ApiError> {
    let conversation = ConversationId::parse(&conversation)?;
    take_memory(&request, PAGE).await?;
    let page = match query.around()? {
        None => {
            let list = query.try_into()?;
            items.list(actor.owner_id, conversation, list).await?
        }
        Some(id) => {
            let list = ListItems::try_from(query)?;
            items
                .around(actor.owner_id, conversation, id, list.limit, list.order)
                .await?
        }
    };
    let texts = page.data.iter().map(|item| item.bytes());
    let bytes = texts.sum();
    json(&request, bytes, ItemListBody::new(page, cursor)).await
}
