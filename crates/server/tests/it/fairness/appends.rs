//! Groups of appends beside other work of the service.

use super::{appends, are_waiting, at_once, path};
use crate::app::TestApp;
use crate::db::Schema;
use crate::purge::until;
use crate::races::hold;
use serde_json::json;
use tokio::task::JoinHandle;
use tokio_postgres::Client;

/// A service with two connections, of which one caller may have one.
async fn small() -> TestApp {
    let schema = Schema::migrated().await;
    let database = schema.patient_database(2);
    TestApp::serve(schema, database, |_| {})
}

/// Keeps everybody from writing to a table until it lets go.
async fn hold_table(app: &TestApp, table: &str) -> Client {
    let holder = app.schema.connected().await;
    let lock = format!("begin; lock table {table} in share mode");
    holder.batch_execute(&lock).await.unwrap();
    holder
}

/// Waits until so many statements wait for a lock on a table.
async fn until_stuck(app: &TestApp, table: &str, count: u64) {
    let stuck = format!(
        "select count(*) from pg_locks l join pg_class c on c.oid = l.relation
        where c.relname = '{table}' and c.relnamespace = current_schema()::regnamespace
            and not l.granted"
    );
    until(&app.schema, &stuck, 20, |found| found == count).await;
}

async fn end(holder: Client, stuck: Vec<JoinHandle<u16>>) {
    holder.batch_execute("rollback").await.unwrap();
    for answer in stuck {
        assert_eq!(answer.await.unwrap(), 201);
    }
}

#[tokio::test]
async fn a_group_that_is_stuck_keeps_neither_readiness_nor_background_work_waiting() {
    let app = small().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let share = alice.share(&conversation, json!({})).await;
    let link = format!("/conversations/share/{share}");
    app.anon().get(&link).await.expect(200);
    let holder = hold_table(&app, "items").await;
    let stuck = at_once(20, || {
        appends(alice.clone(), conversation.clone(), "a".to_owned())
    });
    until_stuck(&app, "items", 1).await;
    for _ in 0..5 {
        app.anon().get("/readyz").await.expect(200);
    }
    app.write_views().await;
    let views = "select sum(view_count) from shares";
    assert_eq!(app.schema.value(views).await, "1");
    assert!(are_waiting(&stuck));
    end(holder, stuck).await;
}

#[tokio::test]
async fn background_work_that_is_stuck_keeps_neither_appends_nor_readiness_waiting() {
    let app = small().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let share = alice.share(&conversation, json!({})).await;
    let link = format!("/conversations/share/{share}");
    app.anon().get(&link).await.expect(200);
    let holder = hold_table(&app, "shares").await;
    let writing = app.write_views();
    let others = async {
        until_stuck(&app, "shares", 1).await;
        app.anon().get("/readyz").await.expect(200);
        for _ in 0..5 {
            alice.say(&conversation, "on and on").await;
        }
        app.anon().get("/readyz").await.expect(200);
        until_stuck(&app, "shares", 1).await;
        end(holder, Vec::new()).await;
    };
    tokio::join!(writing, others);
}

#[tokio::test]
async fn a_long_message_through_a_link_weighs_the_same() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let locked = alice.conversation(json!({})).await;
    let free = bob.conversation(json!({})).await;
    let writable = json!({ "read_only": false });
    let share = alice.share(&locked, writable).await;
    let holder = hold(&app, &locked).await;
    // As much as a caller may have at once.
    let stuck = at_once(1, || {
        let (bob, link) = (bob.clone(), format!("/conversations/share/{share}/items"));
        let body = json!({ "content": "x".repeat(900_000) });
        async move { bob.post(&link, body).await.status }
    });
    let waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' \
                   and query like '%share_digests%no key update%'";
    until(&app.schema, waiting, 20, |count| count >= 1).await;
    let more = at_once(1, || {
        let (bob, path) = (bob.clone(), path(&free));
        async move { bob.get(&path).await.status }
    });
    for _ in 0..20 {
        alice.get("/v1/conversations").await.expect(200);
    }
    assert!(are_waiting(&stuck) && are_waiting(&more));
    end(holder, stuck).await;
    for answer in more {
        assert_eq!(answer.await.unwrap(), 200);
    }
}
