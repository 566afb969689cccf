//! A message that comes through a link.

use super::divided;
use super::statements::{self, AppendedRow};
use crate::postgres::database::Database;
use crate::postgres::error::{storage, violates};
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::work::WorkRequest;
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use domain::error::Result;
use domain::id::{ConversationId, ItemId, OwnerId, Sequence};
use domain::repeats::{Made, Outcome};
use domain::secret::Digest;
use domain::shares::{AddedMessage, Addition};
use domain::title::Title;

/// The constraint on the number of messages that come through a link.
const ADDED: &str = "shares_added_count_check";

pub(super) async fn append(
    database: &Database,
    digest: Digest,
    addition: &Addition,
) -> Result<AddedMessage> {
    let seed = ids::seed(addition.seed);
    let append = statements::Append {
        digest: &digest.0,
        now: addition.now,
        author_id: ids::stored(addition.author.ulid()),
        title: addition.title.as_ref().map(Title::as_str),
        seed: &seed,
        content: addition.content.as_str(),
    };
    let is_divided = database.is_divided();
    let request = WorkRequest::from(addition.author).writing(addition.content.as_str().len());
    let work = async |connection: &mut AsyncPgConnection| -> QueryResult<Option<AppendedRow>> {
        match is_divided {
            false => append.fetch_optional(connection).await,
            true => divided::append(connection, &append).await,
        }
    };
    let made = |row: &Option<AppendedRow>| {
        let row = row.as_ref()?;
        let owner = OwnerId::new(ids::read(row.owner_id));
        let conversation = ConversationId::new(ids::read(row.conversation_id));
        let id = ItemId::at(addition.seed, Sequence(row.sequence?.cast_unsigned()));
        Some(Outcome::created(Made::SharedItem(owner, conversation, id)))
    };
    let appended = database.effect(request, work, made).await?;
    match appended {
        Ok(Some(row)) => Ok(match row.sequence {
            Some(sequence) => AddedMessage::At(Sequence(sequence.cast_unsigned())),
            None => AddedMessage::ConversationFull,
        }),
        Ok(None) => Ok(AddedMessage::Refused),
        Err(error) if violates(&error, ADDED) => Ok(AddedMessage::LinkFull),
        Err(error) => Err(storage(error)),
    }
}
