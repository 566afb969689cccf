//! The wire types of links. A link's `slug` is its secret name.

pub(super) mod create;
pub(super) mod list;
pub(super) mod public;
pub(super) mod revoke;

use crate::browsers::PublicUrl;
use domain::shares::Share;
use domain::title::Title;
use serde::Serialize;
use utoipa::ToSchema;

/// A link, as its owner sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = JanShare)]
pub(super) struct ShareBody {
    id: String,
    object: &'static str,
    slug: String,
    /// The page that shows the conversation.
    share_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    conversation_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    item_id: Option<String>,
    visibility: &'static str,
    view_count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<i64>,
    share_options: ShareOptions,
    /// Seconds since 1970.
    created_at: i64,
    updated_at: i64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = JanShareOptions)]
struct ShareOptions {
    include_images: bool,
    include_context_messages: bool,
}

impl ShareBody {
    pub(super) fn new(share: &Share, PublicUrl(base): &PublicUrl) -> Self {
        let slug = share.share_id.as_str();
        let created_at = share.created_at.timestamp();
        let revoked_at = share.revoked_at.map(|time| time.timestamp());
        Self {
            id: slug.to_owned(),
            object: "share",
            slug: slug.to_owned(),
            share_url: format!("{base}{}", crate::shares::path(slug)),
            title: share.title.clone().map(Title::into_string),
            conversation_id: share.conversation_id.to_string(),
            item_id: share.item_id.map(|id| id.to_string()),
            visibility: "unlisted",
            view_count: share.view_count,
            revoked_at,
            share_options: ShareOptions {
                include_images: false,
                include_context_messages: share.include_context,
            },
            created_at,
            updated_at: revoked_at.unwrap_or(created_at),
        }
    }
}
