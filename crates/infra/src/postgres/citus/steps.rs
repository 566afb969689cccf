//! Migrations on a database whose tables are placed. Citus refuses some statements, such as those that make an
//! index, where they come with others in one text, as Diesel sends a migration.

use super::script::statements;
use std::collections::HashSet;
use tokio_postgres::{Client, Error, SimpleQueryMessage};

/// The names and the texts of all migrations, in order.
const MIGRATIONS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

/// Applies those migrations that are pending, statement by statement, each in a transaction; returns their
/// versions.
pub(in crate::postgres) async fn apply(client: &Client) -> Result<Vec<String>, Error> {
    let applied = applied(client).await?;
    let mut done = Vec::new();
    for (name, script) in MIGRATIONS {
        let version = version(name);
        if applied.contains(&version) {
            continue;
        }
        client
            .batch_execute("begin; set local citus.multi_shard_modify_mode to 'sequential'")
            .await?;
        for statement in statements(script) {
            client.batch_execute(statement).await?;
        }
        let note = format!("insert into __diesel_schema_migrations (version) values ('{version}')");
        client.batch_execute(&note).await?;
        client.batch_execute("commit").await?;
        done.push(version);
    }
    Ok(done)
}

async fn applied(client: &Client) -> Result<HashSet<String>, Error> {
    let found = client
        .simple_query("select version from __diesel_schema_migrations")
        .await?;
    let version = |message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    };
    Ok(found.into_iter().filter_map(version).collect())
}

/// As Diesel notes it: the digits at the beginning of the name.
fn version(name: &str) -> String {
    let number = name.split('_').next().unwrap_or_default();
    number.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_migrations_are_there_in_order_and_none_is_empty() {
        let versions: Vec<_> = MIGRATIONS.iter().map(|(name, _)| version(name)).collect();
        assert_eq!(versions.first().unwrap(), "20261122000100");
        assert!(versions.is_sorted());
        for (name, script) in MIGRATIONS {
            assert!(!statements(script).is_empty(), "{name}");
        }
    }
}
