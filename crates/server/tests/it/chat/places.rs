//! Places at the model, and one caller who wants all of them.

use super::{PATH, user};
use crate::app::{Actor, TestApp};
use crate::provider::{Asked, Play, Provider, STREAM, says, says_when_told};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::task::JoinHandle;

/// A provider that takes `all` requests at once, of which one owner may have `each`.
async fn with_places(provider: &Provider, all: usize, each: usize) -> TestApp {
    TestApp::spawn_with(|parts| {
        parts.provider = provider.connected_with(|settings| {
            settings.concurrency = all;
            settings.owner_concurrency = each;
            // Longer than anybody here waits.
            settings.silence = Duration::from_secs(600);
        });
    })
    .await
}

fn asks(actor: &Actor, body: Value) -> JoinHandle<u16> {
    let actor = actor.clone();
    tokio::spawn(async move { actor.post(PATH, body).await.status })
}

fn by(name: &str) -> Value {
    json!({ "messages": [user(name)], "stream": true })
}

fn of(asked: &[Asked], name: &str) -> usize {
    let each = asked.iter();
    each.filter(|asked| asked.body.contains(name)).count()
}

#[tokio::test]
async fn a_busy_owner_has_a_share_of_the_places_and_the_others_the_rest() {
    let provider = Provider::that(says_when_told(&["Yes."]));
    let app = with_places(&provider, 3, 2).await;
    let (alice, bob) = (app.alice(), app.bob());
    // Some are kept and some are not; they count the same.
    let conversation = alice.conversation(json!({})).await;
    let kept = json!({
        "messages": [user("greedy")], "conversation": conversation, "stream": true,
    });
    let bodies = [by("greedy"), kept, by("greedy"), by("greedy")];
    let greedy = bodies.map(|body| asks(&alice, body));
    provider.was_asked(2).await;
    let modest = asks(&bob, by("modest"));
    let asked = provider.was_asked(3).await;
    assert_eq!((of(&asked, "greedy"), of(&asked, "modest")), (2, 1));
    // All are answered in the end.
    provider.go_on(100);
    for answer in greedy.into_iter().chain([modest]) {
        assert_eq!(answer.await.unwrap(), 200);
    }
}

#[tokio::test]
async fn hanging_up_frees_the_place_and_the_queue() {
    let hangs = || Play::Hangs(format!("{STREAM}: one moment\n\n").into_bytes());
    let provider = Provider::that(says(&["Yes."])).then([hangs(), hangs()]);
    let app = with_places(&provider, 4, 2).await;
    let body = json!({ "messages": [user("greedy")] }).to_string();
    let mut connections = Vec::new();
    for _ in 0..10 {
        let line = b"POST /v1/chat/completions";
        connections.push(app.asked_by_alice(line, body.as_bytes()).await);
    }
    provider.was_asked(2).await;
    drop(connections);
    // She finds a place at once, as if she had never asked.
    let next = json!({ "messages": [user("modest")] });
    app.alice().post(PATH, next).await.expect(200);
}

#[tokio::test]
async fn hanging_up_without_reading_frees_the_place() {
    let piece = format!(
        "data: {}\n\n",
        json!({ "choices": [{ "delta": { "content": "x".repeat(100_000) } }] })
    );
    let talks = Play::Repeats(STREAM.into(), piece.into_bytes(), 10_000);
    let provider = Provider::that(says(&["Yes."])).then([talks]);
    let app = with_places(&provider, 1, 1).await;
    let body = by("greedy").to_string();
    let line = b"POST /v1/chat/completions";
    let silent = app.asked_by_alice(line, body.as_bytes()).await;
    provider.was_asked(1).await;
    silent.readable().await.unwrap();
    drop(silent);
    let next = json!({ "messages": [user("Hello")] });
    app.bob().post(PATH, next).await.expect(200);
}
