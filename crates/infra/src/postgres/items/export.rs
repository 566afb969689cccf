use super::key::ConversationKey;
use super::rows::{HeadRow, VersionRow};
use super::statements;
use crate::postgres::execute::Execute as _;
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use domain::error::Result;
use domain::id::Sequence;
use domain::items::{ExportEntry, ExportPlace};

/// The item's sequence number, the place among its versions, a version, and, with the current
/// version, the item's other columns.
pub(super) type Entry = (i32, i32, VersionRow, Option<HeadRow>);

pub(super) async fn load(
    connection: &mut AsyncPgConnection,
    (owner_id, conversation_id): ConversationKey,
    after: ExportPlace,
    last: Sequence,
) -> QueryResult<Vec<Entry>> {
    let query = statements::Export {
        owner_id,
        conversation_id,
        sequence: after.sequence.0.cast_signed(),
        last: last.0.cast_signed(),
        place: after.version.cast_signed(),
    };
    query.fetch_all(connection).await
}

pub(super) fn entry((sequence, _, version, head): Entry) -> Result<ExportEntry> {
    match head {
        Some(head) => Ok(ExportEntry::Item(head.with(version).try_into()?)),
        None => Ok(ExportEntry::Earlier {
            sequence: Sequence(sequence.cast_unsigned()),
            version: version.try_into()?,
        }),
    }
}
