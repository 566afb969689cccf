//! Conversations as clients get and send them.

use super::{MetadataBody, TagBody};
use crate::extract::{MESSAGES, Object, WireBody, given_hundred, hundred_if_any, present};
use crate::items::NewItemBody;
use crate::timestamp::Timestamp;
use domain::conversations::{
    Change, Conversation, ConversationChanges, CreateConversation, FlagChanges, Flags, Metadata,
    Tags,
};
use domain::error::Error;
use domain::id::ProjectId;
use domain::items::NewItem;
use domain::title::Title;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
    /// Whether you keep it at hand.
    pinned: bool,
    /// Your tags for it.
    #[schema(value_type = Vec<TagBody>, inline, max_items = 20, example = json!(["work"]))]
    tags: Vec<String>,
    created_at: Timestamp,
    /// When a message was last added, edited, regenerated, restored or deleted. Changing the title,
    /// the project, the metadata, `archived`, `pinned` or `tags` does not change it.
    updated_at: Timestamp,
}

/// The type of a conversation.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum ConversationObject {
    Conversation,
}

impl From<Conversation> for ConversationBody {
    fn from(conversation: Conversation) -> Self {
        Self {
            id: conversation.id.to_string(),
            object: ConversationObject::Conversation,
            title: conversation.title.map(domain::title::Title::into_string),
            project_id: conversation.project_id.map(|id| id.to_string()),
            metadata: MetadataBody(conversation.metadata.into_pairs()),
            item_count: conversation.item_count,
            archived: conversation.flags.archived,
            pinned: conversation.flags.pinned,
            tags: conversation.tags.into_names(),
            created_at: conversation.created_at.into(),
            updated_at: conversation.updated_at.into(),
        }
    }
}

/// A new conversation. Every field is optional, and so is the body.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreateConversationRequest)]
pub(crate) struct CreateConversationBody {
    /// 1 to 256 characters after trimming, at least one of them visible. By default, the first user message gives the title.
    #[schema(
        min_length = 1,
        max_length = 256,
        pattern = r"^[\s\S]*\S[\s\S]*$",
        example = "Project Planning"
    )]
    title: Option<String>,
    /// One of your projects, for the conversation.
    #[schema(example = "proj_01JFQ2K7W2B3V4C5X6Z7M8N9QA")]
    project_id: Option<String>,
    #[schema(nullable, value_type = MetadataBody, required = false)]
    metadata: Option<MetadataBody>,
    /// Whether to put it away: lists leave it out by default. `false` by default.
    archived: Option<bool>,
    /// Whether it is kept at hand. `false` by default.
    pinned: Option<bool>,
    /// Up to 20 tags of 1 to 64 characters, compared without case.
    #[serde(default, deserialize_with = "hundred_if_any")]
    #[schema(value_type = Option<Vec<TagBody>>, inline, max_items = 20)]
    tags: Option<Vec<String>>,
    /// The first messages, stored together with the conversation, all or none.
    #[serde(default, deserialize_with = "hundred_if_any")]
    #[schema(value_type = Option<Vec<NewItemBody>>, max_items = 100)]
    items: Option<Vec<Object<NewItemBody>>>,
}

impl WireBody for CreateConversationBody {
    const LIMIT: usize = MESSAGES;

    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

impl CreateConversationBody {
    /// The bytes of the parts of its items, which take long to read.
    pub(super) fn parts_bytes(&self) -> usize {
        let items = self.items.iter().flatten();
        items.map(|Object(item)| item.parts_bytes()).sum()
    }
}

impl TryFrom<CreateConversationBody> for CreateConversation {
    type Error = Error;

    fn try_from(body: CreateConversationBody) -> Result<Self, Error> {
        let project = body.project_id.map(|id| ProjectId::parse(&id)).transpose();
        let items = body.items.unwrap_or_default().into_iter().enumerate();
        Ok(Self {
            title: body.title.map(|title| Title::parse(&title)).transpose()?,
            metadata: body
                .metadata
                .map(Metadata::try_from)
                .transpose()?
                .unwrap_or_default(),
            flags: Flags {
                archived: body.archived.unwrap_or_default(),
                pinned: body.pinned.unwrap_or_default(),
            },
            tags: Tags::parse(body.tags.unwrap_or_default())?,
            items: items
                .map(|(index, Object(item))| {
                    NewItem::try_from(item)
                        .map_err(|error| error.within(&format!("items[{index}]")))
                })
                .collect::<Result<_, _>>()?,
            project_id: project.map_err(|error| error.named_by("project_id"))?,
        })
    }
}

/// The changes. An absent field keeps its value, null clears it.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UpdateConversationRequest)]
pub(crate) struct UpdateConversationBody {
    /// 1 to 256 characters after trimming, at least one of them visible; null removes the title.
    #[serde(default, deserialize_with = "present")]
    #[schema(
        min_length = 1,
        max_length = 256,
        pattern = r"^[\s\S]*\S[\s\S]*$",
        example = "Updated Project Title"
    )]
    title: Option<Option<String>>,
    /// One of your projects, as the new project; null takes the conversation out of its project.
    #[serde(default, deserialize_with = "present")]
    #[schema(example = "proj_01JFQ2K7W2B3V4C5X6Z7M8N9QA")]
    project_id: Option<Option<String>>,
    /// Replaces all pairs; null removes them.
    #[serde(default, deserialize_with = "present")]
    metadata: Option<Option<MetadataBody>>,
    /// Whether to put it away: lists leave it out by default. Null: `false`.
    #[serde(default, deserialize_with = "present")]
    archived: Option<Option<bool>>,
    /// Whether it is kept at hand. Null: `false`.
    #[serde(default, deserialize_with = "present")]
    pinned: Option<Option<bool>>,
    /// Replaces all tags: up to 20 of 1 to 64 characters, compared without case. Null removes them.
    #[serde(default, deserialize_with = "given_hundred")]
    #[schema(value_type = Option<Vec<TagBody>>, inline, max_items = 20)]
    tags: Option<Option<Vec<String>>>,
}

impl WireBody for UpdateConversationBody {
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

impl TryFrom<UpdateConversationBody> for ConversationChanges {
    type Error = Error;

    fn try_from(body: UpdateConversationBody) -> Result<Self, Error> {
        let title = |title: Option<String>| title.map(|title| Title::parse(&title)).transpose();
        let project = |id: Option<String>| id.map(|id| ProjectId::parse(&id)).transpose();
        let metadata = |pairs: Option<MetadataBody>| Metadata::try_from(pairs.unwrap_or_default());
        Ok(Self {
            title: Change::of(body.title, title)?,
            project_id: Change::of(body.project_id, project)
                .map_err(|error| error.named_by("project_id"))?,
            metadata: Change::of(body.metadata, metadata)?,
            flags: flag_changes(body.archived, body.pinned),
            tags: Change::of(body.tags, |tags| Tags::parse(tags.unwrap_or_default()))?,
        })
    }
}

/// The changes of flags; null clears one.
pub(crate) fn flag_changes(
    archived: Option<Option<bool>>,
    pinned: Option<Option<bool>>,
) -> FlagChanges {
    let change = |flag: Option<Option<bool>>| match flag {
        None => Change::Keep,
        Some(flag) => Change::Set(flag.unwrap_or_default()),
    };
    FlagChanges {
        archived: change(archived),
        pinned: change(pinned),
    }
}
