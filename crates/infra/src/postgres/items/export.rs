use super::statements::{self, Entry};
use super::version_rows::VersionRow;
use crate::postgres::database::Database;
use crate::postgres::execute::Execute as _;
use crate::postgres::exists::exists;
use crate::postgres::item_rows::texts::Bytes as _;
use crate::postgres::row_keys::ConversationKey;
use crate::postgres::work::reading;
use domain::error::Result;
use domain::id::{OwnerId, Sequence};
use domain::items::{ExportCursor, ExportEntry};

/// `None` where the conversation does not exist.
pub(super) async fn load(
    database: &Database,
    owner: OwnerId,
    (owner_id, conversation_id): ConversationKey,
    after: ExportCursor,
    last: Sequence,
) -> Result<Option<Vec<ExportEntry>>> {
    let query = statements::Export {
        owner_id,
        conversation_id,
        sequence: after.sequence.0.cast_signed(),
        last: last.0.cast_signed(),
        place: after.version.cast_signed(),
    };
    let entries = database
        .read(
            reading(owner),
            async |connection| query.fetch_all(connection).await,
            |entries: &Vec<Entry>| VersionRow::largest(entries.iter().map(|entry| &entry.version)),
        )
        .await?;
    if entries.is_empty() && !exists(database, (owner_id, conversation_id)).await? {
        return Ok(None);
    }
    entries
        .into_iter()
        .map(read)
        .collect::<Result<_>>()
        .map(Some)
}

fn read(entry: Entry) -> Result<ExportEntry> {
    match entry.head {
        Some(head) => Ok(ExportEntry::Item(head.with(entry.version).try_into()?)),
        None => Ok(ExportEntry::Earlier {
            sequence: Sequence(entry.sequence.cast_unsigned()),
            version: entry.version.try_into()?,
        }),
    }
}
