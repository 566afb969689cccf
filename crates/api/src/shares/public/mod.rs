//! Shared conversations as visitors see them.

mod continue_url;
pub(crate) mod create_item;
pub(crate) mod fork;
mod format;
pub(crate) mod get;
mod headers;
mod html;
mod kept_pages;
mod markdown;
mod preview_bots;
mod query;
pub(crate) mod slash;

pub use continue_url::ContinueUrl;
pub(crate) use headers::{protect, protection};
pub use html::Layouts;

use crate::timestamp::Timestamp;
use domain::shares::{SharedItem, Speaker, View};
use domain::title::Title;
use serde::Serialize;
use utoipa::ToSchema;

/// The prefix of a cursor with a message's number.
const CURSOR: &str = "seq_";

/// A conversation as a link shows it, or a page of it.
#[derive(Serialize, ToSchema)]
#[schema(as = SharedConversation)]
pub(crate) struct SharedConversationBody {
    #[schema(inline)]
    object: SharedConversationObject,
    #[schema(example = "share_0LJnh1cJkq3vT8dY2mWfR6xLpZ9sBaNc")]
    share_id: String,
    /// The conversation's title when the link was made.
    #[schema(required, example = "Project Planning")]
    title: Option<String>,
    /// `true`: messages cannot be added through the link.
    #[schema(example = true)]
    read_only: bool,
    /// Whether new messages are shown as well.
    live: bool,
    /// From when on the link has ended; null: never.
    #[schema(required)]
    expires_at: Option<Timestamp>,
    /// A page of messages, oldest first.
    #[schema(max_items = 500)]
    items: Vec<SharedItemBody>,
    /// Whether another page follows.
    has_more: bool,
    /// Opaque. Send it as `after` for the next page; null on the last page.
    #[schema(required)]
    next_after: Option<String>,
}

/// The type of the object.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum SharedConversationObject {
    SharedConversation,
}

/// A message as a link shows it.
#[derive(Serialize, ToSchema)]
#[schema(as = SharedItem)]
pub(crate) struct SharedItemBody {
    #[schema(example = "item_01JFQ2M8X3C4V5B6N7M8K9J0HG")]
    id: String,
    #[schema(inline)]
    role: SpeakerBody,
    #[schema(example = "What are the next steps?")]
    content: String,
    created_at: Timestamp,
}

/// The author of a message that a link shows.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum SpeakerBody {
    User,
    Assistant,
}

impl SharedConversationBody {
    fn new(share_id: String, view: View) -> Self {
        let last = view.items.last().filter(|_| view.has_more);
        Self {
            object: SharedConversationObject::SharedConversation,
            share_id,
            next_after: last.map(cursor),
            title: view.title.map(Title::into_string),
            read_only: view.read_only,
            live: view.live,
            expires_at: view.expires_at.map(Timestamp),
            items: view.items.into_iter().map(SharedItemBody::from).collect(),
            has_more: view.has_more,
        }
    }
}

impl From<SharedItem> for SharedItemBody {
    fn from(item: SharedItem) -> Self {
        Self {
            id: item.id.to_string(),
            role: match item.role {
                Speaker::User => SpeakerBody::User,
                Speaker::Assistant => SpeakerBody::Assistant,
            },
            content: item.content.into_string(),
            created_at: item.created_at.into(),
        }
    }
}

/// The cursor of a message, for the pages after and before it.
fn cursor(item: &SharedItem) -> String {
    format!("{CURSOR}{}", item.id.sequence().0)
}
