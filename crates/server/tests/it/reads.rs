//! How many rows the service reads: the cost of finding few among very many, on any machine.

use crate::app::TestApp;
use crate::db::{RUNTIME, Schema};
use crate::purge::until;
use crate::rows;
use crate::shares::many::multiply;
use crate::shares::{message, share_item};
use domain::clock::Clock as _;
use domain::id::OwnerId;
use domain::jobs::{Job, JobKind, JobQueue as _};
use domain::repeats::{RepeatKey, RepeatStore as _};
use domain::secret::Digest;
use infra::clock::SystemClock;
use infra::postgres::{PgJobs, PgRepeats};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;

/// Autovacuum reads at times of its own, and changes plans.
const NO_AUTOVACUUM: &str = "do $$ declare name regclass; begin
    for name in select oid from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r' loop
        execute format('alter table %s set (autovacuum_enabled = false)', name);
    end loop;
end $$";

/// A schema whose connections bear its name, so that they can be told from those of other tests.
pub(crate) async fn named() -> Schema {
    let schema = Schema::unused().await;
    schema.rows(NO_AUTOVACUUM).await;
    schema.under_its_name().await
}

/// How many rows of a table were read so far.
pub(crate) async fn rows_read(schema: &Schema, table: &str) -> u64 {
    report(schema).await;
    let read = format!(
        "select coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) from pg_stat_user_tables
        where schemaname = current_schema() and relname = '{table}'"
    );
    schema.value(&read).await.parse().unwrap()
}

/// Ends the service's connections, since they report their reads then at the latest. If the service has closed them,
/// they have done so. The test's own connection would report its reads a second later.
pub(crate) async fn report(schema: &Schema) {
    schema.rows("select pg_stat_force_next_flush()").await;
    let others = "select pid, pg_terminate_backend(pid) from pg_stat_activity
        where application_name = current_schema() and pid <> pg_backend_pid()";
    let ended = schema.rows(others).await.into_iter().flatten().flatten();
    let ended: Vec<String> = ended.filter(|pid| pid.parse::<u32>().is_ok()).collect();
    let left = format!(
        "select count(*) from pg_stat_activity where pid = any('{{{}}}')",
        ended.join(",")
    );
    until(schema, &left, 20, |count| count == 0).await;
}

/// Vacuums a table until an index is enough to know that its rows are there: transactions of other
/// tests may be older than the rows.
async fn vacuum(schema: &Schema, table: &str) {
    let seen = format!(
        "select relpages - relallvisible from pg_class
        where relname = '{table}' and relnamespace = current_schema()::regnamespace"
    );
    for _ in 0..600 {
        schema
            .rows(&format!("vacuum (analyze, index_cleanup on) {table}"))
            .await;
        if schema.value(&seen).await == "0" {
            return;
        }
        sleep(Duration::from_millis(100)).await;
    }
    panic!("{table} is not all visible");
}

#[tokio::test]
async fn a_page_of_versions_reads_no_more_than_the_page() {
    let schema = named().await;
    let database = schema.patient_database(2);
    let app = TestApp::serve(schema, database, |_| {});
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let item = alice.say(&conversation, "the last").await;
    let many =
        "insert into item_versions (owner_id, conversation_id, created_at, sequence, version,
            content)
        select owner_id, conversation_id, created_at, sequence, n, 'version ' || n
        from items, generate_series(1, 20000) n;
        update items set version = 20001";
    app.schema.rows(many).await;
    let id = item["id"].as_str().unwrap();
    let path = format!("/v1/conversations/{conversation}/items/{id}/versions?limit=2");
    for (order, numbers) in [
        ("asc", [1, 2, 3, 4]),
        ("desc", [20_001, 20_000, 19_999, 19_998]),
    ] {
        let mut after = String::new();
        for pair in numbers.chunks(2) {
            let page = alice.get(&format!("{path}&order={order}{after}")).await;
            let page = page.expect(200);
            let found = [&page["data"][0]["version"], &page["data"][1]["version"]];
            assert_eq!(found, [&json!(pair[0]), &json!(pair[1])]);
            after = format!("&after={}", page["next_after"].as_str().unwrap());
        }
    }
    let read = rows_read(&app.schema, "item_versions").await;
    assert!((1..100).contains(&read), "{read} rows were read");
}

#[tokio::test]
async fn the_latest_of_many_attempts_is_found_without_the_others() {
    let schema = named().await;
    let repeats = Arc::new(PgRepeats(schema.patient_database(1)));
    let many = "insert into repeats (owner_id, key, body, token, created_at, leased_until,
            expires_at, attempt)
        select '00000000-0000-0000-0000-000000000007', sha256(n::text::bytea), sha256('body'),
            gen_random_uuid(), now() + n * interval '1 ms', now(), now(), 0
        from generate_series(1, 20000) n;
        analyze repeats";
    schema.rows(many).await;
    let body = digest(&schema, "body").await;
    let owner = OwnerId::new(ulid::Ulid(7));
    let since = SystemClock.now() - chrono::TimeDelta::minutes(10);
    let asked = RepeatKey { owner, key: body };
    let store = Arc::clone(&repeats);
    let found = RUNTIME.spawn(async move { store.matching(asked, 1, since).await });
    let found = found.await.unwrap().unwrap().unwrap();
    assert_eq!(found.key, digest(&schema, "20000").await);
    let read = rows_read(&schema, "repeats").await;
    assert!(read < 100, "{read} rows were read");
}

