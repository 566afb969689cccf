//! Deletes the data of a removed owner, a portion at a time.

use super::remove::Owner;
use super::statements::{DeleteOtherJobs, DeleteProjects, DeleteTokens};
use crate::postgres::conversations::statements::Delete;
use crate::postgres::execute::Execute as _;
use crate::postgres::repeats::statements::PurgeOwner;
use crate::postgres::schema::{api_keys, conversations, usage, user_settings};
use crate::postgres::{responses, search, turn_queue};
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use domain::jobs::Portion;
use uuid::Uuid;

/// How many bytes of a portion a conversation, a project or a credential counts: its metadata or
/// instruction may be long.
const ROW: u64 = 16 * 1024;

/// How many such rows are a portion.
pub(super) fn rows(portion: Portion) -> i64 {
    i64::try_from(portion.bytes() / ROW).map_or(i64::MAX, |rows| rows.max(1))
}

/// Deletes some data of a removed owner; returns how many rows. Conversations are deleted in the
/// same way as by their owner: jobs purge their data.
pub(super) async fn clear(
    connection: &mut AsyncPgConnection,
    owner: Owner,
    portion: Portion,
) -> QueryResult<usize> {
    let most = rows(portion);
    let some: Vec<Uuid> = conversations::table
        .filter(conversations::owner_id.eq(owner.id))
        .select(conversations::id)
        .order(conversations::id)
        .limit(most)
        .fetch_all(connection)
        .await?;
    if !some.is_empty() {
        let delete = Delete {
            owner_id: owner.id,
            ids: &some,
            now: owner.now,
        };
        return delete.write(connection).await;
    }
    let projects = DeleteProjects {
        owner_id: owner.id,
        most,
    };
    let keys = diesel::delete(api_keys::table.filter(api_keys::owner_id.eq(owner.id)));
    let usage = diesel::delete(usage::table.find(owner.id));
    let settings = diesel::delete(user_settings::table.find(owner.id));
    let small = i64::try_from(portion.rows()).unwrap_or(i64::MAX);
    let tokens = DeleteTokens {
        owner_id: owner.id,
        most: small,
    };
    let titles = DeleteOtherJobs {
        owner_id: owner.id,
        most: small,
    };
    let repeats = PurgeOwner {
        owner_id: owner.id,
        most: small,
    };
    Ok(projects.write(connection).await?
        + tokens.write(connection).await?
        + keys.write(connection).await?
        + usage.write(connection).await?
        + settings.write(connection).await?
        + titles.write(connection).await?
        + repeats.write(connection).await?
        + turn_queue::purge_owner(connection, owner.id, small).await?
        + responses::purge_owner(connection, owner.id, most).await?
        + search::forget_owner(connection, owner.id, small).await?)
}
