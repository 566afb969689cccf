//! The service of responses, wired; and those under way, tended.

use crate::parts::ServiceParts;
use domain::responses::{Live, ResponseService, ResponseStores};
use infra::postgres::{
    Database, NewTitles, PgConversations, PgItems, PgProjects, PgReplies, PgResponses, PgSettings,
};
use std::sync::Arc;

pub(crate) fn responses(parts: &ServiceParts, items: Arc<PgItems>) -> ResponseService {
    let database = || parts.database.clone();
    let new_titles = parts.new_titles;
    ResponseService::new(
        Arc::clone(&parts.provider),
        ResponseStores {
            responses: Arc::new(PgResponses::new(database(), new_titles)),
            conversations: Arc::new(PgConversations::new(database(), new_titles)),
            items,
            projects: Arc::new(PgProjects(database())),
            replies: Arc::new(PgReplies(database())),
            settings: Arc::new(PgSettings(database())),
            queue: Arc::clone(&parts.turns),
            live: Arc::clone(&parts.responses),
        },
        Arc::clone(&parts.usage),
        parts.tasks.clone(),
        Arc::clone(&parts.clock),
        Arc::clone(&parts.ids),
        parts.context_tokens,
    )
}

/// Renews the responses of this instance, and ends those that were cancelled or deleted, until it
/// is dropped.
pub async fn tend(database: Database, live: Arc<Live>) {
    let store = PgResponses::new(database.clone(), NewTitles::Kept);
    let mut rounds = 0;
    loop {
        tokio::time::sleep(Live::TENDING).await;
        if !database.is_open() {
            continue;
        }
        rounds += 1;
        let renews = rounds >= Live::RENEWAL;
        match live.tend(&store, renews).await {
            Ok(()) if renews => rounds = 0,
            Ok(()) => {}
            // The database may have been away for as long as the leases last.
            Err(error) => {
                rounds = Live::RENEWAL;
                tracing::warn!(%error, "responses under way cannot be renewed; trying again");
            }
        }
    }
}
