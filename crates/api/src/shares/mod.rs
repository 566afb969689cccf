//! Share links on the wire: as owners see them here, as visitors see them in `public`.

pub(crate) mod assets;
pub(crate) mod create;
pub(crate) mod create_item;
pub(crate) mod list;
pub(crate) mod list_conversation;
pub mod public;
pub(crate) mod revoke;
pub(crate) mod revoke_conversation;

use crate::browsers::PublicUrl;
use crate::list::{Listed, list_body};
use crate::timestamp::Timestamp;
use domain::shares::{LinkLifetime, Share};
use domain::title::Title;
use serde::Serialize;
use utoipa::ToSchema;

/// A link, as its owner sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = Share)]
pub(crate) struct ShareBody {
    /// The secret name of the link: everyone with it may read.
    #[schema(example = "share_0LJnh1cJkq3vT8dY2mWfR6xLpZ9sBaNc")]
    pub(crate) share_id: String,
    #[schema(inline)]
    object: ShareObject,
    /// The address to give to readers. It opens in a browser.
    #[schema(
        example = "http://localhost:8000/conversations/share/share_0LJnh1cJkq3vT8dY2mWfR6xLpZ9sBaNc"
    )]
    url: String,
    #[schema(example = "conv_01JFQ2M8X3C4V5B6N7M8K9J0HG")]
    conversation_id: String,
    /// The message it is a link to; null for a whole conversation.
    #[schema(required, pattern = "^item_[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
    item_id: Option<String>,
    /// The title it shows: the conversation's when the link was made.
    #[schema(required, example = "Project Planning")]
    title: Option<String>,
    /// `true`: messages cannot be added through it.
    #[schema(example = true)]
    read_only: bool,
    /// Whether it shows messages that were added after it was made.
    live: bool,
    /// Whether a link to a message shows the messages before it.
    include_context: bool,
    /// How often its first page was shown; written down every few seconds.
    #[schema(example = 12)]
    view_count: u64,
    created_at: Timestamp,
    /// When it ends; null: never.
    #[schema(required)]
    expires_at: Option<Timestamp>,
    /// When it was revoked, or its message deleted.
    #[schema(required)]
    revoked_at: Option<Timestamp>,
}

/// The type of the object.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum ShareObject {
    Share,
}

/// The address of a link on this server.
pub(crate) fn path(share_id: &str) -> String {
    format!("/conversations/share/{share_id}")
}

impl ShareBody {
    pub(crate) fn new(share: &Share, PublicUrl(base): &PublicUrl) -> Self {
        let share_id = share.share_id.as_str();
        Self {
            url: format!("{base}{}", path(share_id)),
            share_id: share_id.to_owned(),
            object: ShareObject::Share,
            conversation_id: share.conversation_id.to_string(),
            item_id: share.item_id.map(|id| id.to_string()),
            title: share.title.clone().map(Title::into_string),
            read_only: share.read_only,
            live: share.live,
            include_context: share.include_context,
            view_count: share.view_count,
            created_at: share.created_at.into(),
            expires_at: share.expires_at.map(Timestamp),
            revoked_at: share.revoked_at.map(Timestamp),
        }
    }
}

list_body!(
    /// A page of links.
    ShareListBody, ShareList, ShareBody,
    "Send it as `after` for the next page; null on the last page."
);

impl Listed for ShareBody {
    fn listed_as(&self) -> Option<String> {
        Some(self.share_id.clone())
    }
}

/// How long a link is to be good for, as a client says it.
fn lifetime(expires_in: Option<i64>) -> Result<Option<LinkLifetime>, domain::error::Error> {
    expires_in.map(LinkLifetime::parse).transpose()
}
