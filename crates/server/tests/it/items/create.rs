use crate::app::{TestApp, id};
use chrono::TimeDelta;
use futures_util::future::join_all;
use insta::assert_json_snapshot;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test]
async fn a_message_is_answered_whole() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let path = format!(
        "/v1/conversations/{}/items",
        alice.conversation(json!({})).await
    );
    let body = json!({ "role": "tool", "content": " kept as sent \n", "call_id": "call_1" });
    assert_json_snapshot!(alice.post(&path, body).await.expect(201), @r#"
    {
      "author": {
        "kind": "owner"
      },
      "call_id": "call_1",
      "content": " kept as sent \n",
      "created_at": "2025-12-23T10:00:00.000000Z",
      "id": "item_01KD5ADF800000000500000001",
      "model": null,
      "object": "conversation.item",
      "parts": null,
      "reasoning": null,
      "role": "tool",
      "type": "message",
      "updated_at": "2025-12-23T10:00:00.000000Z",
      "version": 1
    }
    "#);
}

#[tokio::test]
async fn order_is_that_of_acceptance_whatever_the_clock_says() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    for number in 0..6 {
        alice.say(&conversation, &format!("{number}")).await;
        app.clock
            .advance(TimeDelta::minutes(if number % 2 == 0 { -7 } else { 3 }));
    }
    let path = format!("/v1/conversations/{conversation}");
    let found = alice.get(&path).await.expect(200);
    let items = found["items"].as_array().unwrap();
    let said: Vec<_> = items
        .iter()
        .map(|item| item["content"].as_str().unwrap())
        .collect();
    assert_eq!(said, ["0", "1", "2", "3", "4", "5"]);
    // A clock that went back does not take the conversation's activity back.
    assert_eq!(found["updated_at"], "2025-12-23T10:00:00.000000Z");
}

#[tokio::test]
async fn the_same_call_id_again_is_a_retry() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}/items");
    let message = json!({ "role": "user", "content": "Hi", "call_id": "one" });
    let first = alice.post(&path, message.clone()).await.expect(201);
    app.clock.advance(TimeDelta::minutes(1));
    let before = app.schema.contents().await;
    assert_eq!(alice.post(&path, message).await.expect(200), first);
    for other in [
        json!({ "role": "user", "content": "Hi!", "call_id": "one" }),
        json!({ "role": "assistant", "content": "Hi", "call_id": "one" }),
    ] {
        let answer = alice.post(&path, other).await;
        answer.refused("call_id_conflict", Some("call_id"));
        assert_eq!(answer.header("x-should-retry"), "false");
    }
    assert_eq!(app.schema.contents().await, before);
    // Elsewhere it is free.
    let elsewhere = format!(
        "/v1/conversations/{}/items",
        alice.conversation(json!({})).await
    );
    let message = json!({ "role": "user", "content": "Hi!", "call_id": "one" });
    alice.post(&elsewhere, message).await.expect(201);
}

#[tokio::test]
async fn a_retry_after_an_edit_shows_the_message_as_it_is() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}/items");
    let named = |text: &str| json!({ "role": "user", "content": text, "call_id": "one" });
    let first = alice.post(&path, named("first")).await.expect(201);
    let edit = format!("{path}/{}/edit", id(&first));
    let mut latest = first;
    for text in ["second", "third"] {
        let text = json!({ "content": text });
        latest = alice.call_with(Method::PUT, &edit, &text).await.expect(200);
    }
    let before = app.schema.contents().await;
    for text in ["first", "third"] {
        assert_eq!(alice.post(&path, named(text)).await.expect(200), latest);
    }
    for text in ["second", "other"] {
        let answer = alice.post(&path, named(text)).await;
        answer.refused("call_id_conflict", Some("call_id"));
    }
    assert_eq!(app.schema.contents().await, before);
}

/// The items of a conversation in order, and the conversation's own count.
async fn stored(app: &TestApp, conversation: &str) -> (Vec<Value>, Value) {
    let path = format!("/v1/conversations/{conversation}");
    let found = app.alice().get(&path).await.expect(200);
    (
        found["items"].as_array().unwrap().clone(),
        found["item_count"].clone(),
    )
}

