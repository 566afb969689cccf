//! Schemas that one test gives back and the next takes: emptied, with the connections to them. To make one costs five
//! times as much, and PostgreSQL starts a process for each connection, which has to learn the catalogue first.

use crate::citus;
use crate::db::rows;
use infra::postgres::Database;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, sleep};
use tokio_postgres::Client;

/// How long what a test has left behind may still be at work.
const PATIENCE: Duration = Duration::from_secs(20);

/// The tables that hold something, and what says that the schema is defined as it was: a row of the catalogue that
/// was changed has another `xmin`. Statistics would be those of other rows.
const LOOK: &str = "with here as (
        select oid, relname, relkind from pg_class where relnamespace = current_schema()::regnamespace
    )
    select
        (select string_agg(quote_ident(relname), ', ') from here where relkind = 'r'
            and relname <> '__diesel_schema_migrations' and pg_relation_size(oid) > 0),
        concat_ws(' ',
            (select md5(string_agg(relname || relkind::text, ' ' order by relname)) from here),
            (select concat(count(*), ' ', max(a.xmin::text::bigint))
                from pg_attribute a join here on attrelid = here.oid),
            (select concat(count(*), ' ', max(xmin::text::bigint)) from pg_constraint
                where connamespace = current_schema()::regnamespace),
            (select count(*) from pg_trigger join here on tgrelid = here.oid),
            (select count(*) from pg_proc where pronamespace = current_schema()::regnamespace),
            (select count(*) from pg_statistic join here on starelid = here.oid),
            (select count(*) from __diesel_schema_migrations))";

/// Where they wait, with their addresses. The last one was used last: its connections are still open.
static SHELF: Mutex<Vec<(String, Loan)>> = Mutex::new(Vec::new());

/// The connections to a schema that are handed on with it.
pub(crate) struct Loan {
    client: Client,
    database: Database,
    /// What else is connected to it.
    others: Mutex<Vec<Database>>,
    /// How the schema is defined.
    definition: String,
    is_kept: AtomicBool,
}

impl Loan {
    /// Of a schema that has just been made.
    pub(crate) async fn first(client: Client, database: Database) -> Self {
        let (_, definition) = look(&client).await.unwrap();
        Self {
            client,
            database,
            others: Mutex::default(),
            definition,
            is_kept: AtomicBool::new(false),
        }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn database(&self) -> Database {
        self.database.clone()
    }

    /// Another one to the same schema.
    pub(crate) fn note(&self, other: &Database) {
        self.others().push(other.clone());
    }

    /// The schema goes to no other test.
    pub(crate) fn keep(&self) {
        self.is_kept.store(true, Ordering::Relaxed);
    }

    fn others(&self) -> std::sync::MutexGuard<'_, Vec<Database>> {
        self.others.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_at_work(&self) -> bool {
        self.database.is_shared() || self.others().iter().any(Database::is_shared)
    }

    /// Empties the schema when nothing is at work there any more; says whether it is as it was.
    async fn is_cleared(&self) -> bool {
        let deadline = Instant::now() + PATIENCE;
        let mut pause = Duration::from_millis(2);
        while self.is_at_work() {
            if Instant::now() > deadline {
                return false;
            }
            sleep(pause).await;
            pause += pause / 4;
        }
        for other in self.others().drain(..) {
            other.close();
        }
        self.emptied().await.unwrap_or(false)
    }

    async fn emptied(&self) -> Result<bool, tokio_postgres::Error> {
        // The test may have left a transaction open, or settings.
        rows(&self.client, "rollback").await?;
        rows(&self.client, "discard all").await?;
        let (used, definition) = look(&self.client).await?;
        if definition != self.definition {
            return Ok(false);
        }
        let used = match citus::coordinator() {
            Some(_) => citus::used(&self.client).await?,
            None => used,
        };
        if let Some(used) = used {
            let empty = format!(
                "set lock_timeout = '10s'; truncate {used} restart identity cascade; reset lock_timeout"
            );
            rows(&self.client, &empty).await?;
        }
        Ok(true)
    }
}

async fn look(client: &Client) -> Result<(Option<String>, String), tokio_postgres::Error> {
    let row = rows(client, LOOK).await?.remove(0);
    Ok((row[0].clone(), row[1].clone().unwrap_or_default()))
}

/// One that is empty, if there is any, and its address.
pub(crate) fn take() -> Option<(String, Loan)> {
    shelf().pop()
}

/// Keeps it for another test, once it is empty.
pub(crate) async fn give_back(url: String, loan: Loan) {
    if !loan.is_kept.load(Ordering::Relaxed) && loan.is_cleared().await {
        shelf().push((url, loan));
    } else {
        loan.database.close();
    }
}

fn shelf() -> std::sync::MutexGuard<'static, Vec<(String, Loan)>> {
    SHELF.lock().unwrap_or_else(PoisonError::into_inner)
}
