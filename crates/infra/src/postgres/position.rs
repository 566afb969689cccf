//! The position of the primary in its log.

use super::connect::Target;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_postgres::{Client, SimpleQueryMessage};

/// Each commit that others can see is before this position: it is visible after it is on the disk.
const POSITION: &str = "select pg_current_wal_flush_lsn() - '0/0'";

/// How far apart questions are. Reads that come in between share one.
const APART: Duration = Duration::from_millis(1);

/// How long the primary may take to answer.
const LIMIT: Duration = Duration::from_secs(4);

/// How many reads share a question.
const MOST: usize = 4096;

type Asked = oneshot::Sender<Option<i64>>;

/// Asks the primary for its position, over a separate connection.
pub(super) struct Positions(mpsc::UnboundedSender<Asked>);

impl Positions {
    /// Asks on this runtime, as long as the result exists.
    pub(super) fn of(primary: Arc<Target>, home: &Handle) -> Self {
        let (send, receive) = mpsc::unbounded_channel();
        home.spawn(answer(primary, receive));
        Self(send)
    }

    /// The position at a moment after this call. `None`: the primary does not answer.
    pub(super) async fn ask(&self) -> Option<i64> {
        let (send, receive) = oneshot::channel();
        self.0.send(send).ok()?;
        receive.await.ok().flatten()
    }
}

/// Runs until all `Positions` are dropped. A read that begins while a query runs waits for the next
/// query: the result of this one may be older than what the read must see.
async fn answer(primary: Arc<Target>, mut asked: mpsc::UnboundedReceiver<Asked>) {
    let mut client = None;
    let mut waiting = Vec::new();
    while asked.recv_many(&mut waiting, MOST).await > 0 {
        let begun = Instant::now();
        let position = timeout(LIMIT, position(&primary, &mut client)).await;
        let position = position.ok().flatten();
        if position.is_none() {
            client = None;
        }
        for waits in waiting.drain(..) {
            // The read may have given up.
            let _ = waits.send(position);
        }
        sleep_until(begun + APART).await;
    }
}

async fn position(primary: &Target, client: &mut Option<Client>) -> Option<i64> {
    let client = match client.take_if(|client| !client.is_closed()) {
        Some(open) => client.insert(open),
        None => client.insert(primary.client().await.ok()?),
    };
    first(client, POSITION).await?.parse().ok()
}

/// The first column of the only row.
pub(super) async fn first(client: &Client, query: &str) -> Option<String> {
    let answer = client.simple_query(query).await.ok()?;
    answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    })
}
