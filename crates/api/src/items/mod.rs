//! The wire types of items.

pub(crate) mod batch;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod edit;
pub(crate) mod get;
pub(crate) mod list;
mod one_by_one;
pub(crate) mod parts;
pub(crate) mod regenerate;
mod role;

pub(crate) use role::RoleBody;

use crate::error::ApiError;
use crate::extract::{given, given_word};
use crate::list::{Listed, list_body};
use crate::long_work::{LongWork, json};
use crate::tags::tagged;
use crate::timestamp::Timestamp;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use domain::error::Error;
use domain::items::{Author, CallId, Content, Item, ItemType, NewItem, Reasoning, Role};
use parts::{PartsBody, shown};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// A message of a conversation.
#[derive(Serialize, ToSchema)]
#[schema(as = Item)]
pub(crate) struct ItemBody {
    #[schema(example = "item_01JFQ2M8X3C4V5B6N7M8K9J0HG")]
    id: String,
    #[schema(inline)]
    object: ItemObject,
    /// The type of the item, in OpenAI's words.
    #[schema(example = "message")]
    r#type: String,
    role: RoleBody,
    /// The text; empty where a message has none, and for other types.
    #[schema(example = "What are the next steps?")]
    content: String,
    /// Null for a message that is a text alone. Otherwise the content parts of the message, or one
    /// object with the fields of another type, as they were sent.
    #[schema(required, value_type = Option<Vec<HashMap<String, serde_json::Value>>>,
        example = json!(null))]
    parts: Option<PartsBody>,
    /// Your own name for the message, unique within the conversation.
    #[schema(required)]
    call_id: Option<String>,
    /// The model's thoughts before this version, if its server sends them. They are not sent to a
    /// model again, and share links do not show them.
    #[schema(required, example = json!(null))]
    reasoning: Option<String>,
    /// The model that wrote this version, where a model did.
    #[schema(required)]
    model: Option<String>,
    /// 1 for a new message; each edit, regeneration and restoration adds one.
    #[schema(minimum = 1, example = 1)]
    version: u32,
    author: AuthorBody,
    created_at: Timestamp,
    /// When this version was made.
    updated_at: Timestamp,
}

/// The type of an item.
#[derive(Clone, Copy, Serialize, ToSchema)]
enum ItemObject {
    #[serde(rename = "conversation.item")]
    Item,
}

/// The author of the message.
#[derive(Serialize, ToSchema)]
#[schema(as = Author)]
struct AuthorBody {
    kind: AuthorKindBody,
    /// The user who wrote through a link; absent for the owner's own messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^user_[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
    user_id: Option<String>,
}

/// `owner`: the owner, or a model for the owner. `link`: a user with a writable share link.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = AuthorKind)]
enum AuthorKindBody {
    Owner,
    Link,
}

/// A message to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreateItemRequest)]
pub(crate) struct NewItemBody {
    /// `message` by default. Other types of OpenAI's items have their fields in `parts`.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, min_length = 1, max_length = 64, example = "message")]
    r#type: Option<String>,
    /// Required for a message. Calls and reasoning are of the assistant, outputs of the tool.
    #[serde(default, deserialize_with = "given_word")]
    #[schema(nullable = false)]
    role: Option<RoleBody>,
    /// 1 to 1,000,000 characters, kept exactly as sent. With `parts`: their text, or absent.
    #[serde(default, deserialize_with = "given")]
    #[schema(
        nullable = false,
        max_length = 1_000_000,
        example = "What are the next steps?"
    )]
    content: Option<String>,
    /// At most 1,000 content parts of OpenAI's API, such as `input_text` and `input_image`; or one
    /// object with the fields of another type, such as a `function_call`. At most 1,000,000
    /// characters of text and 4 MiB in all. Unknown parts and fields are kept.
    #[schema(value_type = Option<Vec<HashMap<String, serde_json::Value>>>, min_items = 1, max_items = 1000)]
    parts: Option<Box<RawValue>>,
    /// The model's thoughts before this message of the assistant, where you have them.
    #[schema(min_length = 1, max_length = 1_000_000)]
    reasoning: Option<String>,
    /// Your own name for the message, unique within the conversation. With it, you can safely send
    /// the same message again: it is stored once.
    #[schema(min_length = 1, max_length = 256, example = "optional-external-id")]
    call_id: Option<String>,
}

list_body!(
    /// A page of messages.
    ItemListBody, ItemList, ItemBody,
    "Opaque. Send it as `after` for the next page; null on the last page."
);

impl Listed for ItemBody {
    fn listed_as(&self) -> Option<String> {
        Some(self.id.clone())
    }
}

impl From<Item> for ItemBody {
    fn from(item: Item) -> Self {
        let r#type = item.content.kind().as_str().to_owned();
        let (content, parts) = shown(item.content);
        Self {
            id: item.id.to_string(),
            object: ItemObject::Item,
            r#type,
            role: item.role.into(),
            content,
            parts,
            call_id: item.call_id.map(CallId::into_string),
            reasoning: item.reasoning,
            model: item.model,
            version: item.version,
            author: match item.author {
                Author::Owner => AuthorBody {
                    kind: AuthorKindBody::Owner,
                    user_id: None,
                },
                Author::Link { user_id } => AuthorBody {
                    kind: AuthorKindBody::Link,
                    user_id: Some(user_id.to_string()),
                },
            },
            created_at: item.created_at.into(),
            updated_at: item.updated_at.into(),
        }
    }
}

/// The item as an answer, with its tag.
pub(crate) async fn answered(
    request: &HttpRequest,
    status: StatusCode,
    item: Item,
) -> Result<HttpResponse, ApiError> {
    let (tag, bytes) = (item.tag(), item.bytes());
    let mut answer = json(request, bytes, ItemBody::from(item)).await?;
    *answer.status_mut() = status;
    Ok(tagged(answer, &tag))
}

impl NewItemBody {
    /// The bytes of its parts. They are read a second time, and take longer than a text.
    pub(crate) fn parts_bytes(&self) -> usize {
        self.parts.as_deref().map_or(0, |parts| parts.get().len())
    }

    pub(crate) async fn read(self, request: &HttpRequest) -> Result<NewItem, ApiError> {
        let bytes = self.parts_bytes();
        LongWork::run(request, bytes, move || Ok(self.try_into()?)).await
    }
}

impl TryFrom<NewItemBody> for NewItem {
    type Error = Error;

    fn try_from(body: NewItemBody) -> Result<Self, Error> {
        let kind = match body.r#type {
            None => ItemType::MESSAGE,
            Some(kind) => ItemType::parse(&kind)?,
        };
        let parts = body.parts.as_deref().map(RawValue::get);
        let role = kind.role_or(body.role.map(Role::from))?;
        if body.reasoning.is_some() && role != Role::Assistant {
            let message = "Only a message of the assistant has reasoning.";
            return Err(Error::invalid("reasoning", message));
        }
        Ok(Self {
            role,
            content: Content::parse_item(kind, parts, body.content)?,
            call_id: body.call_id.map(CallId::parse).transpose()?,
            reasoning: body.reasoning.map(Reasoning::parse).transpose()?,
        })
    }
}
