//! The wire types of messages.

pub(super) mod by_call_id;
pub(super) mod create;
pub(super) mod delete;
pub(super) mod edit;
pub(super) mod get;
pub(super) mod list;
pub(super) mod regenerate;

use super::content::{ContentBody, ShownPart, parts, unsupported};
use super::query::MAIN;
use crate::error::{ApiError, code};
use crate::extract::Object;
use domain::id::{ConversationId, ItemId};
use domain::items::{Content, Item, NewItem, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A message.
#[derive(Serialize, ToSchema)]
#[schema(as = JanItem)]
pub(super) struct ItemBody {
    #[schema(example = "item_01JFQ2M8X3C4V5B6N7M8K9J0HG")]
    pub(super) id: String,
    object: &'static str,
    r#type: &'static str,
    #[schema(example = "user")]
    role: &'static str,
    status: &'static str,
    content: Vec<ShownPart>,
    /// Seconds since 1970.
    created_at: i64,
    branch: &'static str,
    /// The place of the message in its conversation, from 1.
    sequence_number: u32,
}

impl From<Item> for ItemBody {
    fn from(item: Item) -> Self {
        Self {
            id: item.id.to_string(),
            object: "conversation.item",
            r#type: "message",
            role: shown(item.role),
            status: "completed",
            created_at: item.created_at.timestamp(),
            branch: MAIN,
            sequence_number: item.id.sequence().0,
            content: parts(item),
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

/// A message to add.
#[derive(Deserialize, ToSchema)]
#[schema(as = JanNewItem)]
pub(crate) struct NewItemBody {
    /// `message`, or absent; other types cannot be kept.
    #[schema(example = "message")]
    r#type: Option<String>,
    #[schema(example = "user")]
    role: Option<String>,
    /// Parts of text, or a text.
    #[schema(value_type = Option<Vec<super::content::PartBody>>)]
    content: Option<ContentBody>,
}

/// The messages of a request. Content that cannot be stored is refused, with its place.
pub(super) fn read(items: Vec<Object<NewItemBody>>) -> Result<Vec<NewItem>, ApiError> {
    let items = items.into_iter().enumerate();
    items
        .map(|(index, Object(item))| item.read(&format!("items[{index}]")))
        .collect()
}

impl NewItemBody {
    fn read(self, at: &str) -> Result<NewItem, ApiError> {
        let kind = self.r#type.as_deref().unwrap_or("message");
        if kind != "message" {
            let param = format!("{at}.type");
            let message = format!("{param} is {kind:.80}, which cannot be kept: only message can.");
            return Err(unsupported(message, param));
        }
        let missing = |name: &str| {
            let param = format!("{at}.{name}");
            ApiError::new(code::MISSING_FIELD, format!("{param} is required.")).param(param)
        };
        let role = match self.role.as_deref() {
            None => return Err(missing("role")),
            Some("system") => Role::System,
            Some("developer") => Role::Developer,
            Some("user") => Role::User,
            Some("assistant") => Role::Assistant,
            Some("tool") => Role::Tool,
            Some(_) => {
                let param = format!("{at}.role");
                let message =
                    format!("{param} must be one of system, developer, user, assistant, tool.");
                return Err(ApiError::new(code::INVALID_VALUE, message).param(param));
            }
        };
        let content = self.content.ok_or_else(|| missing("content"))?;
        let text = content.into_text(&format!("{at}.content"))?;
        Ok(NewItem {
            role,
            content: Content::parse(text).map_err(|error| error.within(at))?,
            call_id: None,
            reasoning: None,
        })
    }
}

/// The ids in an address.
fn ids((conversation, item): (String, String)) -> Result<(ConversationId, ItemId), ApiError> {
    let conversation = ConversationId::parse(&conversation)?;
    Ok((conversation, ItemId::parse(&item)?))
}
