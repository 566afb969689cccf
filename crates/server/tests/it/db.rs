//! One throw-away PostgreSQL for the whole process, and a schema of its own for every test.

use crate::citus;
use crate::loans::{self, Loan};
use crate::pooler::{self, Pooler};
use crate::proxy::socket_of;
use cluster::ThrowawayPostgres;
use infra::postgres::{Database, Target};
use std::path::Path;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{LazyLock, OnceLock};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Mutex, OnceCell};
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

/// Where servers and the cluster live: a test's own runtime ends with the test.
pub(crate) static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().unwrap()
});

/// How many a service has, usually.
const CONNECTIONS: usize = 8;

/// Less than the last resort of a statement, which is 30 s.
const PATIENCE: Duration = Duration::from_secs(25);

static CLUSTER: OnceCell<ThrowawayPostgres> = OnceCell::const_new();

/// The connection string of the cluster that all tests share; each uses a schema of its own.
async fn cluster() -> &'static str {
    match citus::coordinator() {
        Some(coordinator) => coordinator,
        None => started().await.database_url(),
    }
}

/// A directory of PostgreSQL's user that goes with this process.
pub(crate) async fn shared_directory() -> &'static Path {
    started().await.data_dir()
}

async fn started() -> &'static ThrowawayPostgres {
    let started = CLUSTER.get_or_init(|| async {
        let start = ThrowawayPostgres::start(None, 300);
        let started = RUNTIME.spawn(start).await.unwrap().unwrap();
        if std::env::var_os("JAN_TEST_POOLED").is_some() {
            let pooler = pooler(started.database_url()).await;
            assert!(POOLER.set(pooler).is_ok(), "it is started once");
        }
        started
    });
    started.await
}

/// With `JAN_TEST_POOLED`, the services of all tests reach their schemas through PgBouncer in transaction mode;
/// the tests' own queries do not.
static POOLER: OnceLock<Pooler> = OnceLock::new();

/// One with a database for each schema: PgBouncer does not pass on the `options` of an address.
async fn pooler(url: &str) -> Pooler {
    let (program, _) = pooler::program().expect("PGBOUNCER");
    let socket = socket_of(&Schema::at(url.to_owned()));
    let database = |number| {
        format!(
            "test_{number} = host={{host}} port=5432 dbname=postgres user=postgres \
             connect_query='set search_path to test_{number}'\n"
        )
    };
    let databases: String = (0..5_000).map(database).collect();
    let settings = "pool_mode = transaction\ndefault_pool_size = 8\nmax_client_conn = 5000\n\
                    max_prepared_statements = 200\nserver_idle_timeout = 3";
    Pooler::start(&program, &socket, &databases, settings).await
}

/// The address that a service uses.
fn served(url: &str) -> String {
    match (POOLER.get(), url.rsplit_once("search_path%3D")) {
        (Some(pooler), Some((_, schema))) => pooler.url("postgres", schema),
        _ => url.to_owned(),
    }
}

/// A schema that only one test knows of.
pub(crate) struct Schema {
    url: String,
    /// The queries of a test itself go over one connection, since PostgreSQL starts a process for each.
    connection: OnceCell<Client>,
    /// What goes to the next test when this one has ended.
    loan: Option<Loan>,
}

/// Counts the sessions of connections that bear the schema's name.
pub(crate) const SESSIONS: &str =
    "select count(*) from pg_stat_activity where application_name = current_schema()";

impl Schema {
    /// The one at this address.
    pub(crate) fn at(url: String) -> Self {
        Self {
            url,
            connection: OnceCell::new(),
            loan: None,
        }
    }

    /// Its address, for another program or for a connection with other settings. These may outlive the
    /// test, so no other test gets this schema.
    pub(crate) fn url(&self) -> &str {
        if let Some(loan) = &self.loan {
            loan.keep();
        }
        &self.url
    }

    /// For connections that bear its name, which [`SESSIONS`] counts.
    pub(crate) async fn under_its_name(&self) -> Self {
        let name = self.value("select current_schema()").await;
        Self::at(format!("{}&application_name={name}", self.url()))
    }

