//! Stores a response that has ended, and its items in its conversation, all or none.

use super::write::Values;
use crate::postgres::chats::store_turn;
use crate::postgres::database::Database;
use crate::postgres::error::{after_work, storage};
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::schema::conversations;
use crate::postgres::titles::NewTitles;
use crate::postgres::turn_queue;
use crate::postgres::work::WorkRequest;
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use domain::chat::FinishedTurn;
use domain::error::{Error, Result};
use domain::id::{ConversationId, ItemId, OwnerId, Sequence};
use domain::repeats::{Made, Outcome};
use domain::responses::{Appending, Ended, StoredResponse};

pub(super) async fn finish(
    database: &Database,
    new_titles: NewTitles,
    owner: OwnerId,
    ended: &Ended<'_>,
) -> Result<StoredResponse> {
    let response = ended.response;
    let values = Values::of(owner, response, ended.input);
    let messages = ended
        .appending
        .iter()
        .flat_map(|appending| &appending.messages);
    let bytes = messages.map(|message| message.content.as_str().len());
    let request = WorkRequest::from(owner).writing(values.bytes() + bytes.sum::<usize>());
    let now = response.ended_at.unwrap_or(response.created_at);
    let work = async |connection: &mut AsyncPgConnection| {
        let work = async |connection: &mut AsyncPgConnection| {
            let mut values = values.clone();
            let mut first = None;
            if let (Some(appending), Some(conversation)) = (&ended.appending, response.conversation)
            {
                let key = (owner, conversation);
                let turn = turn(appending, now);
                let due = new_titles.due(now);
                // A reader may know the ids of a response that was stored when it began.
                let after = match ended.is_inserted {
                    true => Sequence(response.first.0.saturating_sub(1)),
                    false => Sequence(0),
                };
                let how = (due, after, database.is_divided());
                match append(connection, key, &turn, appending, how).await? {
                    Ok(number) => first = Some(number),
                    Err(stored) => return Ok(stored),
                }
                values.first = first.unwrap_or(values.first);
            }
            let written = match ended.is_inserted {
                true => values.finish().write(connection).await?,
                false => values.insert().write(connection).await?,
            };
            match written {
                // Takes the items back.
                0 => Err(DieselError::NotFound),
                _ => Ok(StoredResponse::Done(first)),
            }
        };
        match ended.appending {
            Some(_) => connection.transaction(work).await,
            // One statement needs no transaction.
            None => work(connection).await,
        }
    };
    let stored = match ended.is_inserted {
        // The outcome of the request was recorded when the response was inserted.
        true => database.attempt(request, work).await?,
        false => {
            let made = |stored: &StoredResponse| {
                let is_done = matches!(stored, StoredResponse::Done(_));
                is_done.then(|| Outcome::done(Made::Response(response.id)))
            };
            database.effect(request, work, made).await?
        }
    };
    match stored {
        Ok(StoredResponse::Full) => full_or_absent(database, owner, response.conversation).await,
        Ok(stored) => Ok(stored),
        Err(DieselError::NotFound) if ended.is_inserted => Ok(StoredResponse::Gone),
        Err(DieselError::NotFound) => Ok(StoredResponse::NoConversation),
        Err(error) => Err(storage(error)),
    }
}

fn turn(appending: &Appending, now: chrono::DateTime<chrono::Utc>) -> FinishedTurn {
    FinishedTurn {
        messages: appending.messages.clone(),
        title: appending.title.clone(),
        now,
        has_reply: appending.has_reply,
    }
}

/// Adds the items; returns the number of the first one, or why they were not added.
async fn append(
    connection: &mut AsyncPgConnection,
    (owner, conversation): (OwnerId, ConversationId),
    turn: &FinishedTurn,
    appending: &Appending,
    (titles_due, after, is_divided): (Option<chrono::DateTime<chrono::Utc>>, Sequence, bool),
) -> QueryResult<std::result::Result<Sequence, StoredResponse>> {
    let leaving = appending.leaving;
    let leaving_at = (leaving, titles_due);
    let key = (owner, conversation);
    let stored = store_turn(connection, key, turn, leaving_at, after, is_divided).await?;
    if !stored.was_there {
        return Ok(Err(StoredResponse::Overtaken));
    }
    let Some(last) = stored.last else {
        // Full, or deleted.
        return Ok(Err(StoredResponse::Full));
    };
    let last = last.cast_unsigned();
    if leaving.is_cancelled {
        let reply = turn.messages.last().filter(|_| turn.has_reply);
        let reply = reply.map(|message| ItemId::at(message.seed, Sequence(last)));
        turn_queue::remember(connection, leaving, reply).await?;
    }
    let before = last.saturating_sub(u32::try_from(turn.messages.len()).unwrap_or(u32::MAX));
    Ok(Ok(Sequence(before + 1)))
}

/// Finds the reason why the items were not added.
async fn full_or_absent(
    database: &Database,
    owner: OwnerId,
    conversation: Option<ConversationId>,
) -> Result<StoredResponse> {
    let Some(conversation) = conversation else {
        return Err(Error::Internal("items for no conversation".into()));
    };
    let key = (ids::stored(owner.ulid()), ids::stored(conversation.ulid()));
    let exists = diesel::select(diesel::dsl::exists(conversations::table.find(key)));
    let work = async |connection: &mut AsyncPgConnection| exists.fetch_one(connection).await;
    match database.run(owner, work).await.map_err(after_work)? {
        true => Ok(StoredResponse::Full),
        false => Ok(StoredResponse::NoConversation),
    }
}