/// The sequence number that an item's id ends in: its last 32 bits.
fn sequence(item: &Value) -> u32 {
    let item = domain::id::ItemId::parse(item["id"].as_str().unwrap()).unwrap();
    item.sequence().0
}

#[tokio::test]
async fn concurrent_appends_are_64_items_in_a_gapless_order() {
    let app = TestApp::spawn_with(|parts| parts.workers = Some(2)).await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let texts: Vec<_> = (0..64).map(|number| format!("message {number}")).collect();
    let appended = join_all(texts.iter().map(|text| alice.say(&conversation, text))).await;

    let (items, count) = stored(&app, &conversation).await;
    assert_eq!(count, 64);
    assert_eq!(items.len(), 64);
    let ids: BTreeSet<_> = appended.iter().map(id).collect();
    assert_eq!(ids.len(), 64);
    let order: Vec<_> = items.iter().map(sequence).collect();
    assert_eq!(order, (1..=64).collect::<Vec<_>>());
    // Each was answered as it was stored.
    for item in &appended {
        assert_eq!(item, &items[sequence(item) as usize - 1]);
    }
    let said: BTreeSet<_> = items
        .iter()
        .map(|item| item["content"].as_str().unwrap())
        .collect();
    assert_eq!(said, texts.iter().map(String::as_str).collect());
    let path = format!("/v1/conversations/{conversation}/items");
    let listed = crate::paging::read(&alice, &path, 7).await;
    assert_eq!(listed, items.iter().map(id).collect::<Vec<_>>());
}

#[tokio::test]
async fn fifty_twins_of_one_call_id_leave_one_item() {
    let app = TestApp::spawn_with(|parts| parts.workers = Some(2)).await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    alice.say(&conversation, "before").await;
    let path = format!("/v1/conversations/{conversation}/items");
    let message = json!({ "role": "user", "content": "Hi", "call_id": "twin" });
    let answers = join_all((0..50).map(|_| alice.post(&path, message.clone()))).await;
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    let with = |status| statuses.iter().filter(|found| **found == status).count();
    assert_eq!((with(201), with(200)), (1, 49), "{statuses:?}");
    let bodies: Vec<_> = answers.iter().map(crate::answer::Answer::json).collect();
    assert!(bodies.iter().all(|body| *body == bodies[0]));

    alice.say(&conversation, "after").await;
    let (items, count) = stored(&app, &conversation).await;
    assert_eq!(count, 3);
    assert_eq!(items.iter().map(sequence).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(items[1], bodies[0]);
}

#[tokio::test]
async fn exactly_10_000_fit_also_under_concurrent_writers() {
    let app = TestApp::spawn_with(|parts| parts.workers = Some(2)).await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let filled = "insert into items (owner_id, conversation_id, id, created_at, updated_at, \
                  sequence, role, content) select owner_id, id, \
                  encode(int8send(7) || int8send(n), 'hex')::uuid, created_at, created_at, n, 2, \
                  'filled' from conversations, generate_series(1, 9990) n; \
                  update conversations set item_count = 9990, last_sequence = 9990";
    app.schema.rows(filled).await;
    let path = format!("/v1/conversations/{conversation}/items");
    let message = json!({ "role": "user", "content": "Is there room?" });
    let answers = join_all((0..30).map(|_| alice.post(&path, message.clone()))).await;
    let accepted = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(accepted, 10);
    for full in answers.iter().filter(|answer| answer.status != 201) {
        full.refused("conversation_full", None);
        assert_eq!(full.header("x-should-retry"), "false");
    }
    let (items, count) = stored(&app, &conversation).await;
    assert_eq!((items.len(), count), (10_000, json!(10_000)));
}

#[tokio::test]
async fn a_message_that_finds_no_room_is_still_a_retry_of_one_that_did() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}/items");
    let message = json!({ "role": "user", "content": "The last", "call_id": "last" });
    let last = alice.post(&path, message.clone()).await.expect(201);
    app.schema
        .rows("update conversations set item_count = 10000, last_sequence = 10000")
        .await;
    assert_eq!(alice.post(&path, message).await.expect(200), last);
}
