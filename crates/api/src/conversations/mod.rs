//! The wire types of conversations.

pub(crate) mod bulk_delete;
pub(crate) mod cancel;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod export;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod update;

use crate::list::{Listed, list_body};
use crate::timestamp::Timestamp;
use domain::conversations::{Conversation, Metadata};
use domain::error::Error;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::{Serialize, ser::Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// A conversation, without its messages.
#[derive(Serialize, ToSchema)]
#[schema(as = Conversation)]
pub(crate) struct ConversationBody {
    #[schema(example = "conv_01JFQ2M8X3C4V5B6N7M8K9J0HG")]
    pub(crate) id: String,
    #[schema(inline)]
    object: ConversationObject,
    /// Null while the conversation is untitled. Its first user message gives it a title.
    #[schema(required, example = "Project Planning")]
    title: Option<String>,
    /// The project of the conversation.
    #[schema(required, example = "proj_01JFQ2K7W2B3V4C5X6Z7M8N9QA")]
    project_id: Option<String>,
    metadata: MetadataBody,
    /// How many messages the conversation holds now.
    #[schema(example = 12, maximum = 10_000)]
    item_count: u32,
    /// Whether you put it away: lists leave it out by default.
    archived: bool,
    /// Whether you want to find it at once.
    pinned: bool,
    created_at: Timestamp,
    /// When a message was last added, edited, regenerated, restored or deleted. Changing the title,
    /// the project, the metadata, `archived` or `pinned` does not change it.
    updated_at: Timestamp,
}

/// The type of a conversation.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum ConversationObject {
    Conversation,
}

list_body!(
    /// A page of conversations.
    ConversationListBody, ConversationList, ConversationBody,
    "Send it as `after` for the next page; null on the last page."
);

impl Listed for ConversationBody {
    fn listed_as(&self) -> Option<String> {
        Some(self.id.clone())
    }
}

impl From<Conversation> for ConversationBody {
    fn from(conversation: Conversation) -> Self {
        Self {
            id: conversation.id.to_string(),
            object: ConversationObject::Conversation,
            title: conversation
                .title
                .map(domain::conversations::Title::into_string),
            project_id: conversation.project_id.map(|id| id.to_string()),
            metadata: MetadataBody(conversation.metadata.into_pairs()),
            item_count: conversation.item_count,
            archived: conversation.flags.archived,
            pinned: conversation.flags.pinned,
            created_at: conversation.created_at.into(),
            updated_at: conversation.updated_at.into(),
        }
    }
}

/// Up to 16 pairs of your own: keys of 1 to 64 characters, values of up to 512. Stored and
/// returned, never interpreted.
#[derive(Debug, Default)]
pub(crate) struct MetadataBody(pub(crate) BTreeMap<String, String>);

impl PartialSchema for MetadataBody {
    fn schema() -> RefOr<Schema> {
        let value = ObjectBuilder::new()
            .schema_type(Type::String)
            .max_length(Some(512));
        let key = ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(1))
            .max_length(Some(64));
        let pairs = ObjectBuilder::new()
            .property_names(Some(key))
            .additional_properties(Some(value))
            .max_properties(Some(16))
            .description(Some(
                "Up to 16 pairs of your own: keys of 1 to 64 characters, values of up to 512. \
                 Stored and returned, never interpreted.",
            ))
            .examples([serde_json::json!({ "customer": "42" })]);
        pairs.into()
    }
}

impl ToSchema for MetadataBody {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Metadata")
    }
}

impl TryFrom<MetadataBody> for Metadata {
    type Error = Error;

    fn try_from(body: MetadataBody) -> Result<Self, Error> {
        Self::parse(body.0)
    }
}

impl Serialize for MetadataBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for MetadataBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let pairs = PairsVisitor { may_repeat: false };
        deserializer.deserialize_map(pairs).map(Self)
    }
}

/// Refuses a key that is given twice, unless it may be: then the last one counts, as in serde's own
/// maps. Keeps at most one pair more than is allowed: the domain then refuses the number.
pub(crate) struct PairsVisitor {
    pub(crate) may_repeat: bool,
}

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = BTreeMap<String, String>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object of strings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = BTreeMap::new();
        while pairs.len() <= Metadata::MAX_PAIRS {
            let Some((key, value)) = map.next_entry()? else {
                return Ok(pairs);
            };
            match pairs.entry(key) {
                Entry::Vacant(entry) => {
                    entry.insert(value);
                }
                Entry::Occupied(mut entry) if self.may_repeat => {
                    entry.insert(value);
                }
                Entry::Occupied(entry) => {
                    let key = entry.key();
                    return Err(serde::de::Error::custom(format!("duplicate field `{key}`")));
                }
            }
        }
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(pairs)
    }
}
