use super::arrays::GroupArrays;
use super::{Group, Waiting};
use crate::postgres::error::{contended, unanswered, unavailable};
use crate::postgres::execute::Execute as _;
use crate::postgres::items::append::Append;
use crate::postgres::items::statements::{AppendGroup, AppendOne, Placed};
use crate::postgres::roles::stored_role;
use crate::postgres::row_keys::ConversationKey;
use diesel::QueryResult;
use domain::admission::Caller;
use domain::error::{Error, Result};
use domain::id::Sequence;
use domain::items::Appended;
use std::collections::HashMap;
use tokio::time::Instant;

impl Group {
    /// Stores a group and answers each of its appends. Skips a conversation that another
    /// transaction is changing: otherwise all appends of the group would wait for it.
    pub(super) async fn store_and_answer(&self, group: Vec<Waiting>) {
        if group.is_empty() {
            return;
        }
        let begun = Instant::now();
        let stored = self.store(&group).await;
        let figures = &self.database.figures.appends;
        figures.sizes.add(group.len() as u64);
        figures.times.add(begun.elapsed());
        let mut starts = match stored {
            Ok(starts) => starts,
            Err(error) => {
                for Waiting { answer, .. } in group {
                    let _ = answer.send(Err(alike(&error)));
                }
                return;
            }
        };
        for waiting in group {
            match starts.get_mut(&waiting.append.key) {
                Some(last) => {
                    *last += 1;
                    let Waiting { append, answer, .. } = waiting;
                    drop(append);
                    let _ = answer.send(Ok(Appended::At(Sequence(*last))));
                }
                // The conversation is absent, locked, or nearly full: a separate append finds out
                // which.
                None => {
                    let (database, new_titles) = (self.database.clone(), self.new_titles);
                    let runtime = waiting.runtime.clone();
                    runtime.spawn(async move {
                        let Waiting {
                            append,
                            begun,
                            answer,
                            ..
                        } = waiting;
                        answer.send(append.alone(&database, new_titles, begun).await)
                    });
                }
            }
        }
    }

    /// The sequence number before the first of each conversation's new items. A conversation
    /// without an entry got no items. If the statement fails, no conversation got items.
    async fn store(&self, group: &[Waiting]) -> Result<HashMap<ConversationKey, u32>> {
        let stored = match group {
            [one] => self.one(&one.append).await?,
            several => self.several(several).await?,
        };
        let rows = stored.unwrap_or_else(|error| {
            tracing::warn!(%error, "a group of appends failed; each is stored by itself");
            Vec::new()
        });
        let start = |row: Placed| {
            let key = (row.owner_id, row.conversation_id);
            (key, row.before.cast_unsigned())
        };
        Ok(rows.into_iter().map(start).collect())
    }

    async fn one(&self, append: &Append) -> Result<QueryResult<Vec<Placed>>> {
        let pending = &append.pending;
        let (owner_id, conversation_id) = append.key;
        let statement = AppendOne {
            owner_id,
            conversation_id,
            now: pending.now,
            title: append.title(),
            seed: &append.seed(),
            role: stored_role(pending.item.role),
            author_id: append.author_id(),
            content: pending.item.content.as_str(),
            titles_due: self.new_titles.due(pending.now),
        };
        let work = async |connection: &mut _| statement.fetch_all(connection).await;
        self.database.attempt(Caller::Appends, work).await
    }

    async fn several(&self, group: &[Waiting]) -> Result<QueryResult<Vec<Placed>>> {
        let arrays = GroupArrays::of(group.iter().map(|waiting| &waiting.append));
        let latest = arrays.nows.iter().max();
        let statement = AppendGroup {
            owner_ids: &arrays.owner_ids,
            conversation_ids: &arrays.conversation_ids,
            nows: &arrays.nows,
            titles: &arrays.titles,
            seeds: &arrays.seeds,
            roles: &arrays.roles,
            author_ids: &arrays.author_ids,
            contents: &arrays.contents,
            titles_due: latest.and_then(|now| self.new_titles.due(*now)),
        };
        let work = async |connection: &mut _| statement.fetch_all(connection).await;
        self.database.attempt(Caller::Appends, work).await
    }
}

/// The group's failure, for one of its appends.
fn alike(error: &Error) -> Error {
    match error {
        Error::Contended(source) => contended(Together(source.to_string())),
        Error::Unanswered(source) => unanswered(Together(source.to_string())),
        &Error::Overloaded { retry_after } => Error::Overloaded { retry_after },
        error => unavailable(Together(error.to_string())),
    }
}

/// The failure of the statement that stored the group.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Together(String);
