//! The numbers of views of links.

use super::{divided, statements};
use crate::postgres::database::Database;
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use domain::admission::Caller;
use domain::error::Result;
use domain::shares::ShareKey;
use uuid::Uuid;

pub(super) async fn add(database: &Database, views: &[(ShareKey, u64)]) -> Result<()> {
    let owner_ids: Vec<Uuid> = each(views, |key| ids::stored(key.owner.ulid()));
    let conversation_ids: Vec<Uuid> = each(views, |key| ids::stored(key.conversation.ulid()));
    let share_ids: Vec<Uuid> = each(views, |key| ids::stored(key.id));
    let counts: Vec<i64> = views
        .iter()
        .map(|(_, count)| i64::try_from(*count).unwrap_or(i64::MAX))
        .collect();
    if database.is_divided() {
        return divided::add_views(database, views).await;
    }
    let add = statements::AddViews {
        owner_ids: &owner_ids,
        conversation_ids: &conversation_ids,
        ids: &share_ids,
        counts: &counts,
    };
    database
        .run(Caller::Service, async |connection| {
            add.write(connection).await
        })
        .await?;
    Ok(())
}

fn each<T>(views: &[(ShareKey, u64)], column: impl Fn(&ShareKey) -> T) -> Vec<T> {
    views.iter().map(|(key, _)| column(key)).collect()
}
