//! The tables as the code sees them, compared with the tables there are.

use crate::db::Schema;
use std::collections::BTreeMap;

type Tables = BTreeMap<String, BTreeMap<String, (String, bool)>>;

/// What `infra` says of each table: columns, their types, whether they may be null. Its tables are
/// its own business, so the file is read.
fn described() -> Tables {
    let text = include_str!("../../../infra/src/postgres/schema.rs");
    let mut tables = Tables::new();
    for table in text.split("diesel::table! {").skip(1) {
        let (name, rest) = table.trim().split_once(' ').unwrap();
        let (_, rest) = rest.split_once('{').unwrap();
        let (columns, _) = rest.split_once('}').unwrap();
        let columns = columns
            .lines()
            .filter_map(|line| line.trim().split_once(" -> "));
        let columns = columns.map(|(column, kind)| {
            let kind = kind.trim_end_matches(',');
            let inner = kind
                .strip_prefix("Nullable<")
                .and_then(|k| k.strip_suffix('>'));
            (
                column.to_owned(),
                (inner.unwrap_or(kind).to_owned(), inner.is_some()),
            )
        });
        tables.insert(name.to_owned(), columns.collect());
    }
    assert!(!tables.is_empty());
    tables
}

fn diesel_type(kind: &str) -> &str {
    match kind {
        "uuid" => "Uuid",
        "smallint" => "SmallInt",
        "integer" => "Integer",
        "bigint" => "BigInt",
        "boolean" => "Bool",
        "text" => "Text",
        "bytea" => "Binary",
        "jsonb" => "Jsonb",
        "timestamp with time zone" => "Timestamptz",
        "_uuid" => "Array<Uuid>",
        "_text" => "Array<Text>",
        "_int4" => "Array<Integer>",
        other => panic!("say in schema.rs what {other} is to Diesel"),
    }
}

#[tokio::test]
async fn the_tables_have_the_columns_that_the_code_expects() {
    let schema = Schema::migrated().await;
    let columns = "select table_name, column_name, \
                   case data_type when 'ARRAY' then udt_name else data_type end, is_nullable \
                   from information_schema.columns where table_schema = current_schema() \
                   and table_name not like '\\_\\_diesel%'";
    let mut found = Tables::new();
    for row in schema.rows(columns).await {
        let [table, column, kind, nullable] = <[Option<String>; 4]>::try_from(row).unwrap();
        let kind = diesel_type(&kind.unwrap()).to_owned();
        let nullable = nullable.as_deref() == Some("YES");
        let columns = found.entry(table.unwrap()).or_default();
        columns.insert(column.unwrap(), (kind, nullable));
    }
    for (table, columns) in described() {
        assert_eq!(found.get(&table), Some(&columns), "{table}");
    }
}

#[tokio::test]
async fn the_key_of_every_table_begins_with_the_owner() {
    let schema = Schema::migrated().await;
    // Global look-up tables, digest to owner and the like, are named one by one.
    let exceptions = [
        "__diesel_schema_migrations",
        "api_key_digests",
        "email_addresses",
        "external_removals",
        "purge_queue",
        "refresh_tokens",
        "share_digests",
        "share_tombstones",
    ];
    let keys = "select c.relname, a.attname from pg_index i \
                join pg_class c on c.oid = i.indrelid \
                join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0] \
                where i.indisprimary and c.relnamespace = current_schema()::regnamespace";
    let rows = schema.rows(keys).await;
    assert!(rows.len() > 5, "{rows:?}");
    for row in rows {
        let [table, first] = <[Option<String>; 2]>::try_from(row)
            .unwrap()
            .map(Option::unwrap);
        if !exceptions.contains(&table.as_str()) {
            assert_eq!(first, "owner_id", "{table}");
        }
    }
}
