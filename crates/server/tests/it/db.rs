//! One throw-away PostgreSQL for the whole process, and a schema of its own for every test.

use infra::postgres::embedded::ThrowawayPostgres;
use infra::postgres::{Database, Target};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::OnceCell;
use tokio_postgres::{NoTls, SimpleQueryMessage};

/// Where servers and the cluster live: a test's own runtime ends with the test.
pub(crate) static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().unwrap()
});

static CLUSTER: OnceCell<ThrowawayPostgres> = OnceCell::const_new();

/// The connection string of the cluster that all tests share; each uses a schema of its own.
async fn cluster() -> &'static str {
    let started = CLUSTER.get_or_init(|| async {
        let start = ThrowawayPostgres::start(None, 300);
        RUNTIME.spawn(start).await.unwrap().unwrap()
    });
    started.await.database_url()
}

/// A schema that only one test knows of.
pub(crate) struct Schema {
    pub(crate) url: String,
}

impl Schema {
    /// Empty, not yet migrated.
    pub(crate) async fn empty() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let cluster = cluster().await;
        run(cluster, &format!("create schema {name}")).await;
        let url = format!("{cluster}&options=-c%20search_path%3D{name}");
        Self { url }
    }

    /// As the service expects it.
    pub(crate) async fn migrated() -> Self {
        let schema = Self::empty().await;
        migrate(&schema.url).await.unwrap();
        schema
    }

    /// The service's view of it.
    pub(crate) fn database(&self, connections: usize) -> Database {
        let target = Target::parse(&self.url).unwrap();
        let database = Database::new(target, connections);
        database.open();
        database
    }

    /// The rows that `sql` gives, as text.
    pub(crate) async fn rows(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        run(&self.url, sql).await
    }

    /// The first value that `sql` gives.
    pub(crate) async fn value(&self, sql: &str) -> String {
        self.rows(sql).await[0][0].clone().unwrap_or_default()
    }

    /// Everything that is stored, so that a test can say that nothing has changed.
    pub(crate) async fn contents(&self) -> Vec<(String, Vec<String>)> {
        let tables = "select table_name from information_schema.tables \
                      where table_schema = current_schema() order by 1";
        let mut contents = Vec::new();
        for table in self.rows(tables).await {
            let table = table[0].clone().unwrap();
            let rows = format!("select md5(t::text) from \"{table}\" t order by 1");
            let rows = self.rows(&rows).await;
            contents.push((table, rows.into_iter().flatten().flatten().collect()));
        }
        contents
    }
}

/// Brings a database to the schema of this version; says which migrations it took.
pub(crate) async fn migrate(url: &str) -> Result<Vec<String>, infra::postgres::MigrateError> {
    let target = Target::parse(url).unwrap();
    let migrated = RUNTIME.spawn(async move { infra::postgres::migrate(&target).await });
    migrated.await.unwrap()
}

/// Runs SQL on a connection of its own.
pub(crate) async fn run(url: &str, sql: &str) -> Vec<Vec<Option<String>>> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    let messages = client.simple_query(sql).await.unwrap();
    drop(client);
    let _ = connection.await;
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    rows.map(|row| {
        let values = (0..row.len()).map(|column| row.get(column).map(str::to_owned));
        values.collect()
    })
    .collect()
}
