mod arrays;

use super::append::Append;
use super::key::ConversationKey;
use super::lanes::{GroupLimits, Lanes};
use super::statements;
use crate::postgres::database::Database;
use crate::postgres::error::{Silent, contended, unanswered, unavailable};
use crate::postgres::execute::Execute as _;
use crate::postgres::titles::NewTitles;
use arrays::Arrays;
use diesel::prelude::*;
use domain::admission::Caller;
use domain::error::{Error, Result};
use domain::id::{OwnerId, Sequence};
use domain::items::Appended;
use domain::mutex::locked;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

/// How many appends wait, and how many one statement stores: few enough bytes for some
/// milliseconds, and few enough of one owner that the others are not delayed for longer.
const LIMITS: GroupLimits = GroupLimits {
    waiting: 4_096,
    waiting_each: 1_024,
    most: 128,
    most_each: 64,
    bytes: 256 * 1024,
};

/// How long an append waits for those before it.
const PATIENCE: Duration = Duration::from_millis(4_600);

/// Too many appends wait.
const FULL: Error = Error::Overloaded { retry_after: 2 };

/// Appends that arrive while others are being written are stored together by one statement, and so
/// wait for the disk together. An append never waits for others to come: if no other is running, it
/// is a group of one. Groups are a separate caller of the database, and owners take turns in them.
pub(super) struct Group {
    lanes: Arc<Mutex<Waitings>>,
    /// Notifies the writer of a waiting append.
    arrived: mpsc::Sender<()>,
}

type Waitings = Lanes<OwnerId, Waiting>;

struct Waiting {
    append: Append,
    begun: Instant,
    answer: oneshot::Sender<Result<Appended>>,
    /// Whether the append was taken into a group, or its request has given up, whichever came
    /// first. An append that was given up is never stored; an append that was taken is waited for,
    /// so that its answer is true.
    is_settled: Arc<AtomicBool>,
}

impl Waiting {
    /// Whether to store the append. A request that gives up answers that its message is not stored.
    fn take(&self) -> bool {
        !self.answer.is_closed() && !self.is_settled.swap(true, Ordering::AcqRel)
    }
}

impl Group {
    pub(super) fn start(database: Database, new_titles: NewTitles) -> Self {
        let lanes = Arc::new(Mutex::new(Lanes::new(LIMITS)));
        let (arrived, arrivals) = mpsc::channel(1);
        let writer = Writer {
            database,
            new_titles,
            lanes: Arc::clone(&lanes),
        };
        tokio::spawn(writer.run(arrivals));
        Self { lanes, arrived }
    }

    pub(super) async fn append(&self, append: Append) -> Result<Appended> {
        let (answer, mut answered) = oneshot::channel();
        let is_settled = Arc::new(AtomicBool::new(false));
        let (owner, size) = (append.owner, append.size());
        let waiting = Waiting {
            append,
            begun: Instant::now(),
            answer,
            is_settled: Arc::clone(&is_settled),
        };
        let entered = locked(&self.lanes).push(owner, size, waiting);
        entered.map_err(|_| FULL)?;
        // If the channel is full, the writer was notified already and has not looked yet.
        let _ = self.arrived.try_send(());
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

/// Stores one group after the other.
struct Writer {
    database: Database,
    new_titles: NewTitles,
    lanes: Arc<Mutex<Waitings>>,
}

impl Writer {
    async fn run(self, mut arrivals: mpsc::Receiver<()>) {
        while arrivals.recv().await.is_some() {
            loop {
                let mut group = locked(&self.lanes).take();
                if group.is_empty() {
                    break;
                }
                group.retain(Waiting::take);
                self.store_and_answer(group).await;
            }
        }
    }

    /// Stores a group and answers each of its appends. Skips a conversation that another
    /// transaction is changing: otherwise all appends of the group would wait for it.
    async fn store_and_answer(&self, group: Vec<Waiting>) {
        if group.is_empty() {
            return;
        }
        let begun = Instant::now();
        let stored = self.store(&group).await;
        let figures = &self.database.figures.appends;
        figures.sizes.add(group.len() as u64);
        figures.times.add(begun.elapsed());
        let mut places = match stored {
            Ok(places) => places,
            Err(error) => {
                for Waiting { answer, .. } in group {
                    let _ = answer.send(Err(alike(&error)));
                }
                return;
            }
        };
        for waiting in group {
            match places.get_mut(&waiting.append.key) {
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
                    tokio::spawn(async move {
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
        let arrays = Arrays::of(group.iter().map(|waiting| &waiting.append));
        let latest = arrays.nows.iter().max();
        let append = statements::AppendGroup {
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
        let stored: QueryResult<Vec<statements::Placed>> = self
            .database
            .attempt(Caller::Appends, async |connection| {
                append.fetch_all(connection).await
            })
            .await?;
        let rows = stored.unwrap_or_else(|error| {
            tracing::warn!(%error, "a group of appends failed; each is stored by itself");
            Vec::new()
        });
        let place = |row: statements::Placed| {
            let key = (row.owner_id, row.conversation_id);
            (key, row.before.cast_unsigned())
        };
        Ok(rows.into_iter().map(place).collect())
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
