//! With `JAN_TEST_CITUS`, which is the address of the coordinator of a Citus cluster, the schemas of all tests are in
//! that cluster, and Citus keeps their tables in parts. `scripts/checks/citus` starts one. A schema that a test
//! migrates itself is an ordinary one there.

use crate::db::{RUNTIME, rows};
use infra::postgres::Target;
use std::collections::HashSet;
use std::sync::{LazyLock, Mutex, PoisonError};
use tokio::sync::MutexGuard;
use tokio_postgres::{Client, Error};

static COORDINATOR: LazyLock<Option<String>> =
    LazyLock::new(|| std::env::var("JAN_TEST_CITUS").ok());

/// The schemas whose tables are in parts.
static DIVIDED: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);

/// The address of the coordinator, if the tests run on Citus.
pub(crate) fn coordinator() -> Option<&'static str> {
    COORDINATOR.as_deref()
}

/// Schemas are made one at a time: the placing of a table locks what Citus knows of all tables.
pub(crate) async fn turn() -> Option<MutexGuard<'static, ()>> {
    static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    match coordinator() {
        Some(_) => Some(TURN.lock().await),
        None => None,
    }
}

/// Has Citus keep the tables of a schema in parts, if the tests run on Citus.
pub(crate) async fn divide(url: &str) {
    if coordinator().is_none() {
        return;
    }
    let target = Target::parse(url).unwrap();
    let divided = RUNTIME.spawn(async move { infra::postgres::divide(&target).await });
    divided.await.unwrap().unwrap();
    let name = schema_of(url).unwrap().to_owned();
    let mut all = DIVIDED.lock().unwrap_or_else(PoisonError::into_inner);
    all.insert(name);
}

/// Whether the tables at this address are in parts.
pub(crate) fn is_divided(url: &str) -> bool {
    let all = DIVIDED.lock().unwrap_or_else(PoisonError::into_inner);
    schema_of(url).is_some_and(|name| all.contains(name))
}

fn schema_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("search_path%3D")?;
    rest.split(['&', '%']).next()
}

/// The tables that hold something, which the client is about to empty. PostgreSQL does not know the sizes of
/// tables in parts, and Citus empties tables that it keeps in different ways one after the other only.
pub(crate) async fn used(client: &Client) -> Result<Option<String>, Error> {
    const TABLES: &str = "select relname from pg_class
        where relnamespace = current_schema()::regnamespace and relkind = 'r'
            and relname <> '__diesel_schema_migrations'";
    rows(client, "set citus.multi_shard_modify_mode to 'sequential'").await?;
    let tables = rows(client, TABLES).await?.into_iter().flatten().flatten();
    let looks = tables.map(|table| format!("select '{table}' from {table} limit 1"));
    let used = rows(client, &looks.collect::<Vec<_>>().join("; ")).await?;
    let used: Vec<String> = used.into_iter().flatten().flatten().collect();
    Ok((!used.is_empty()).then(|| used.join(", ")))
}
