use super::ItemBody;
use crate::chat::Fields;
use crate::error::ApiError;
use crate::extract::{Authenticated, Body, MESSAGES, WireBody};
use crate::jan::content::{NAMED, own};
use crate::long_work::LongWork;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::error::Resource;
use domain::id::{ConversationId, OwnerId};
use domain::items::{CallId, Content, Item, ItemService, ListItems, Parts};
use domain::page::{Limit, Order};
use domain::state::Expected;
use endpoint::patch;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// How many pages of the newest items are searched for a call that has no key.
const PAGES: usize = 5;

/// The fields of a call that change.
#[derive(ToSchema)]
#[schema(as = JanUpdateCall)]
pub(crate) struct UpdateCallShape {
    #[schema(example = "completed")]
    #[expect(dead_code, reason = "for the document")]
    status: Option<String>,
    #[schema(example = "Found.")]
    #[expect(dead_code, reason = "for the document")]
    output: Option<String>,
    #[expect(dead_code, reason = "for the document")]
    error: Option<String>,
    #[expect(dead_code, reason = "for the document")]
    name: Option<String>,
    #[expect(dead_code, reason = "for the document")]
    arguments: Option<String>,
    #[expect(dead_code, reason = "for the document")]
    server_label: Option<String>,
}

/// The body with all fields, also those that are not listed.
pub(crate) struct UpdateCallBody(Fields);

impl<'de> Deserialize<'de> for UpdateCallBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Fields::deserialize(deserializer).map(Self)
    }
}

impl WireBody for UpdateCallBody {
    const LIMIT: usize = MESSAGES;
    const MAY_TRAIL: bool = true;
}

/// Update a call of a tool
///
/// Gives the call with this id its result: the sent fields replace those of the call, as its next
/// version.
#[utoipa::path(
    tag = "conversations",
    params(
        ("conversation_id" = String, Path, description = "The conversation's id."),
        ("call_id" = String, Path, description = "The call's id."),
    ),
    request_body = UpdateCallShape,
    responses((status = 200, description = "The call.", body = ItemBody)),
    security(("bearer" = [])),
)]
#[patch("/conversations/{conversation_id}/items/by-call-id/{call_id}")]
pub(crate) async fn update_item_by_call_id(
    Authenticated(actor): Authenticated,
    items: web::Data<ItemService>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    Body(UpdateCallBody(changes), _): Body<UpdateCallBody>,
) -> Result<HttpResponse, ApiError> {
    let (conversation, call_id) = path.into_inner();
    let conversation = crate::jan::conversations::id(&conversation)?;
    let owner = actor.owner_id;
    let item = find(&items, owner, conversation, &call_id).await?;
    let object = item.content.parts().and_then(Parts::object);
    let object = object.ok_or_else(|| Resource::Item.absent())?;
    let mut fields = Fields::default();
    let changed = changes
        .iter()
        .filter(|(name, value)| *value != "null" && !NAMED.contains(name) && *name != "call_id");
    for (name, value) in object.fields().chain(changed) {
        let value = RawValue::from_string(value.to_owned()).map_err(crate::stream::internal)?;
        fields.put(name, value);
    }
    let parts = format!("[{}]", own(&fields));
    let kind = item.content.kind().clone();
    let read = move |parts: &str| Ok(Content::parse_item(kind, Some(parts), None)?);
    let content = LongWork::run(&request, parts.len(), move || read(&parts)).await?;
    let updated = items
        .replace(owner, conversation, item.id, content, &Expected::Any)
        .await?;
    Ok(HttpResponse::Ok().json(ItemBody::from(updated)))
}

/// The call with this id: by its key, or else among the newest items.
async fn find(
    items: &ItemService,
    owner: OwnerId,
    conversation: ConversationId,
    call_id: &str,
) -> Result<Item, ApiError> {
    let list = |after, call_id| ListItems {
        limit: Limit::MOST,
        order: Order::Descending,
        after,
        call_id,
    };
    let is_it = |item: &Item| {
        let object = item.content.parts().and_then(Parts::object);
        let id = object.and_then(|object| object.text("call_id").or_else(|| object.text("id")));
        let is_output = item.role == domain::items::Role::Tool;
        !is_output && id.as_deref() == Some(call_id)
    };
    if let Ok(call_id) = CallId::parse(call_id.to_owned()) {
        let found = items.list(owner, conversation, list(None, Some(call_id)));
        if let Some(item) = found.await?.data.into_iter().find(is_it) {
            return Ok(item);
        }
    }
    let mut after = None;
    for _ in 0..PAGES {
        let page = items.list(owner, conversation, list(after, None)).await?;
        after = page.data.last().map(|item| item.id.sequence());
        if let Some(item) = page.data.into_iter().find(is_it) {
            return Ok(item);
        }
        if !page.has_more {
            break;
        }
    }
    Err(Resource::Item.absent().into())
}
