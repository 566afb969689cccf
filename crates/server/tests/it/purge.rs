//! Rows of deleted conversations are reclaimed, by any number of workers, through any crash.

use crate::app::TestApp;
use crate::clock::LaterClock;
use crate::db::{RUNTIME, Schema};
use crate::rows;
use chrono::TimeDelta;
use domain::clock::Clock;
use domain::jobs::{Job, JobKind, JobQueue as _, Portion, Step};
use domain::purge::PurgeStore as _;
use domain::upkeep::Retention;
use domain::usage::Allowances;
use infra::clock::SystemClock;
use infra::postgres::{Database, PgJobs, PgPurge};
use reqwest::Method;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

const ROWS: &str = "select (select count(*) from items) + (select count(*) from item_versions) \
                    + (select count(*) from jobs where kind = 8)";

/// A worker of an instance, with connections of its own. It ends with this value, in the middle of
/// whatever it is at: a crash, as far as the database can tell.
pub(crate) struct Worker(JoinHandle<()>);

impl Worker {
    pub(crate) fn start(schema: &Schema) -> Self {
        let usual = schema.database(2);
        Self::over(usual, Arc::new(SystemClock), Retention::default())
    }

    /// One for which the sweeps that follow a removal are over at once, while the removal itself is remembered: by the
    /// time of this machine the service's removals are so old that they are forgotten.
    pub(crate) fn after_sweeps(schema: &Schema) -> Self {
        let clock = Arc::new(LaterClock::by(TimeDelta::minutes(3)));
        Self::over(schema.database(2), clock, Retention::default())
    }

    /// One that goes by another clock.
    pub(crate) fn by(schema: &Schema, clock: Arc<dyn Clock>) -> Self {
        Self::keeping(schema, clock, Retention::default())
    }

    /// One that keeps data only for so long. By a clock that stands still a step that ran out of time would not be
    /// tried again, so it has more time than usual.
    pub(crate) fn keeping(schema: &Schema, clock: Arc<dyn Clock>, retention: Retention) -> Self {
        Self::over(schema.patient_database(2), clock, retention)
    }

    fn over(database: Database, clock: Arc<dyn Clock>, retention: Retention) -> Self {
        let _inside = RUNTIME.enter();
        Self(RUNTIME.spawn(server::jobs::upkeep(
            database,
            clock,
            retention,
            Allowances::NONE,
            Arc::default(),
        )))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Waits until `sql` gives a number that is right; a test that waits in vain fails.
pub(crate) async fn until(schema: &Schema, sql: &str, patience: u64, right: impl Fn(u64) -> bool) {
    // A machine may be busy with something else.
    let deadline = Instant::now() + Duration::from_secs(patience.max(60));
    loop {
        let count = schema.value(sql).await.parse().unwrap();
        if right(count) {
            return;
        }
        assert!(Instant::now() < deadline, "{count} from {sql}");
        sleep(Duration::from_millis(10)).await;
    }
}

/// Some conversations of so many messages, one of which has been edited.
async fn filled(app: &TestApp, count: u64, messages: u32) -> Vec<String> {
    let alice = app.alice();
    let ids = rows::conversations(&app.schema, count).await;
    rows::items_of_all(&app.schema, &ids, messages, "repeat('x', 200)").await;
    for conversation in &ids {
        let item = rows::item_ids(&app.schema, conversation).await.remove(0);
        let edit = format!("/v1/conversations/{conversation}/items/{item}/edit");
        let body = json!({ "content": "edited" });
        alice.call_with(Method::PUT, &edit, &body).await.expect(200);
    }
    ids
}

#[tokio::test]
async fn deleted_conversations_are_gone_at_once_and_their_rows_soon() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let ids = filled(&app, 3, 1_200).await;
    let kept = alice.conversation(json!({})).await;
    alice.say(&kept, "stays").await;
    let items = rows::item_ids(&app.schema, &ids[0]).await;

    let body = json!({ "conversation_ids": ids });
    let answer = alice.post("/v1/conversations/bulk-delete", body).await;
    assert_eq!(answer.expect(200)["deleted_count"], 3);
    // No worker runs yet: every row is there, but not visible.
    assert_eq!(app.schema.value("select count(*) from items").await, "3601");
    let path = format!("/v1/conversations/{}", ids[0]);
    let item = format!("{path}/items/{}", items[0]);
    for path in [
        path.clone(),
        format!("{path}?include_items=false"),
        format!("{path}/export"),
        format!("{path}/export?format=md"),
        format!("{path}/items"),
        format!("{path}/items?after={}", items[0]),
        format!("{path}/items?call_id=x"),
        item.clone(),
        format!("{item}/versions"),
    ] {
        alice
            .get(&path)
            .await
            .refused("conversation_not_found", None);
    }
    let text = json!({ "content": "x" });
    let edit = alice
        .call_with(Method::PUT, &format!("{item}/edit"), &text)
        .await;
    edit.refused("conversation_not_found", None);
    let restore = alice
        .call(Method::POST, &format!("{item}/versions/1/restore"))
        .await;
    restore.refused("conversation_not_found", None);
    alice
        .delete(&item)
        .await
        .refused("conversation_not_found", None);
    alice
        .delete(&path)
        .await
        .refused("conversation_not_found", None);
    let list = alice.get("/v1/conversations").await.expect(200);
    assert_eq!(list["data"].as_array().unwrap().len(), 1);

    let _worker = Worker::start(&app.schema);
    until(&app.schema, ROWS, 20, |rows| rows == 1).await;
    let kept = alice
        .get(&format!("/v1/conversations/{kept}"))
        .await
        .expect(200);
    assert_eq!(kept["items"][0]["content"], "stays");
    rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn a_worker_that_dies_midway_loses_no_job() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let ids = filled(&app, 3, 1_500).await;
    let body = json!({ "conversation_ids": ids });
    alice
        .post("/v1/conversations/bulk-delete", body)
        .await
        .expect(200);

    let items = "select count(*) from items";
    for left in [4_000, 2_500, 1_000] {
        let worker = Worker::start(&app.schema);
        until(&app.schema, items, 20, |rows| rows <= left).await;
        drop(worker);
        // Its unfinished work is still in the queue.
        rows::assert_consistent(&app.schema).await;
    }
    let _worker = Worker::start(&app.schema);
    until(&app.schema, ROWS, 20, |rows| rows == 0).await;
}

#[tokio::test]
async fn workers_share_the_queue() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let ids = filled(&app, 6, 700).await;
    for conversation in &ids {
        let path = format!("/v1/conversations/{conversation}");
        alice.delete(&path).await.expect_nothing(204);
    }
    // Another instance is at the oldest entry, and takes long: the others go round it.
    let other = app.schema.connected().await;
    other.batch_execute("begin").await.unwrap();
    let first = "select key from jobs where kind = 8 order by key limit 1 for update";
    other.query_one(first, &[]).await.unwrap();
    let workers = [Worker::start(&app.schema), Worker::start(&app.schema)];
    until(&app.schema, ROWS, 20, |rows| rows == 702).await;
    let left = "select count(distinct conversation_id) from items";
    assert_eq!(app.schema.value(left).await, "1");

