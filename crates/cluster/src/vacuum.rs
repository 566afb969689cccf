//! Free room inside the tables. Deleted rows stay part of the tables' files, so the file system
//! cannot know that their room is reusable; while the disk is full, PostgreSQL is asked instead.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use infra::storage::DiskRoom;

/// How often PostgreSQL is asked.
const PAUSE: Duration = Duration::from_secs(1);

/// How often the length of the log is checked.
const GLANCE: Duration = Duration::from_millis(200);

/// How long the answer may take. A large table is vacuumed in parts, and finished parts stay done.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// Whether the log has grown by 8 MiB (half a segment) since the last checkpoint, so that its
/// segments should be reused. Deleting and vacuuming write much log, which takes the room that is
/// to be freed.
const LOGGED: &str = "select 1 from pg_control_checkpoint()
    where pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn) > 8388608";

/// The tables that may need a vacuum, including the tables of their long values. After a crash
/// PostgreSQL has no statistics for that.
const DEAD: &str = "select distinct coalesce(o.oid, t.relid)::regclass::text
    from pg_stat_all_tables t left join pg_class o on o.reltoastrelid = t.relid
    where (t.schemaname = 'public' or o.relnamespace = 'public'::regnamespace)
        and (t.n_dead_tup > 100 or coalesce(t.last_vacuum, t.last_autovacuum) is null)";

/// A lower bound of the free bytes in the tables. A page has room for four pieces of a long value
/// (TOAST), of any length. The rows themselves are counted by their usual width and a fifth more.
const FREE: &str = "select coalesce(sum(greatest(0, free)), 0)::int8 from (
        select pg_relation_size(c.oid) - ceil(c.reltuples / 4) * 8192 as free
        from pg_class c join pg_class o on o.reltoastrelid = c.oid
        where o.relnamespace = 'public'::regnamespace and c.reltuples >= 0
        union all
        select pg_relation_size(c.oid) - c.reltuples * 1.2 * (
            select sum(s.avg_width * (1 - s.null_frac)) + 36 from pg_stats s
            where s.schemaname = 'public' and s.tablename = c.relname)
        from pg_class c
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.reltuples >= 0
    ) tables";

/// A vacuum writes a page of log for each page of the table. Slowed down to about 40 MiB a second,
/// it does not outrun the checkpoints.
const UNHURRIED: &str = "set vacuum_cost_delay = '2ms'; set vacuum_cost_limit = 200";

type Answer<T> = Result<T, tokio_postgres::Error>;

/// Runs for ever: looks for room as long as the disk has too little.
pub(crate) async fn run(url: String, storage: Arc<DiskRoom>) {
    loop {
        sleep(PAUSE).await;
        if !storage.wants_more() {
            continue;
        }
        match timeout(PATIENCE, reusable(&url)).await {
            Ok(Ok(bytes)) => storage.can_reuse(bytes),
            Ok(Err(error)) => tracing::debug!(%error, "the room within the tables is not known"),
            Err(_) => tracing::debug!("the room within the tables is not known in time"),
        }
    }
}

/// Runs for ever: keeps PostgreSQL's log short as long as the disk has too little room.
pub(crate) async fn keep_log_short(url: String, storage: Arc<DiskRoom>) {
    loop {
        sleep(GLANCE).await;
        if storage.wants_more()
            && let Err(error) = checkpoints(&url, &storage).await
        {
            tracing::debug!(%error, "PostgreSQL's log cannot be kept short");
            sleep(PAUSE).await;
        }
    }
}

async fn checkpoints(url: &str, storage: &DiskRoom) -> Answer<()> {
    let session = Session::begin(url).await?;
    while storage.wants_more() {
        if !session.ask(LOGGED).await?.is_empty() {
            session.ask("checkpoint").await?;
        }
        sleep(GLANCE).await;
    }
    Ok(())
}

/// Vacuums the tables: makes room of deleted rows reusable, and returns room at the end of a table
/// to the file system. Returns an estimate of the reusable bytes.
async fn reusable(url: &str) -> Answer<u64> {
    let session = Session::begin(url).await?;
    session.ask(UNHURRIED).await?;
    for table in session.ask(DEAD).await? {
        // The name comes from the server, which quotes it where needed.
        let vacuum = format!("vacuum (skip_locked, analyze) {table}");
        session.ask(&vacuum).await?;
    }
    let free = session.ask(FREE).await?;
    Ok(free.first().and_then(|free| free.parse().ok()).unwrap_or(0))
}

/// A connection outside of the pool; it closes when this is dropped.
struct Session {
    client: Client,
    connection: AbortHandle,
}

impl Session {
    async fn begin(url: &str) -> Answer<Self> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        let connection = tokio::spawn(connection).abort_handle();
        Ok(Self { client, connection })
    }

    /// The first value of each row.
    async fn ask(&self, sql: &str) -> Answer<Vec<String>> {
        let rows = self.client.simple_query(sql).await?;
        let values = rows.into_iter().filter_map(|row| match row {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        });
        Ok(values.collect())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.connection.abort();
    }
}
