//! One owner who asks for much, and the others, who are not affected.

mod appends;
mod forks;
mod strangers;

use crate::app::{Actor, TestApp};
use crate::db::Schema;
use crate::races::hold;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

fn path(conversation: &str) -> String {
    format!("/v1/conversations/{conversation}")
}

/// The answers to `count` requests of the same kind, each by a task of its own.
fn at_once<T: Future<Output = u16> + Send + 'static>(
    count: usize,
    request: impl Fn() -> T,
) -> Vec<JoinHandle<u16>> {
    (0..count).map(|_| tokio::spawn(request())).collect()
}

async fn appends(actor: Actor, conversation: String, content: String) -> u16 {
    let path = format!("{}/items", path(&conversation));
    let body = json!({ "role": "user", "content": content });
    actor.post(&path, body).await.status
}

/// Whether the stuck requests still wait. A request that had to wait for them would have waited until they
/// were called off, since that takes by far the longest here.
fn are_waiting(requests: &[JoinHandle<u16>]) -> bool {
    !requests.iter().any(JoinHandle::is_finished)
}

#[tokio::test]
async fn an_append_to_a_locked_conversation_keeps_no_other_append_waiting() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let locked = alice.conversation(json!({})).await;
    let free = bob.conversation(json!({})).await;
    let holder = hold(&app, &locked).await;
    // The first one is stored alone; the others are stored together.
    let mut stuck = at_once(1, || appends(alice.clone(), locked.clone(), "a".to_owned()));
    bob.say(&free, "one").await;
    stuck.extend(at_once(9, || {
        appends(alice.clone(), locked.clone(), "b".to_owned())
    }));
    for _ in 0..10 {
        bob.say(&free, "another").await;
    }
    assert!(are_waiting(&stuck));
    holder.batch_execute("rollback").await.unwrap();
    for answer in join_all(stuck).await {
        assert_eq!(answer.unwrap(), 201);
    }
}

#[tokio::test]
async fn forty_requests_for_one_row_hold_half_of_the_connections() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let locked = alice.conversation(json!({})).await;
    let free = bob.conversation(json!({})).await;
    let shared = bob.share(&free, json!({})).await;
    let holder = hold(&app, &locked).await;
    let stuck = at_once(40, || {
        let (alice, path) = (alice.clone(), path(&locked));
        async move { alice.patch(&path, json!({ "title": "T" })).await.status }
    });
    let waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' \
                   and query ilike '%update%conversations%'";
    crate::purge::until(&app.schema, waiting, 10, |count| count >= 4).await;
    // Others read, write, follow a link and sign in.
    bob.get(&path(&free)).await.expect(200);
    bob.say(&free, "one").await;
    let link = format!("/conversations/share/{shared}");
    app.anon().get(&link).await.expect(200);
    app.guest().await;
    app.anon().get("/readyz").await.expect(200);
    assert!(are_waiting(&stuck));
    holder.batch_execute("rollback").await.unwrap();
    for answer in join_all(stuck).await {
        assert_eq!(answer.unwrap(), 200);
    }
}

#[tokio::test]
async fn a_request_that_waits_too_long_is_told_to_come_back() {
    let schema = Schema::migrated().await;
    let database = schema.database(8);
    let app = TestApp::serve(schema, database, |_| {});
    let alice = app.alice();
    let locked = alice.conversation(json!({})).await;
    let holder = hold(&app, &locked).await;
    let stuck = (0..12).map(|_| {
        let (alice, path) = (alice.clone(), path(&locked));
        async move { alice.patch(&path, json!({ "title": "T" })).await }
    });
    // The row stays locked until all of them are answered.
    let answers = join_all(stuck).await;
    let busy = answers.iter().filter(|answer| {
        assert_eq!(answer.status, 503);
        let error: Value = serde_json::from_str(answer.text()).unwrap();
        assert!(!answer.header("retry-after").is_empty());
        error["error"]["code"] == "server_busy"
    });
    assert!(busy.count() > 0, "requests that never had a turn");
    drop(holder);
}
