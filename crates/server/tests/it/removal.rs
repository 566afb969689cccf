//! An owner is removed with all data, and no row comes back.

use crate::app::{Actor, PASSWORD, TestApp, id};
use crate::clock::PinnedClock;
use crate::db::{SESSIONS, Schema};
use crate::purge::{Worker, until};
use crate::rows;
use chrono::TimeDelta;
use domain::auth::{Person, RemovalRecord as _, RemovedOwners};
use domain::clock::Clock as _;
use domain::id::OwnerId;
use domain::jobs::Portion;
use domain::removal::{RemovalService, RemovalStore as _};
use infra::postgres::PgRemovals;
use reqwest::Method;
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The rows in each table of all data that an owner can have, except the mark of activity.
async fn belongings(schema: &Schema) -> Vec<(String, u64)> {
    let tables = "select c.table_name from information_schema.columns c \
                  where c.table_schema = current_schema() and c.column_name = 'owner_id' \
                  and c.table_name <> 'removed_owners'";
    let mut rows = Vec::new();
    for table in schema.rows(tables).await {
        let table = table[0].clone().unwrap();
        let count = schema
            .value(&format!(
                "select count(*) from \"{table}\" where owner_id < '{SERVICE}'"
            ))
            .await;
        rows.push((table, count.parse().unwrap()));
    }
    rows.retain(|(_, count)| *count > 0);
    rows
}

fn sum(belongings: &[(String, u64)]) -> u64 {
    belongings.iter().map(|(_, count)| count).sum()
}

/// Whose jobs are those of the service itself.
const SERVICE: &str = "ffffffff-ffff-ffff-ffff-ffffffffffff";

/// Two services on one database, by one clock.
async fn two() -> (TestApp, TestApp) {
    let schema = Schema::migrated().await;
    let twin = Schema::at(schema.url().to_owned());
    let clock = Arc::new(PinnedClock::new());
    let (one, other) = (schema.patient_database(6), twin.patient_database(6));
    (
        TestApp::serve_at(clock.clone(), schema, one, |_| {}),
        TestApp::serve_at(clock, twin, other, |_| {}),
    )
}

/// One of everything.
async fn settle(actor: &Actor) -> String {
    let project = actor.project("Mine").await;
    let body = json!({ "project_id": project, "items": [{ "role": "user", "content": "Hello" }] });
    let conversation = actor.conversation(body).await;
    let item = id(&actor.say(&conversation, "first").await);
    let edit = format!("/v1/conversations/{conversation}/items/{item}/edit");
    let text = json!({ "content": "second" });
    actor.call_with(Method::PUT, &edit, &text).await.expect(200);
    actor.key("Mine").await;
    conversation
}

