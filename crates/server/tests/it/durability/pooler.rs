//! PgBouncer between the service and PostgreSQL: it forgets whose statement was whose when a
//! connection closes, so work has to be called off before.

use crate::answer::Answer;
use crate::app::TestApp;
use crate::db::Schema;
use crate::pooler::{self, Pooler};
use crate::process::{self, Process};
use crate::proxy::socket_of;
use futures_util::future::join_all;
use nix::sys::signal::Signal;
use serde_json::json;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// The first version that keeps prepared statements in transaction mode.
const KEEPS: (u32, u32) = (1, 21);

/// Whether there is one that does.
fn keeps() -> bool {
    pooler::program().is_some_and(|(_, version)| version >= KEEPS)
}

/// One to a schema, as this role, with its address; `None` where PgBouncer is not installed.
async fn to(schema: &Schema, role: &str, settings: &str) -> Option<(Pooler, String)> {
    let (program, _) = pooler::program()?;
    let socket = socket_of(schema);
    let databases = format!("* = host={{host}} port=5432 user={role}");
    let pooler = Pooler::start(&program, &socket, &databases, settings).await;
    let (_, rest) = schema.url().split_once('@').unwrap();
    let (_, rest) = rest.split_once('/').unwrap();
    let (database, _) = rest.split_once('?').unwrap();
    let url = pooler.url(role, database);
    Some((pooler, url))
}

/// A role with the schema's search path, which a pooler does not pass on.
async fn role(schema: &Schema) -> String {
    let name = schema.value("select current_schema()").await;
    // Roles are the cluster's, and another test may have had this schema.
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let role = format!("pooled_{name}_{}", NUMBER.fetch_add(1, Relaxed));
    let make =
        format!("create role {role} superuser login; alter role {role} set search_path = {name}");
    schema.rows(&make).await;
    role
}

#[tokio::test]
async fn a_pooler_that_forgets_prepared_statements_is_refused_at_the_start() {
    let schema = Schema::migrated().await;
    let role = role(&schema).await;
    // Earlier versions do not know the setting.
    let forgets = match keeps() {
        true => "pool_mode = transaction\nmax_prepared_statements = 0",
        false => "pool_mode = transaction",
    };
    let Some((_pooler, url)) = to(&schema, &role, forgets).await else {
        println!("skipped: there is no pgbouncer");
        return;
    };
    let settings = [
        ("DATABASE_URL", url.as_str()),
        ("JWT_SECRET", "a secret that is long enough for this"),
    ];
    let ended = process::output(&["serve", "--http-port", "0"], &settings).await;
    assert!(!ended.status.success());
    let said = process::text(&ended.stderr);
    assert!(said.contains("does not keep prepared statements"), "{said}");
    assert!(
        said.contains("1.21") && said.contains("pool_mode"),
        "{said}"
    );
}

#[tokio::test]
async fn a_pooler_in_session_mode_is_served_through() {
    let schema = Schema::migrated().await;
    let role = role(&schema).await;
    let Some((_pooler, url)) = to(&schema, &role, "pool_mode = session").await else {
        println!("skipped: there is no pgbouncer");
        return;
    };
    let log = serve_twice(&url).await;
    assert!(!log.contains("behind the pooler"), "{log}");
}

/// Serves twice; the log of the second time. The second start finds no lock that the first has left on a connection of the pool.
async fn serve_twice(url: &str) -> String {
    let mut log = String::new();
    for _ in 0..2 {
        let mut served = Process::external(url, &[]).await;
        served.ready().await;
        let alice = served.alice();
        let conversation = alice.conversation(json!({ "title": "Through it" })).await;
        let path = format!("/v1/conversations/{conversation}/items");
        let message = |text: String| json!({ "role": "user", "content": text });
        let texts = (0..40).map(|number| alice.post(&path, message(number.to_string())));
        for answer in join_all(texts).await {
            answer.expect(201);
        }
        let found = alice.get(&format!("{path}?limit=100")).await.expect(200);
        assert_eq!(found["data"].as_array().unwrap().len(), 40);
        served.signal(Signal::SIGTERM);
        served.ended().await;
        log = served.log.lines().join("\n");
    }
    log
}