    /// Empty, not yet migrated.
    pub(crate) async fn empty() -> Self {
        let name = new_name();
        let schema = Self::named(&name).await;
        schema.rows(&format!("create schema {name}")).await;
        schema
    }

    /// As the service expects it: one that another test has given back, or a new one.
    pub(crate) async fn migrated() -> Self {
        if let Some((url, loan)) = loans::take() {
            return Self {
                url,
                connection: OnceCell::new(),
                loan: Some(loan),
            };
        }
        Self::unused().await
    }

    /// The same, and a new one, for a test that looks at PostgreSQL's statistics.
    pub(crate) async fn unused() -> Self {
        static REPLAY: OnceCell<String> = OnceCell::const_new();
        let replay = REPLAY.get_or_init(replay).await;
        let name = new_name();
        let mut schema = Self::named(&name).await;
        let turn = citus::turn().await;
        make(&format!(
            "begin; create schema {name}; set local search_path = {name}; {replay}; commit"
        ))
        .await;
        citus::divide(&schema.url).await;
        drop(turn);
        // Not on the runtime of this test, with which it would end.
        let url = schema.url.clone();
        let connected = RUNTIME.spawn(async move { connect(&url).await });
        let client = connected.await.unwrap();
        let database = schema.opened(|target| Database::undivided(target, CONNECTIONS, PATIENCE));
        schema.loan = Some(Loan::first(client, database).await);
        schema
    }

    async fn named(name: &str) -> Self {
        let cluster = cluster().await;
        Self::at(format!("{cluster}&options=-c%20search_path%3D{name}"))
    }

    /// A connection of its own, for a test that holds a lock until it drops it.
    pub(crate) async fn connected(&self) -> Client {
        connect(self.url()).await
    }

    /// The service's view of it, with the service's time limits: for tests of these limits, and for those
    /// that can repeat a request.
    pub(crate) fn database(&self, connections: usize) -> Database {
        self.lent(|target| Database::new(target, connections))
    }

    /// The same for all other tests: on a machine that is busy with something else no request gives up, nor
    /// does the first of those that wait for a lock when the last one comes.
    pub(crate) fn patient_database(&self, connections: usize) -> Database {
        self.lent(|target| Database::patient(target, connections, PATIENCE))
    }

    /// The same, with the connections that are open already: a new one costs PostgreSQL 7 ms, and more to learn the
    /// catalogue and the statements.
    pub(crate) fn usual_database(&self) -> Database {
        match &self.loan {
            Some(loan) => loan.database(),
            None => self.patient_database(CONNECTIONS),
        }
    }

    fn lent(&self, database: impl FnOnce(Target) -> Database) -> Database {
        let database = self.opened(database);
        if let Some(loan) = &self.loan {
            loan.note(&database);
        }
        database
    }

    fn opened(&self, database: impl FnOnce(Target) -> Database) -> Database {
        let target = Target::parse(&served(&self.url)).unwrap();
        let _inside = RUNTIME.enter();
        let database = database(target);
        if citus::is_divided(&self.url) {
            database.divide();
        }
        database.open();
        database
    }

    /// The rows that `sql` gives, as text.
    pub(crate) async fn rows(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        let client = match &self.loan {
            Some(loan) => loan.client(),
            None => {
                let connected = self.connection.get_or_init(|| connect(&self.url));
                connected.await
            }
        };
        rows(client, sql).await.unwrap()
    }

    /// The first value that `sql` gives.
    pub(crate) async fn value(&self, sql: &str) -> String {
        self.rows(sql).await[0][0].clone().unwrap_or_default()
    }

    /// All stored rows, so that a test can show that none has changed. The index for search, which
    /// is made from other rows, is left out, and the queue of turns, since a
    /// turn that has left keeps its place there for a minute.
    pub(crate) async fn contents(&self) -> Vec<Vec<Option<String>>> {
        self.contents_but(&[
            "turn_queue",
            "search_words",
            "search_blocks",
            "search_conversations",
            "search_owners",
        ])
        .await
    }

