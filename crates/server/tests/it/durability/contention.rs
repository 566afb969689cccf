//! Work that conflicts with other work: it is tried again, or called off with an answer. Work that was called
//! off is not done afterwards, and costs no connection.

use super::cutter::Cutter;
use crate::app::{TestApp, id};
use crate::db::Schema;
use infra::postgres::Database;
use reqwest::Method;
use serde_json::json;
use std::time::{Duration, Instant};

/// A service of two connections, whose sessions go by this name.
async fn service(name: &str, connected: impl FnOnce(&Schema) -> Database) -> TestApp {
    let schema = Schema::migrated().await;
    let url = format!(
        "{}%20-c%20deadlock_timeout%3D50ms&application_name={name}",
        schema.url()
    );
    let database = connected(&Schema::at(url));
    TestApp::serve(schema, database, |_| {})
}

/// How many of a service's sessions are in this state.
async fn sessions(app: &TestApp, name: &str, state: &str) -> usize {
    let count = format!(
        "select count(*) from pg_stat_activity where application_name = '{name}' and {state}"
    );
    app.schema.value(&count).await.parse().unwrap()
}

async fn until_one_waits(app: &TestApp, name: &str) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while sessions(app, name, "wait_event_type = 'Lock'").await == 0 {
        assert!(Instant::now() < deadline, "no session waits for a lock");
    }
}

#[tokio::test]
async fn work_that_runs_into_a_deadlock_is_tried_again() {
    let app = service("deadlocks", |schema| schema.patient_database(2)).await;
    let alice = app.alice();
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(alice.conversation(json!({})).await);
    }
    let lock = |id: &str| {
        let id = crate::rows::stored(id);
        format!("select from conversations where id = '{id}' for update")
    };
    // PostgreSQL looks for a deadlock once, some time after a session has begun to wait. So the service
    // must be the last to wait: it holds the first and waits for the second, the rival holds the third
    // and waits for the first, and only then the second is released.
    let (keeper, rival) = (app.schema.connected().await, app.schema.connected().await);
    let begin = format!("begin; {}", lock(&ids[1]));
    keeper.batch_execute(&begin).await.unwrap();
    let begin = format!(
        "set deadlock_timeout = '1min'; set application_name = 'rival_of_deadlocks'; begin; {}",
        lock(&ids[2])
    );
    rival.batch_execute(&begin).await.unwrap();
    let deletion = alice.post(
        "/v1/conversations/bulk-delete",
        json!({ "conversation_ids": ids }),
    );
    let rivalry = async {
        until_one_waits(&app, "deadlocks").await;
        rival.batch_execute(&lock(&ids[0])).await.unwrap();
        rival.batch_execute("commit").await.unwrap();
    };
    let release = async {
        until_one_waits(&app, "rival_of_deadlocks").await;
        keeper.batch_execute("commit").await.unwrap();
    };
    let (deleted, (), ()) = tokio::join!(deletion, rivalry, release);
    assert_eq!(deleted.expect(200)["deleted_count"], 3);
}