#[tokio::test]
async fn a_pooler_in_transaction_mode_that_keeps_prepared_statements_is_served_through() {
    if !keeps() {
        println!("skipped: PgBouncer 1.21 or later is not installed (PGBOUNCER may name one)");
        return;
    }
    let schema = Schema::migrated().await;
    let role = role(&schema).await;
    // Fewer than the service has connections.
    let few = "pool_mode = transaction\ndefault_pool_size = 3\nmax_prepared_statements = 200";
    let (_pooler, url) = to(&schema, &role, few).await.unwrap();
    let log = serve_twice(&url).await;
    let told = "a setting does not hold behind the pooler";
    let command = log.lines().find(|line| line.contains(told)).unwrap();
    assert!(command.contains("WARN"), "{command}");
    let (_, command) = command.split_once("run=").unwrap();
    let command = command.trim().trim_matches('"');
    assert!(
        command.ends_with("set statement_timeout = '30s'"),
        "{command}"
    );
    schema.rows(command).await;
    // The pool's connections of before the command are another pooler's.
    let (_next, url) = to(&schema, &role, few).await.unwrap();
    let log = serve_twice(&url).await;
    assert!(!log.contains(told), "{log}");
}

#[tokio::test]
async fn a_limit_that_the_pooler_sets_on_each_of_its_connections_is_no_reason_for_a_warning() {
    if !keeps() {
        println!("skipped: PgBouncer 1.21 or later is not installed (PGBOUNCER may name one)");
        return;
    }
    let schema = Schema::migrated().await;
    let role = role(&schema).await;
    let (program, _) = pooler::program().unwrap();
    let databases = format!(
        "* = host={{host}} port=5432 user={role} connect_query='set statement_timeout = ''30s'''"
    );
    let few = "pool_mode = transaction\ndefault_pool_size = 3\nmax_prepared_statements = 200";
    let pooler = Pooler::start(&program, &socket_of(&schema), &databases, few).await;
    let (_, rest) = schema.url().split_once('@').unwrap();
    let (_, rest) = rest.split_once('/').unwrap();
    let (database, _) = rest.split_once('?').unwrap();
    let log = serve_twice(&pooler.url(&role, database)).await;
    assert!(!log.contains("behind the pooler"), "{log}");
}

/// PgBouncer 1.18 may also close one of our other connections when a statement is called off (its issue 801),
/// and then the service cannot tell that it is only busy.
fn must_be_refused(answer: &Answer) {
    let code = answer.json()["error"]["code"].clone();
    assert_eq!(answer.status, 503, "{code}");
    let codes = ["server_busy", "database_unavailable"];
    assert!(codes.iter().any(|known| code == *known), "{code}");
}

#[tokio::test]
async fn refused_work_is_not_stored_later_behind_a_pooler() {
    if std::env::var("JAN_TEST_SOAK").is_err() {
        println!("skipped (scripts/test --soak)");
        return;
    }
    refused_work_is_not_stored("pool_mode = session").await;
    if keeps() {
        refused_work_is_not_stored("pool_mode = transaction\nmax_prepared_statements = 200").await;
    }
}

async fn refused_work_is_not_stored(settings: &str) {
    let schema = Schema::migrated().await;
    let role = role(&schema).await;
    let Some((_pooler, url)) = to(&schema, &role, settings).await else {
        println!("skipped: there is no pgbouncer");
        return;
    };
    let database = Schema::at(url).database(2);
    let app = TestApp::serve(schema, database, |_| {});
    let alice = app.alice();
    let conversation = alice.conversation(json!({ "title": "Before" })).await;
    let other = app.schema.connected().await;
    let lock = format!(
        "begin; select from conversations where id = '{}' for update",
        crate::rows::stored(&conversation)
    );
    other.batch_execute(&lock).await.unwrap();
    let path = format!("/v1/conversations/{conversation}/items");
    let message = |call_id| json!({ "role": "user", "content": "x", "call_id": call_id });
    let (one, two) = tokio::join!(
        alice.post(&path, message("1")),
        alice.post(&path, message("2"))
    );
    must_be_refused(&one);
    must_be_refused(&two);
    other.batch_execute("commit").await.unwrap();
    // Whatever still runs comes to its end.
    let running = "select count(*) from pg_stat_activity where state = 'active' and query ilike \
                   '%items%' and pid <> pg_backend_pid()";
    let deadline = Instant::now() + Duration::from_secs(60);
    while app.schema.value(running).await != "0" {
        assert!(Instant::now() < deadline, "something is still running");
    }
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut found = alice.get(&path).await;
    while found.status == 503 && Instant::now() < deadline {
        found = alice.get(&path).await;
    }
    assert_eq!(found.expect(200)["data"], json!([]));
    alice.post(&path, message("3")).await.expect(201);
}