    /// The same beside a service that runs on its own, which moves its jobs by itself all the time, and
    /// whose turns wait in a queue.
    pub(crate) async fn contents_but_jobs(&self) -> Vec<Vec<Option<String>>> {
        let index = [
            "search_words",
            "search_blocks",
            "search_conversations",
            "search_owners",
        ];
        let moving = [&["jobs", "usage", "turn_queue"], index.as_slice()].concat();
        self.contents_but(&moving).await
    }

    /// The same without some tables.
    pub(crate) async fn contents_but(&self, moving: &[&str]) -> Vec<Vec<Option<String>>> {
        let tables = "select relname from pg_class
            where relnamespace = current_schema()::regnamespace and relkind = 'r' order by 1";
        let tables = self.rows(tables).await.into_iter().flatten().flatten();
        let tables = tables.filter(|name| !moving.contains(&name.as_str()));
        let tables = tables.map(|name| format!("select '{name}', md5(t::text) from \"{name}\" t"));
        let tables: Vec<_> = tables.collect();
        if citus::is_divided(&self.url) {
            // Citus does not join tables that are kept in different ways.
            let mut all = self.rows(&tables.join("; ")).await;
            all.sort();
            return all;
        }
        let all = tables.join(" union all ");
        self.rows(&format!("{all} order by 1, 2")).await
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        let url = std::mem::take(&mut self.url);
        // What a test that failed has left behind is not known.
        if let Some(loan) = self.loan.take().filter(|_| !std::thread::panicking()) {
            RUNTIME.spawn(loans::give_back(url, loan));
        }
    }
}

fn new_name() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// Makes a schema, over one of a few connections that have made others: a new one would first have to
/// learn the catalogue, which costs half as much again. After some it is given up, with the memory that
/// it keeps for each table.
async fn make(sql: &str) {
    const MOST: u8 = 20;
    type Maker = Mutex<Option<(Client, u8)>>;
    static MAKERS: [Maker; 4] = [const { Mutex::const_new(None) }; 4];
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let mut maker = MAKERS[NEXT.fetch_add(1, Ordering::Relaxed) % MAKERS.len()]
        .lock()
        .await;
    let (client, made) = match maker.take() {
        Some((client, made)) if made < MOST => (client, made),
        // Not on the runtime of a test, with which it would end.
        _ => {
            let connected = RUNTIME.spawn(connect(cluster().await));
            (connected.await.unwrap(), 0)
        }
    };
    rows(&client, sql).await.unwrap();
    *maker = Some((client, made + 1));
}

/// The result of the migrations as one piece of SQL: each table is made in its final form. The migrations
/// are run once, by the service's own code, and their records are copied.
async fn replay() -> String {
    let template = Schema::empty().await;
    migrate(&template.url).await.unwrap();
    let name = template.value("select current_schema()").await;
    let definitions = template.value(include_str!("definitions.sql")).await;
    const NOTES: &str = "__diesel_schema_migrations";
    format!("{definitions}; insert into {NOTES} select * from {name}.{NOTES}")
}

/// Brings a database to the schema of this version; says which migrations it took.
pub(crate) async fn migrate(url: &str) -> Result<Vec<String>, infra::postgres::MigrateError> {
    let target = Target::parse(url).unwrap();
    let migrated = RUNTIME.spawn(async move { infra::postgres::migrate(&target).await });
    Ok(migrated.await.unwrap()?.applied)
}

/// A connection, which ends with its client.
async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    RUNTIME.spawn(connection);
    client
}

/// The rows that `sql` gives on this connection, as text.
pub(crate) async fn rows(
    client: &Client,
    sql: &str,
) -> Result<Vec<Vec<Option<String>>>, tokio_postgres::Error> {
    let messages = client.simple_query(sql).await?;
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    let rows = rows.map(|row| {
        let values = (0..row.len()).map(|column| row.get(column).map(str::to_owned));
        values.collect()
    });
    Ok(rows.collect())
}
