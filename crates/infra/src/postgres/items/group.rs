use super::append::Append;
use super::key::Key;
use super::{rows, statements};
use crate::postgres::database::Database;
use crate::postgres::error::{contended, unanswered, unavailable};
use crate::postgres::execute::Execute as _;
use crate::postgres::titles::NewTitles;
use crate::postgres::unit::Silent;
use diesel::prelude::*;
use domain::error::{Error, Result};
use domain::id::Sequence;
use domain::items::Appended;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// How many appends one statement stores at the most.
const MOST: usize = 128;
/// How many may wait; beyond that they are refused as if the database were away, and soon are.
const WAITING: usize = 4_096;
/// How long one waits for those before it.
const PATIENCE: Duration = Duration::from_millis(4_600);

/// Appends that arrive while others are being written are stored together by one statement, and so
/// wait for the disk together. Nobody waits for company: an append that finds nothing under way is
/// a group of one.
pub(super) struct Group(mpsc::Sender<Waiting>);

struct Waiting {
    append: Append,
    answer: oneshot::Sender<Result<Appended>>,
    /// Whether it was taken into a group, or given up: whichever comes first. What is given up is
    /// never stored, and what is taken is waited for, so that its answer is true.
    is_settled: Arc<AtomicBool>,
}

impl Waiting {
    /// Whether it is to be stored. Who has given up was told that it is not.
    fn take(&self) -> bool {
        !self.answer.is_closed() && !self.is_settled.swap(true, Ordering::AcqRel)
    }
}

impl Group {
    pub(super) fn start(database: Database, new_titles: NewTitles) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        tokio::spawn(write_groups(database, new_titles, receiver));
        Self(sender)
    }

    pub(super) async fn append(&self, append: Append) -> Result<Appended> {
        let (answer, mut answered) = oneshot::channel();
        let is_settled = Arc::new(AtomicBool::new(false));
        let waiting = Waiting {
            append,
            answer,
            is_settled: Arc::clone(&is_settled),
        };
        self.0
            .try_send(waiting)
            .map_err(|_| unavailable(Silent(PATIENCE)))?;
        let answer = match tokio::time::timeout(PATIENCE, &mut answered).await {
            Ok(answer) => answer,
            Err(_) if !is_settled.swap(true, Ordering::AcqRel) => {
                return Err(unavailable(Silent(PATIENCE)));
            }
            Err(_) => answered.await,
        };
        answer.unwrap_or_else(|stopped| Err(Error::Internal(stopped.into())))
    }
}

async fn write_groups(
    database: Database,
    new_titles: NewTitles,
    mut receiver: mpsc::Receiver<Waiting>,
) {
    let mut group = Vec::with_capacity(MOST);
    while receiver.recv_many(&mut group, MOST).await > 0 {
        group.retain(Waiting::take);
        write(&database, new_titles, std::mem::take(&mut group)).await;
    }
}

/// Stores a group and answers each of it.
async fn write(database: &Database, new_titles: NewTitles, mut group: Vec<Waiting>) {
    if group.len() < 2 {
        if let Some(Waiting { append, answer, .. }) = group.pop() {
            let _ = answer.send(append.alone(database, new_titles).await);
        }
        return;
    }
    let mut places = match store(database, new_titles, &group).await {
        Ok(places) => places,
        Err(error) => {
            for Waiting { answer, .. } in group {
                let _ = answer.send(Err(alike(&error)));
            }
            return;
        }
    };
    for Waiting { append, answer, .. } in group {
        match places.get_mut(&append.key) {
            Some(last) => {
                *last += 1;
                drop(append);
                let _ = answer.send(Ok(Appended::At(Sequence(*last))));
            }
            // Absent, locked, or nearly full: by itself it finds out which, and holds up nobody.
            None => {
                let database = database.clone();
                tokio::spawn(async move { answer.send(append.alone(&database, new_titles).await) });
            }
        }
    }
}

/// What became of a group, for each of it.
fn alike(error: &Error) -> Error {
    match error {
        Error::Contended(source) => contended(Together(source.to_string())),
        Error::Unanswered(source) => unanswered(Together(source.to_string())),
        error => unavailable(Together(error.to_string())),
    }
}

/// The failure of the statement that stored it with others.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Together(String);

/// The sequence number before the first of each conversation's new items. A conversation that is
/// not among them got none; should the statement fail, that is all of them.
async fn store(
    database: &Database,
    new_titles: NewTitles,
    group: &[Waiting],
) -> Result<HashMap<Key, u32>> {
    let columns = Columns::from(group);
    let latest = columns.nows.iter().max();
    let append = statements::AppendGroup {
        owner_ids: &columns.owner_ids,
        conversation_ids: &columns.conversation_ids,
        nows: &columns.nows,
        titles: &columns.titles,
        seeds: &columns.seeds,
        roles: &columns.roles,
        author_ids: &columns.author_ids,
        contents: &columns.contents,
        titles_due: latest.and_then(|now| new_titles.due(*now)),
    };
    let stored: QueryResult<Vec<(Uuid, Uuid, i32)>> = database
        .attempt(async |connection| append.fetch_all(connection).await)
        .await?;
    let rows = stored.unwrap_or_else(|error| {
        tracing::warn!(%error, "a group of appends failed; each is stored by itself");
        Vec::new()
    });
    let place = |(owner, conversation, before): (Uuid, Uuid, i32)| {
        ((owner, conversation), before.cast_unsigned())
    };
    Ok(rows.into_iter().map(place).collect())
}

/// The group as one array per column.
struct Columns<'a> {
    owner_ids: Vec<Uuid>,
    conversation_ids: Vec<Uuid>,
    nows: Vec<chrono::DateTime<chrono::Utc>>,
    titles: Vec<Option<&'a str>>,
    seeds: Vec<Vec<u8>>,
    roles: Vec<i16>,
    author_ids: Vec<Option<Uuid>>,
    contents: Vec<&'a str>,
}

impl<'a> From<&'a [Waiting]> for Columns<'a> {
    fn from(group: &'a [Waiting]) -> Self {
        let each = group.iter().map(|waiting| &waiting.append);
        Self {
            owner_ids: each.clone().map(|append| append.key.0).collect(),
            conversation_ids: each.clone().map(|append| append.key.1).collect(),
            nows: each.clone().map(|append| append.pending.now).collect(),
            titles: each.clone().map(Append::title).collect(),
            seeds: each.clone().map(|append| append.seed().to_vec()).collect(),
            roles: each
                .clone()
                .map(|append| rows::stored_role(append.pending.item.role))
                .collect(),
            author_ids: each.clone().map(Append::author_id).collect(),
            contents: each
                .map(|append| append.pending.item.content.as_str())
                .collect(),
        }
    }
}