#[tokio::test]
async fn work_that_waits_too_long_for_a_lock_is_called_off_and_not_done_afterwards() {
    let app = service("slow_locks", |schema| schema.database(2)).await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({ "title": "Before" })).await;
    let item = id(&alice.say(&conversation, "one").await);
    let other = app.schema.connected().await;
    let lock = format!(
        "begin; select from conversations where id = '{}' for update",
        crate::rows::stored(&conversation)
    );
    other.batch_execute(&lock).await.unwrap();
    let path = format!("/v1/conversations/{conversation}");
    let items = format!("{path}/items");
    let edit = format!("{items}/{item}/edit");
    let message = json!({ "role": "user", "content": "two", "call_id": "two" });
    let content = json!({ "content": "changed" });
    let begun = Instant::now();
    let all = async {
        tokio::join!(
            alice.patch(&path, json!({ "title": "After" })),
            alice.post(&items, message),
            alice.call_with(Method::PUT, &edit, &content),
            alice.post(&items, json!({ "role": "user", "content": "three" })),
            alice.get("/v1/conversations"),
        )
    };
    let most = async {
        let mut most = 0;
        loop {
            most = most.max(sessions(&app, "slow_locks", "true").await);
            tokio::time::sleep(Duration::from_millis(20)).await;
            if begun.elapsed() > Duration::from_secs(6) {
                return most;
            }
        }
    };
    let ((renamed, appended, edited, grouped, listed), most) = tokio::join!(all, most);
    for answer in [renamed, appended, edited, grouped] {
        answer.refused("server_busy", None);
        let seconds: u32 = answer.header("retry-after").parse().unwrap();
        assert!((1..=60).contains(&seconds));
    }
    assert!([200, 503].contains(&listed.status));
    other.batch_execute("commit").await.unwrap();
    // Refused work has no late effect.
    let found = alice.get(&path).await.expect(200);
    assert_eq!(found["title"], "Before");
    assert_eq!(found["item_count"], 1);
    assert_eq!(found["items"][0]["content"], "one");
    // One that was closed may not have ended when the next begins.
    assert!(most <= 3, "{most} connections for a pool of two");
    assert!(sessions(&app, "slow_locks", "true").await <= 2);
}

#[tokio::test]
async fn work_whose_server_was_lost_while_it_was_called_off_may_have_been_done() {
    let schema = Schema::migrated().await;
    let cutter = Cutter::to(&schema).await;
    let proxied = cutter.schema(&schema);
    let database = proxied.database(2);
    let app = TestApp::serve(proxied, database, |_| {});
    let alice = app.alice();
    let conversation = alice.conversation(json!({ "title": "Before" })).await;
    let other = schema.connected().await;
    let lock = format!(
        "begin; select from conversations where id = '{}' for update",
        crate::rows::stored(&conversation)
    );
    other.batch_execute(&lock).await.unwrap();
    cutter.lose_servers_at_errors();
    let path = format!("/v1/conversations/{conversation}");
    let renamed = alice.patch(&path, json!({ "title": "After" })).await;
    renamed.refused("database_unavailable", None);
    let said = renamed.json()["error"]["message"].to_string();
    assert!(!said.contains("Nothing was changed"), "{said}");
    other.batch_execute("commit").await.unwrap();
}

#[tokio::test]
async fn work_that_is_done_while_it_is_called_off_is_a_success() {
    let schema = Schema::migrated().await;
    let cutter = Cutter::to(&schema).await;
    let proxied = cutter.schema(&schema);
    let database = proxied.database(1);
    let app = TestApp::serve(proxied, database, |_| {});
    let alice = app.alice();
    let id = alice.conversation(json!({ "title": "Before" })).await;
    let path = format!("/v1/conversations/{id}");
    let mut title = "Before".to_owned();
    for attempt in 0..10 {
        let before = cutter.connections();
        cutter.hold_after(0);
        let after = format!("After {attempt}");
        let renamed = alice.patch(&path, json!({ "title": after }));
        let released = async {
            // The request to call it off comes by a connection of its own.
            let deadline = Instant::now() + Duration::from_secs(60);
            while cutter.connections() == before {
                assert!(Instant::now() < deadline, "it is not called off");
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            cutter.let_all_through();
        };
        let (renamed, ()) = tokio::join!(renamed, released);
        let found = alice.get(&path).await.expect(200)["title"].clone();
        if renamed.status == 200 {
            assert_eq!(renamed.expect(200)["title"], *after);
            assert_eq!(found, *after);
            return;
        }
        // On a busy machine it was not yet done, and is not done then; or the database does not say so in time.
        match renamed.json()["error"]["code"].as_str() {
            Some("server_busy") => assert_eq!(found, *title),
            code => assert_eq!(code, Some("database_unavailable"), "{renamed:?}"),
        }
        title = found.as_str().unwrap().to_owned();
    }
    panic!("it is never done before it is called off");
}