async fn digest(schema: &Schema, text: &str) -> Digest {
    let hex = format!("select encode(sha256('{text}'), 'hex')");
    let hex = schema.value(&hex).await;
    let byte = |at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap();
    Digest(std::array::from_fn(byte))
}

#[tokio::test]
async fn jobs_that_are_not_due_are_not_read() {
    let schema = named().await;
    let jobs = PgJobs(schema.patient_database(1));
    let many = "insert into jobs (owner_id, kind, key, created_at, due_at)
        select gen_random_uuid(), 2, gen_random_uuid(), now(), now() + interval '1 day'
        from generate_series(1, 20000)";
    schema.rows(many).await;
    let kinds = [JobKind::Title, JobKind::Purge, JobKind::Removal];
    let look = async || {
        let now = SystemClock.now();
        jobs.due(&kinds, Job::START, now, 64).await.unwrap()
    };
    for _ in 0..8 {
        assert_eq!(look().await.len(), 0);
    }
    // The same when a job is due. PostgreSQL's statistics decide how it reads the table.
    schema.rows("analyze jobs").await;
    let conversation = &rows::conversations(&schema, 1).await[0];
    let due = format!(
        "insert into jobs (owner_id, kind, key, created_at, due_at)
        values (gen_random_uuid(), 8, '{}', now(), now() - interval '1 minute')",
        rows::stored(conversation)
    );
    schema.rows(&due).await;
    for _ in 0..8 {
        assert_eq!(look().await.len(), 1);
    }
    let read = rows_read(&schema, "jobs").await;
    assert!(read < 1_000, "{read} rows were read");
    // Where many are due, they come in the order of their owners all the same.
    let many = "insert into jobs (owner_id, kind, key, created_at, due_at)
        select gen_random_uuid(), 2, gen_random_uuid(), now(), now() - interval '1 hour'
        from generate_series(1, 600)";
    schema.rows(many).await;
    let jobs = PgJobs(schema.patient_database(1));
    let found = jobs.due(&kinds, Job::START, SystemClock.now(), 64).await;
    let found: Vec<_> = found.unwrap().iter().map(|job| job.owner).collect();
    assert!(found.len() == 64 && found.is_sorted());
}

#[tokio::test]
async fn links_are_read_no_further_than_they_are_asked_for() {
    let schema = named().await;
    let database = schema.patient_database(2);
    let app = TestApp::serve(schema, database, |_| {});
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let shared = message(&alice, &conversation, "user", "shared").await;
    let other = message(&alice, &conversation, "user", "not shared").await;
    share_item(&alice, &conversation, &shared, json!({})).await;
    multiply(&app.schema, 5_000).await;
    app.schema.rows("analyze shares, conversations").await;
    let of_conversation = format!("/v1/conversations/{conversation}/shares");
    for path in ["/v1/shares", &of_conversation] {
        for query in ["limit=2", "limit=2&order=asc", "limit=2&state=active"] {
            let page = alice.get(&format!("{path}?{query}")).await.expect(200);
            assert_eq!(page["data"].as_array().unwrap().len(), 2);
        }
    }
    // Nor for the few in one state.
    let few =
        "update shares set revoked_at = created_at where id in (select id from shares limit 1);
        update shares set expires_at = created_at where id in (
            select id from shares where revoked_at is null limit 1)";
    app.schema.rows(few).await;
    vacuum(&app.schema, "shares").await;
    let before = rows_read(&app.schema, "shares").await;
    for path in ["/v1/shares", &of_conversation] {
        for (state, count) in [("revoked", 1), ("expired", 1), ("active", 100)] {
            for order in ["asc", "desc"] {
                let query = format!("limit=100&state={state}&order={order}");
                let page = alice.get(&format!("{path}?{query}")).await.expect(200);
                assert_eq!(page["data"].as_array().unwrap().len(), count, "{state}");
            }
        }
    }
    let read = rows_read(&app.schema, "shares").await - before;
    assert!((1..1_000).contains(&read), "{read} rows were read");
    // Nor for a message without one.
    let path = format!("/v1/conversations/{conversation}/items/{other}");
    alice.delete(&path).await.expect_nothing(204);
    let read = rows_read(&app.schema, "shares").await - before;
    assert!(read < 1_500, "{read} rows were read");
}

#[tokio::test]
async fn conversations_of_a_referrer_are_found_among_very_many() {
    let schema = named().await;
    let database = schema.patient_database(2);
    let app = TestApp::serve(schema, database, |_| {});
    rows::conversations(&app.schema, 8_000).await;
    let rare = "update conversations set metadata = jsonb_build_object('referrer',
            case when id in (select id from conversations order by id limit 3) then 'rare'
                else 'usual' end);
        analyze conversations";
    // Over a connection that is ended like the service's, and so reports its reads.
    let other = Schema::at(app.schema.url().to_owned());
    other.rows(rare).await;
    let before = rows_read(&app.schema, "conversations").await;
    let path = "/jan/v1/conversations?referrer=rare";
    let page = app.alice().get(path).await.expect(200);
    assert_eq!(page["total"], 3);
    let read = rows_read(&app.schema, "conversations").await - before;
    assert!(read < 100, "{read} rows were read");
}