#[tokio::test]
async fn all_rows_of_a_removed_account_go_and_no_others() {
    let app = TestApp::spawn().await;
    let (ada, _) = app.account("ada@example.org").await;
    settle(&ada).await;
    for _ in 0..3 {
        ada.conversation(json!({})).await;
    }
    let (guest, _) = app.guest().await;
    let kept = settle(&guest).await;
    // As an instance that was killed leaves them.
    let turns = "insert into turn_queue (owner_id, conversation_id, place, token, leased_until) \
                 select owner_id, id, 1, id, now() + interval '1 hour' from conversations";
    app.schema.rows(turns).await;
    let before = belongings(&app.schema).await;
    ada.delete("/auth/me").await.expect_nothing(204);
    let of_guest = format!(
        "select count(*) from conversations where id <> '{}'",
        rows::stored(&kept)
    );
    assert_eq!(app.schema.value(&of_guest).await, "0", "they go at once");
    let worker = Worker::after_sweeps(&app.schema.under_its_name().await);
    let queued = "select count(*) from jobs where kind in (6, 8)";
    until(&app.schema, queued, 20, |rows| rows == 0).await;
    let left = belongings(&app.schema).await;
    assert!(sum(&left) < sum(&before), "{left:?} of {before:?}");
    let path = format!("/v1/conversations/{kept}");
    guest.get(&path).await.expect(200);
    // The sweeps of two and a half minutes, which find what other jobs were storing at the removal, are
    // over by the worker's clock: so none of its statements may be running then.
    drop(worker);
    until(&app.schema, SESSIONS, 20, |sessions| sessions == 0).await;
    guest.delete("/auth/me").await.expect_nothing(204);
    let _worker = Worker::after_sweeps(&app.schema);
    until(&app.schema, queued, 20, |rows| rows == 0).await;
    // A job that was left for the owner meanwhile is done after that, and one that ran out of time is tried again.
    let deadline = Instant::now() + Duration::from_secs(120);
    while !belongings(&app.schema).await.is_empty() && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(belongings(&app.schema).await, []);
    rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn every_instance_knows_within_thirty_seconds() {
    let (here, elsewhere) = two().await;
    let (ada, session) = here.account("ada@example.org").await;
    let abroad = elsewhere.holding(&session);
    let key = ada.key("Mine").await["key"].as_str().unwrap().to_owned();
    let by_key = elsewhere.bearing(Some(key));
    by_key.get("/v1/conversations").await.expect(200);
    // Another owner, who must not be affected.
    let bystander = elsewhere.alice();
    ada.delete("/auth/me").await.expect_nothing(204);
    ada.get("/v1/conversations")
        .await
        .refused("token_invalid", None);
    // Before the other one looks again, no data can be read or written. It may have looked by now.
    let list = abroad.get("/v1/conversations").await;
    match list.status {
        200 => assert_eq!(list.json()["data"], json!([])),
        _ => list.refused("token_invalid", None),
    }
    here.clock.advance(TimeDelta::seconds(30));
    let deadline = Instant::now() + Duration::from_secs(60);
    while abroad.get("/v1/conversations").await.status != 401 {
        assert!(
            Instant::now() < deadline,
            "the other instance does not know"
        );
    }
    by_key
        .get("/v1/conversations")
        .await
        .refused("api_key_invalid", None);
    bystander.get("/v1/conversations").await.expect(200);
}

#[tokio::test]
async fn a_write_that_another_instance_lets_pass_is_refused_by_its_own_statement() {
    let (here, elsewhere) = two().await;
    let (ada, session) = here.account("ada@example.org").await;
    let conversation = settle(&ada).await;
    let abroad = elsewhere.holding(&session);
    abroad.get("/v1/conversations").await.expect(200);
    let alice = here.alice();
    let theirs = settle(&alice).await;
    let share = format!("/v1/conversations/{theirs}/share");
    let share = alice.post(&share, json!({})).await.expect(201);
    let fork = format!(
        "/conversations/share/{}/fork",
        share["share_id"].as_str().unwrap()
    );
    abroad.call(Method::POST, &fork).await.expect(201);
    ada.delete("/auth/me").await.expect_nothing(204);
    let before = here.schema.contents().await;
    let forked = abroad.call(Method::POST, &fork).await;
    forked.refused("token_invalid", None);
    let first = json!({ "items": [{ "role": "user", "content": "Hello" }] });
    for (path, body) in [
        ("/v1/conversations", json!({})),
        ("/v1/conversations", first),
        ("/v1/projects", json!({ "title": "Mine" })),
        ("/auth/api-keys", json!({ "name": "Mine" })),
    ] {
        let answer = abroad.post(path, body).await;
        answer.refused("token_invalid", None);
    }
    let message = json!({ "role": "user", "content": "Hello" });
    let path = format!("/v1/conversations/{conversation}");
    for answer in [
        abroad.post(&format!("{path}/items"), message).await,
        abroad.patch(&path, json!({ "title": "New" })).await,
    ] {
        answer.refused("conversation_not_found", None);
    }
    let email = json!({ "email": "new@example.org", "password": PASSWORD });
    let answer = abroad.post("/auth/upgrade", email).await;
    answer.refused("token_invalid", None);
    assert_eq!(here.schema.contents().await, before, "something came back");
}

#[tokio::test]
async fn rows_written_during_the_removal_are_swept_away() {
    let app = TestApp::spawn().await;
    let (guest, session) = app.guest().await;
    let owner = rows::stored(session["user"]["id"].as_str().unwrap());
    // A statement of another instance, that began before the removal and ends after it.
    let slow = app.schema.connected().await;
    let insert = format!(
        "begin; insert into conversations (owner_id, id, created_at, updated_at)
        values ('{owner}', gen_random_uuid(), now(), now());
        insert into projects (owner_id, id, title, created_at, updated_at)
        values ('{owner}', gen_random_uuid(), 'Late', now(), now())"
    );
    slow.batch_execute(&insert).await.unwrap();
    guest.delete("/auth/me").await.expect_nothing(204);
    // The removal was just now, as the database's clock tells.
    let now = "update jobs set created_at = now(), due_at = now() where kind = 6";
    app.schema.rows(now).await;
    let _worker = Worker::start(&app.schema);
    let looked = "select count(*) from jobs where kind = 6 and due_at > now()";
    until(&app.schema, looked, 20, |rows| rows == 1).await;
    slow.batch_execute("commit").await.unwrap();
    drop(slow);
    let late = "select (select count(*) from conversations) + (select count(*) from projects)";
    assert_eq!(app.schema.value(late).await, "2");
    until(&app.schema, late, 20, |rows| rows == 0).await;
    // The sweep looks again until no late row can come any more.
    let watched = "select count(*) from jobs where kind = 6";
    assert_eq!(app.schema.value(watched).await, "1");
    let past = "update jobs set created_at = now() - interval '151 seconds' where kind = 6";
    app.schema.rows(past).await;
    until(&app.schema, watched, 20, |rows| rows == 0).await;
}

#[tokio::test]
async fn very_many_sessions_end_at_once_and_their_tokens_go_in_portions() {
    let app = TestApp::spawn().await;
    let (ada, session) = app.account("ada@example.org").await;
    let more = "insert into refresh_tokens (digest, owner_id, family, created_at, expires_at) \
                select sha256(n::text::bytea), owner_id, gen_random_uuid(), created_at, expires_at \
                from refresh_tokens, generate_series(1, 20000) n";
    app.schema.rows(more).await;
    let store = PgRemovals(app.schema.patient_database(2));
    let owner = OwnerId::read(session["user"]["id"].as_str().unwrap()).unwrap();
    let person = Person {
        owner,
        session: None,
        external: None,
    };
    let now = app.clock.now();
    store.remove(person, now).await.unwrap();
    // The removal itself does not delete any, but all are invalid.
    let tokens = "select count(*) from refresh_tokens";
    assert_eq!(app.schema.value(tokens).await, "20001");
    let token = json!({ "refresh_token": session["refresh_token"] });
    let refreshed = app.anon().post("/auth/refresh-token", token).await;
    refreshed.refused("refresh_token_invalid", None);
    let listed = ada.get("/auth/sessions").await.expect(200);
    assert_eq!(listed["data"], json!([]));
    let portion = Portion::of(5_000 * Portion::ROW);
    for left in [15_001, 10_001] {
        assert!(store.clear(owner, now, portion).await.unwrap());
        assert_eq!(app.schema.value(tokens).await, left.to_string());
    }
    while store.clear(owner, now, Portion::MOST).await.unwrap() {}
    assert_eq!(app.schema.value(tokens).await, "0");
}

#[tokio::test]
async fn removal_races_everything_its_owner_does() {
    let app = TestApp::spawn_with(|parts| parts.workers = Some(2)).await;
    let worker = Worker::after_sweeps(&app.schema);
    for _ in 0..10 {
        let (guest, session) = app.guest().await;
        let conversation = guest.conversation(json!({})).await;
        let items = format!("/v1/conversations/{conversation}/items");
        let token = json!({ "refresh_token": session["refresh_token"] });
        let anon = app.anon();
        let message = json!({ "role": "user", "content": "Hello" });
        let email = json!({ "email": "x@example.org", "password": PASSWORD });
        let (gone, others) = tokio::join!(guest.delete("/auth/me"), async {
            tokio::join!(
                guest.post("/v1/conversations", json!({})),
                guest.post("/v1/projects", json!({ "title": "Late" })),
                guest.post("/auth/api-keys", json!({ "name": "Late" })),
                guest.post(&items, message),
                anon.post("/auth/refresh-token", token),
                guest.post("/auth/upgrade", email),
            )
        });
        gone.expect_nothing(204);
        let (a, b, c, d, e, f) = others;
        for answer in [a, b, c, d, e, f] {
            assert!(answer.status < 500, "{} {}", answer.status, answer.text());
        }
    }
    let queued = "select count(*) from jobs where kind in (6, 8)";
    until(&app.schema, queued, 20, |rows| rows == 0).await;
    drop(worker);
    assert_eq!(belongings(&app.schema).await, []);
}

/// The housekeeping of an instance, by the clock of the test.
fn housekeeping(app: &TestApp) -> RemovalService {
    let store = Arc::new(PgRemovals(app.schema.patient_database(2)));
    RemovalService {
        removed: Arc::new(RemovedOwners::new(store.clone(), app.clock.clone())),
        store,
        audit: app.trail.clone(),
        clock: app.clock.clone(),
    }
}

#[tokio::test]
async fn guests_that_never_come_back_are_reclaimed_and_accounts_are_not() {
    let app = TestApp::spawn().await;
    let retention = TimeDelta::days(30);
    let (idle, _) = app.guest().await;
    settle(&idle).await;
    let (_, active) = app.guest().await;
    let (guest, _) = app.guest().await;
    let email = json!({ "email": "grace@example.org", "password": PASSWORD });
    guest.post("/auth/upgrade", email).await.expect(200);
    app.account("ada@example.org").await;
    app.clock.advance(TimeDelta::days(20));
    let token = json!({ "refresh_token": active["refresh_token"] });
    app.anon()
        .post("/auth/refresh-token", token)
        .await
        .expect(200);
    let service = housekeeping(&app);
    assert!(!service.remove_idle_guest(retention).await.unwrap());
    app.clock
        .advance(TimeDelta::days(11) + TimeDelta::microseconds(1));
    app.trail.names();
    assert!(service.remove_idle_guest(retention).await.unwrap());
    assert!(!service.remove_idle_guest(retention).await.unwrap());
    assert_eq!(app.trail.names(), ["guest_reclaimed"]);
    assert_eq!(app.schema.value("select count(*) from users").await, "3");
    let _worker = Worker::start(&app.schema);
    let left = "select (select count(*) from items) + (select count(*) from projects) \
                + (select count(*) from api_keys)";
    until(&app.schema, left, 20, |rows| rows == 0).await;
}

#[tokio::test]
async fn a_guest_active_within_the_retention_stays_although_days_are_noted_once() {
    let app = TestApp::spawn().await;
    let retention = TimeDelta::days(1);
    let (_, session) = app.guest().await;
    app.clock
        .advance(TimeDelta::hours(24) - TimeDelta::minutes(1));
    let token = json!({ "refresh_token": session["refresh_token"] });
    let refreshed = app.anon().post("/auth/refresh-token", token).await;
    refreshed.expect(200);
    app.clock.advance(TimeDelta::minutes(2));
    let service = housekeeping(&app);
    assert!(!service.remove_idle_guest(retention).await.unwrap());
    app.clock.advance(TimeDelta::hours(24));
    assert!(service.remove_idle_guest(retention).await.unwrap());
}

#[tokio::test]
async fn expired_rows_are_deleted() {
    let app = TestApp::spawn().await;
    let (guest, _) = app.guest().await;
    app.guest().await;
    guest.delete("/auth/me").await.expect_nothing(204);
    let service = housekeeping(&app);
    assert_eq!(service.tidy(Portion::MOST).await.unwrap(), 0);
    app.clock
        .advance(TimeDelta::days(30) + TimeDelta::microseconds(1));
    app.session_time_passes("30 days").await;
    app.schema.rows("delete from jobs where kind = 6").await;
    assert_eq!(service.tidy(Portion::MOST).await.unwrap(), 2);
    assert_eq!(service.tidy(Portion::MOST).await.unwrap(), 0);
    let now = app.clock.now();
    let record = PgRemovals(app.schema.patient_database(2));
    let removals = record.removed_since(now - TimeDelta::days(60), None).await;
    assert!(removals.unwrap().owners.is_empty());
}
