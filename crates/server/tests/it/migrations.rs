//! The schema: up, down again without a trace, and up by many at once.

use crate::db::{Schema, migrate};
use crate::process::Process;
use futures_util::future::join_all;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The migrations of the repository, in order.
pub(crate) fn migrations() -> Vec<PathBuf> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
    let entries = fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = entries.filter(|path| path.is_dir()).collect();
    found.sort();
    assert!(!found.is_empty(), "there are no migrations");
    found
}

async fn apply(schema: &Schema, migration: &Path, file: &str) {
    let sql = fs::read_to_string(migration.join(file)).unwrap();
    println!("{}", migration.join(file).display());
    schema.rows(&format!("begin; {sql}; commit")).await;
}

/// Everything that the schema holds: relations, columns, constraints, indexes, functions, types,
/// triggers, sequences.
async fn catalog(schema: &Schema) -> Vec<String> {
    const CATALOG: &str = "
        select 'relation ' || relkind::text || ' ' || relname || ' '
            || coalesce(reloptions::text, '')
        from pg_class where relnamespace = current_schema()::regnamespace
        union all
        select 'column ' || c.relname || '.' || a.attname || ' '
            || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull || ' '
            || coalesce(pg_get_expr(d.adbin, d.adrelid), '') || ' ' || a.attidentity::text
            || ' ' || a.attcollation || coalesce(to_jsonb(a)->>'attcompression', '')
        from pg_attribute a join pg_class c on c.oid = a.attrelid
        left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where c.relnamespace = current_schema()::regnamespace and a.attnum > 0
            and not a.attisdropped
        union all
        select 'constraint ' || conname || ' ' || pg_get_constraintdef(oid)
        from pg_constraint where connamespace = current_schema()::regnamespace
        union all
        select 'index ' || indexdef from pg_indexes where schemaname = current_schema()
        union all
        select 'function ' || proname from pg_proc
        where pronamespace = current_schema()::regnamespace
        union all
        select 'type ' || typname from pg_type
        where typnamespace = current_schema()::regnamespace
        union all
        select 'trigger ' || tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid
        where c.relnamespace = current_schema()::regnamespace and not tgisinternal
        order by 1";
    let rows = schema.rows(CATALOG).await;
    // The name of the schema itself differs from test to test.
    let name = schema.value("select current_schema()").await;
    let lines = rows.into_iter().flatten().flatten();
    lines.map(|line| line.replace(&name, "schema")).collect()
}

#[tokio::test]
async fn each_down_undoes_its_up() {
    let schema = Schema::empty().await;
    let mut before = vec![catalog(&schema).await];
    assert_eq!(before[0], Vec::<String>::new());
    for migration in migrations() {
        apply(&schema, &migration, "up.sql").await;
        let after = catalog(&schema).await;
        assert_ne!(
            Some(&after),
            before.last(),
            "{} does nothing",
            migration.display()
        );
        before.push(after);
    }
    let whole = before.pop().unwrap();
    for migration in migrations().iter().rev() {
        apply(&schema, migration, "down.sql").await;
        let expected = before.pop().unwrap();
        assert_eq!(catalog(&schema).await, expected, "{}", migration.display());
    }
    for migration in migrations() {
        apply(&schema, &migration, "up.sql").await;
    }
    assert_eq!(catalog(&schema).await, whole);
}

#[tokio::test]
async fn the_migrations_of_the_binary_are_those_of_the_repository() {
    let schema = Schema::empty().await;
    let applied = migrate(schema.url()).await.unwrap();
    assert_eq!(applied.len(), migrations().len());
    for (applied, path) in applied.iter().zip(migrations()) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let number: String = name.chars().take(17).filter(char::is_ascii_digit).collect();
        assert!(
            applied.starts_with(&number) || *applied == name,
            "{applied} is not {name}"
        );
    }
    assert_eq!(migrate(schema.url()).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn four_instances_start_at_once_on_an_empty_database() {
    for _ in 0..2 {
        let schema = Schema::empty().await;
        let started = join_all((0..4).map(|_| migrate(schema.url()))).await;
        let mut applied: Vec<_> = started
            .into_iter()
            .map(|done| done.unwrap().len())
            .collect();
        applied.sort_unstable();
        // One of them did all the work, and the others waited for it.
        assert_eq!(applied, [0, 0, 0, migrations().len()]);
        let one_by_one = Schema::migrated().await;
        assert_eq!(catalog(&schema).await, catalog(&one_by_one).await);
    }
}

#[tokio::test]
async fn a_failing_migration_is_tried_again_with_growing_pauses_and_told_once() {
    let schema = Schema::empty().await;
    schema.rows("create table users (name text)").await;
    let settings = [("LOG_LEVEL", "info,server=debug")];
    let process = Process::external(schema.url(), &settings).await;
    let reason = "relation \"users\" already exists";
    let told = ["WARN", "the database is not ready; trying again", reason];
    process.log.line_with(&told).await;
    process.log.line("the database is still not ready").await;
    let second = Instant::now();
    schema.rows("drop table users").await;
    process.ready().await;
    // The first pause is of a second, and this was the second one.
    let pause = second.elapsed();
    assert!(pause >= Duration::from_millis(1_500), "{pause:?}");
    let lines = process.log.lines();
    let told = lines.iter().filter(|line| line.contains("not ready; "));
    assert_eq!(told.count(), 1, "{lines:#?}");
}