    // And when that one has died, they take over.
    drop(other);
    until(&app.schema, ROWS, 20, |rows| rows == 0).await;
    drop(workers);
}

#[tokio::test]
async fn a_conversation_is_as_good_as_new_while_others_are_reclaimed() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let ids = filled(&app, 2, 800).await;
    let _worker = Worker::start(&app.schema);
    let body = json!({ "conversation_ids": ids });
    alice
        .post("/v1/conversations/bulk-delete", body)
        .await
        .expect(200);
    let conversation = alice.conversation(json!({})).await;
    let mut said = 0;
    while app.schema.value(ROWS).await != said.to_string() {
        said += 1;
        alice.say(&conversation, &format!("message {said}")).await;
        assert!(said < 2_000, "the worker does not come to an end");
    }
    let path = format!("/v1/conversations/{conversation}");
    assert_eq!(alice.get(&path).await.expect(200)["item_count"], said);
    rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn a_step_takes_a_portion_of_bytes_however_few_the_rows_are() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    // Text that compresses badly, so that 32 kB of it are about as many on the disk.
    let text = "(select string_agg(md5(n || '-' || g), '') from generate_series(1, 1000) g)";
    rows::items(&app.schema, &conversation, 40, text).await;
    let path = format!("/v1/conversations/{conversation}");
    alice.delete(&path).await.expect_nothing(204);
    let database = app.schema.patient_database(2);
    let (queue, store) = (PgJobs(database.clone()), PgPurge(database));
    let now = app.clock.now();
    let due = queue.due(&[JobKind::Purge], Job::START, now, 1).await;
    let job = due.unwrap().remove(0);
    // As many rows as there are would fit in.
    let portion = Portion::of(64 * Portion::ROW);
    let mut left = 40;
    loop {
        let step = store.purge(&job, portion, now).await.unwrap();
        let after: u32 = app
            .schema
            .value("select count(*) from items")
            .await
            .parse()
            .unwrap();
        assert!((0..=5).contains(&(left - after)), "{left} and then {after}");
        left = after;
        if matches!(step, Step::Done) {
            break;
        }
    }
    assert_eq!(left, 0);
}
