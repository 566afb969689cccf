//! Deletes an item, in a transaction that locks the conversation first.

use super::lock::{find, lock};
use super::statements;
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::purge::delete_versions;
use crate::postgres::row_keys::ItemKey;
use crate::postgres::shares;
use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use domain::id::{ItemId, ResponseId};
use domain::items::Deleted;
use domain::jobs::Portion;
use domain::state::Expected;

/// How many bytes of versions are deleted together with a message: this takes milliseconds.
const AT_ONCE: Portion = Portion::of(1024 * 1024);

/// How many links to a message are ended together with it.
const LINKS_AT_ONCE: i64 = 1_000;

pub(super) async fn delete(
    connection: &mut AsyncPgConnection,
    key: ItemKey,
    expected: &Expected,
    now: DateTime<Utc>,
) -> QueryResult<Deleted> {
    if !lock(connection, key).await? {
        return Ok(Deleted::NoConversation);
    }
    if !expected.is_any() {
        let item = find(connection, key).await?;
        if item.is_some_and(|item| !expected.holds(&item.tag())) {
            return Ok(Deleted::Stale);
        }
    }
    let (first, last) = ResponseId::range_of(ItemId::new(ids::read(key.id)));
    let deletion = statements::Delete {
        owner_id: key.owner_id,
        conversation_id: key.conversation_id,
        sequence: key.sequence,
        id: key.id,
        now,
        first_response: ids::stored(first.ulid()),
        last_response: ids::stored(last.ulid()),
    };
    if deletion.write(connection).await? == 0 {
        return Ok(Deleted::NoItem);
    }
    // A few versions are deleted and a few links are ended immediately; a job does the rest.
    // Meanwhile no link shows the message, since each link looks for it.
    let has_links = !shares::revoke_of_item(connection, key, now, LINKS_AT_ONCE).await?;
    if !delete_versions(connection, key, AT_ONCE).await? || has_links {
        let job = statements::LeaveVersions {
            owner_id: key.owner_id,
            id: key.id,
            conversation_id: key.conversation_id,
            now,
        };
        job.write(connection).await?;
    }
    Ok(Deleted::Done)
}
