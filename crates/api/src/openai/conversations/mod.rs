//! The wire types of conversations.

pub(super) mod create;
pub(super) mod delete;
pub(super) mod get;
pub(super) mod list;
pub(super) mod update;

use domain::conversations::Conversation;
use domain::error::Error;
use domain::id::ConversationId;
use serde::Serialize;
use std::collections::BTreeMap;

/// A conversation, without its items.
#[derive(Serialize)]
pub(super) struct ConversationBody {
    id: String,
    object: &'static str,
    /// Seconds since 1970.
    created_at: i64,
    metadata: BTreeMap<String, String>,
}

impl From<Conversation> for ConversationBody {
    fn from(conversation: Conversation) -> Self {
        Self {
            id: conversation.id.to_string(),
            object: "conversation",
            created_at: conversation.created_at.timestamp(),
            metadata: conversation.metadata.into_pairs(),
        }
    }
}

/// The id in an address.
pub(super) fn id(raw: &str) -> Result<ConversationId, Error> {
    ConversationId::parse(raw)
}
