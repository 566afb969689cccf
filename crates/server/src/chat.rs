//! The service of chats, wired.

use crate::parts::ServiceParts;
use domain::chat::{ChatService, ChatStores};
use infra::postgres::{PgChats, PgConversations, PgProjects, PgReplies, PgSettings};
use std::sync::Arc;

pub(crate) fn chat(parts: &ServiceParts) -> ChatService {
    let database = || parts.database.clone();
    let new_titles = parts.new_titles;
    ChatService::new(
        Arc::clone(&parts.provider),
        ChatStores {
            turns: Arc::new(PgChats::new(database(), new_titles)),
            conversations: Arc::new(PgConversations::new(database(), new_titles)),
            projects: Arc::new(PgProjects(database())),
            replies: Arc::new(PgReplies(database())),
            settings: Arc::new(PgSettings(database())),
            queue: Arc::clone(&parts.turns),
        },
        Arc::clone(&parts.usage),
        parts.tasks.clone(),
        Arc::clone(&parts.clock),
        Arc::clone(&parts.ids),
        parts.context_tokens,
    )
}
