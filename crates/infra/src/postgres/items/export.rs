use super::key::ConversationKey;
use super::statements::{self, Entry};
use crate::postgres::execute::Execute as _;
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use domain::error::Result;
use domain::id::Sequence;
use domain::items::{ExportEntry, ExportPlace};

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

pub(super) fn entry(entry: Entry) -> Result<ExportEntry> {
    match entry.head {
        Some(head) => Ok(ExportEntry::Item(head.with(entry.version).try_into()?)),
        None => Ok(ExportEntry::Earlier {
            sequence: Sequence(entry.sequence.cast_unsigned()),
            version: entry.version.try_into()?,
        }),
    }
}
