//! The wire types of messages.

pub(super) mod by_call_id;
pub(super) mod create;
pub(super) mod delete;
pub(super) mod edit;
pub(super) mod get;
pub(super) mod list;
pub(super) mod regenerate;

use super::content::{self, NAMED, ShownPart, own, parts};
use super::query::MAIN;
use crate::chat::Fields;
use crate::error::{ApiError, code};
use crate::extract::Object;
use crate::items::parts::json_of;
use domain::id::{ConversationId, ItemId};
use domain::items::{CallId, Content, Item, ItemType, NewItem, Parts, Role, text};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A message.
#[derive(Serialize, ToSchema)]
#[schema(as = JanItem)]
pub(super) struct ItemBody {
    #[schema(example = "item_01JFQ2M8X3C4V5B6N7M8K9J0HG")]
    pub(super) id: String,
    object: &'static str,
    #[schema(example = "message")]
    r#type: String,
    #[schema(example = "user")]
    role: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    #[schema(value_type = Vec<super::content::TextPart>)]
    content: Vec<ShownPart>,
    /// Seconds since 1970.
    created_at: i64,
    branch: &'static str,
    /// The number of the message in its conversation, from 1.
    sequence_number: u32,
    /// The fields of an item that is not a message.
    #[serde(flatten)]
    #[schema(ignore)]
    own: BTreeMap<String, Box<RawValue>>,
}

/// The fields of an item that is not a message.
fn own_fields(item: &Item) -> BTreeMap<String, Box<RawValue>> {
    let parts = item
        .content
        .parts()
        .filter(|parts| !parts.kind().is_message());
    let object = parts.and_then(Parts::object).unwrap_or_default();
    let own = object.fields().filter(|(name, _)| !NAMED.contains(name));
    own.filter_map(|(name, value)| Some((name.to_owned(), json_of(value)?)))
        .collect()
}

impl From<Item> for ItemBody {
    fn from(item: Item) -> Self {
        let own = own_fields(&item);
        Self {
            id: item.id.to_string(),
            object: "conversation.item",
            r#type: item.content.kind().as_str().to_owned(),
            role: shown(item.role),
            status: (!own.contains_key("status")).then_some("completed"),
            created_at: item.created_at.timestamp(),
            branch: MAIN,
            sequence_number: item.id.sequence().0,
            content: parts(&item),
            own,
        }
    }
}

fn shown(role: Role) -> &'static str {
    match role {
        Role::System => "system",
        Role::Developer => "developer",
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::Tool => "tool",
    }
}

/// Messages.
#[derive(Serialize, ToSchema)]
#[schema(as = JanItemList)]
pub(super) struct ItemListBody {
    object: &'static str,
    data: Vec<ItemBody>,
    /// Empty where the page is.
    first_id: String,
    last_id: String,
    has_more: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    /// How many messages the conversation holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u32>,
}

impl ItemListBody {
    pub(super) fn new(items: Vec<Item>, has_more: bool, total: Option<u32>) -> Self {
        let data: Vec<_> = items.into_iter().map(ItemBody::from).collect();
        let id = |one: Option<&ItemBody>| one.map(|one| one.id.clone()).unwrap_or_default();
        let last = id(data.last());
        Self {
            object: "list",
            first_id: id(data.first()),
            next_cursor: has_more.then(|| last.clone()),
            last_id: last,
            has_more,
            total,
            data,
        }
    }
}

/// An item to add.
#[derive(ToSchema)]
#[schema(as = JanNewItem)]
pub(crate) struct NewItemShape {
    /// `message`, or absent; other types have their own fields in addition.
    #[schema(example = "message")]
    #[expect(dead_code, reason = "for the document")]
    r#type: Option<String>,
    #[schema(example = "user")]
    #[expect(dead_code, reason = "for the document")]
    role: Option<String>,
    /// Parts, or a text.
    #[expect(dead_code, reason = "for the document")]
    content: Option<Vec<super::content::PartBody>>,
}

/// An item to add, with all its fields.
pub(crate) struct NewItemBody(Fields);

impl<'de> Deserialize<'de> for NewItemBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Fields::deserialize(deserializer).map(Self)
    }
}

/// The items of a request. One that cannot be stored is refused, with its index.
pub(super) fn read(items: Vec<Object<NewItemBody>>) -> Result<Vec<NewItem>, ApiError> {
    let items = items.into_iter().enumerate();
    items
        .map(|(index, Object(NewItemBody(item)))| read_one(&format!("items[{index}]"), &item))
        .collect()
}

fn read_one(at: &str, fields: &Fields) -> Result<NewItem, ApiError> {
    let missing = |name: &str| {
        let param = format!("{at}.{name}");
        ApiError::new(code::MISSING_FIELD, format!("{param} is required.")).param(param)
    };
    let kind = fields.given("type").and_then(text);
    let kind = kind.map(|kind| ItemType::parse(&kind)).transpose();
    let kind = kind.map_err(|error| error.within(at))?;
    let kind = kind.unwrap_or(ItemType::MESSAGE);
    let role = fields
        .given("role")
        .map(|role| role_of(at, role))
        .transpose()?;
    if !kind.is_message() {
        let parts = format!("[{}]", own(fields));
        let content = Content::parse_item(kind.clone(), Some(&parts), None);
        // A call is found by the id that ties its output to it.
        let call_id = fields.given("call_id").and_then(text);
        let call_id = call_id.filter(|_| kind.role() == Some(Role::Assistant));
        return Ok(NewItem {
            role: kind.role_or(role).map_err(|error| error.within(at))?,
            content: content.map_err(|error| error.within(at))?,
            call_id: call_id.and_then(|call_id| CallId::parse(call_id).ok()),
            reasoning: None,
        });
    }
    let role = role.ok_or_else(|| missing("role"))?;
    let content = fields.given("content").ok_or_else(|| missing("content"))?;
    Ok(NewItem {
        role,
        content: content::read(at, role, content)?,
        call_id: None,
        reasoning: None,
    })
}

fn role_of(at: &str, role: &str) -> Result<Role, ApiError> {
    match text(role).as_deref() {
        Some("system") => Ok(Role::System),
        Some("developer") => Ok(Role::Developer),
        Some("user") => Ok(Role::User),
        Some("assistant") => Ok(Role::Assistant),
        Some("tool") => Ok(Role::Tool),
        _ => {
            let param = format!("{at}.role");
            let message =
                format!("{param} must be one of system, developer, user, assistant, tool.");
            Err(ApiError::new(code::INVALID_VALUE, message).param(param))
        }
    }
}

/// The ids in an address.
fn ids((conversation, item): (String, String)) -> Result<(ConversationId, ItemId), ApiError> {
    let conversation = ConversationId::parse(&conversation)?;
    Ok((conversation, ItemId::parse(&item)?))
}
