use super::statements::FindAnywhere;
use crate::postgres::database::Database;
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::item_rows::rows::item;
use crate::postgres::work::reading;
use chrono::{DateTime, TimeDelta, Utc};
use diesel_async::AsyncPgConnection;
use domain::error::Result;
use domain::id::{CLOCKS, ItemId, OwnerId};
use domain::items::Item;
use ulid::Ulid;

/// The owner's item with this id, in any conversation.
pub(super) async fn find(database: &Database, owner: OwnerId, id: ItemId) -> Result<Option<Item>> {
    let made = id.ulid().timestamp_ms();
    let margin = u64::try_from(CLOCKS.as_millis()).unwrap_or_default();
    let since = i64::try_from(made).ok();
    let since = since.and_then(DateTime::<Utc>::from_timestamp_millis);
    let since = since.and_then(|made| made.checked_sub_signed(TimeDelta::from_std(CLOCKS).ok()?));
    let query = FindAnywhere {
        sequence: i32::try_from(id.sequence().0).unwrap_or_default(),
        id: ids::stored(id.ulid()),
        owner_id: ids::stored(owner.ulid()),
        newest: ids::stored(Ulid::from_parts(made.saturating_add(margin), u128::MAX)),
        // An id of another time was never given.
        since: since.unwrap_or(DateTime::<Utc>::MAX_UTC),
    };
    let work = async |connection: &mut AsyncPgConnection| query.fetch_optional(connection).await;
    item(database.run(reading(owner), work).await?)
}
