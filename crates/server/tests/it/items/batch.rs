use crate::answer::Answer;
use crate::app::{Actor, TestApp, id};
use crate::rows;
use chrono::TimeDelta;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

fn said(content: &str) -> Value {
    json!({ "role": "user", "content": content })
}

fn named(call_id: &str, content: &str) -> Value {
    json!({ "role": "user", "content": content, "call_id": call_id })
}

fn path(conversation: &str) -> String {
    format!("/v1/conversations/{conversation}/items/batch")
}

async fn send(actor: &Actor, conversation: &str, items: &[Value]) -> Answer {
    let items = json!({ "items": items });
    actor.post(&path(conversation), items).await
}

/// The answered messages.
fn data(answer: &Answer) -> Vec<Value> {
    answer.expect(201)["data"].as_array().unwrap().clone()
}

async fn stored(actor: &Actor, conversation: &str) -> Vec<Value> {
    let found = actor
        .get(&format!("/v1/conversations/{conversation}"))
        .await;
    let found = found.expect(200);
    let items = found["items"].as_array().unwrap().clone();
    assert_eq!(found["item_count"], items.len());
    items
}

fn sequences(items: &[Value]) -> Vec<u32> {
    let number = |item: &Value| domain::id::ItemId::parse(item["id"].as_str().unwrap());
    items
        .iter()
        .map(|item| number(item).unwrap().sequence().0)
        .collect()
}

#[tokio::test]
async fn messages_are_stored_in_order_and_answered_as_a_list() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let tool = json!({ "role": "tool", "content": " as sent \n", "call_id": "t" });
    let batch = [tool, said("What is a fjord?\nTell me."), said("c")];
    let answer = send(&alice, &conversation, &batch).await;
    let items = data(&answer);
    let list = answer.json();
    assert_eq!(answer.header("location"), "");
    assert_eq!(
        (&list["object"], &list["has_more"], &list["next_after"]),
        (&json!("list"), &json!(false), &Value::Null)
    );
    assert_eq!(list["first_id"], items[0]["id"]);
    assert_eq!(list["last_id"], items[2]["id"]);
    for (sent, item) in batch.iter().zip(&items) {
        for (field, value) in sent.as_object().unwrap() {
            assert_eq!(&item[field], value);
        }
        let one = format!("/v1/conversations/{conversation}/items/{}", id(item));
        assert_eq!(&alice.get(&one).await.expect(200), item);
    }
    assert_eq!(stored(&alice, &conversation).await, items);
    assert_eq!(sequences(&items), [1, 2, 3]);
    // The first user message gives the title.
    let found = alice
        .get(&format!("/v1/conversations/{conversation}"))
        .await;
    assert_eq!(found.expect(200)["title"], "What is a fjord?");
    rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn known_messages_come_back_as_they_are_and_only_new_ones_are_stored() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let first = data(&send(&alice, &conversation, &[named("a", "A"), named("b", "B")]).await);
    app.clock.advance(TimeDelta::minutes(1));
    let edit = format!(
        "/v1/conversations/{conversation}/items/{}/edit",
        id(&first[0])
    );
    let edited = alice
        .call_with(Method::PUT, &edit, &json!({ "content": "A2" }))
        .await;
    let edited = edited.expect(200);
    let batch = [
        named("b", "B"),
        said("new"),
        named("a", "A"),
        named("c", "C"),
    ];
    let items = data(&send(&alice, &conversation, &batch).await);
    assert_eq!((&items[0], &items[2]), (&first[1], &edited));
    assert_eq!(sequences(&items), [2, 3, 1, 4]);
    // If all are known, the conversation is unchanged.
    let before = app.schema.contents().await;
    let batch = [named("c", "C"), named("b", "B")];
    let again = data(&send(&alice, &conversation, &batch).await);
    assert_eq!(again, [items[3].clone(), first[1].clone()]);
    assert_eq!(app.schema.contents().await, before);
}

#[tokio::test]
async fn a_conflict_names_the_message_and_stores_none() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    data(&send(&alice, &conversation, &[named("a", "A")]).await);
    let before = app.schema.contents().await;
    let other_role = json!({ "role": "tool", "content": "A", "call_id": "a" });
    for taken in [named("a", "other"), other_role] {
        let answer = send(&alice, &conversation, &[said("x"), named("b", "B"), taken]).await;
        answer.refused("call_id_conflict", Some("items[2].call_id"));
        assert_eq!(answer.header("x-should-retry"), "false");
    }
    for twin in [named("b", "B"), named("b", "C")] {
        let answer = send(&alice, &conversation, &[named("b", "B"), said("x"), twin]).await;
        answer.refused("invalid_value", Some("items[2].call_id"));
    }
    assert_eq!(app.schema.contents().await, before);
}

#[tokio::test]
async fn a_malformed_message_is_named_and_stores_none() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let before = app.schema.contents().await;
    let fine = said("fine");
    let refused = [
        (said("a\0b"), "nul_character", "items[1].content"),
        (said(""), "invalid_value", "items[1].content"),
        (named("", "x"), "invalid_value", "items[1].call_id"),
        (named("a\0", "x"), "nul_character", "items[1].call_id"),
        (
            json!({ "role": "user" }),
            "missing_field",
            "items[1].content",
        ),
        (
            json!({ "role": "bot", "content": "x" }),
            "invalid_value",
            "items[1].role",
        ),
        (json!("x"), "invalid_type", "items[1]"),
        (
            json!({ "role": "user", "content": "x", "model": "m" }),
            "unknown_field",
            "items[1].model",
        ),
    ];
    for (item, code, param) in refused {
        let answer = send(&alice, &conversation, &[fine.clone(), item]).await;
        answer.refused(code, Some(param));
    }
    for number in [0, 101] {
        let answer = send(&alice, &conversation, &vec![fine.clone(); number]).await;
        answer.refused("invalid_value", Some("items"));
    }
    let bare = alice.post(&path(&conversation), json!({})).await;
    bare.refused("missing_field", Some("items"));
    assert_eq!(app.schema.contents().await, before);
    assert_eq!(
        data(&send(&alice, &conversation, &vec![fine; 100]).await).len(),
        100
    );
}

#[tokio::test]
async fn a_conversation_that_is_not_yours_does_not_exist() {
    let app = TestApp::spawn().await;
    let conversation = app.alice().conversation(json!({})).await;
    data(&send(&app.alice(), &conversation, &[named("a", "A")]).await);
    let before = app.schema.contents().await;
    let unknown = "conv_01ARZ3NDEKTSV4RRFFQ69G5FAV";
    let mut answers = Vec::new();
    for batch in [vec![said("x")], vec![named("a", "A"), said("x")]] {
        for of in [conversation.as_str(), unknown] {
            let answer = send(&app.bob(), of, &batch).await;
            answer.refused("conversation_not_found", None);
            answers.push(answer.json()["error"]["message"].clone());
        }
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(
        send(&app.anon(), &conversation, &[said("x")]).await.status,
        401
    );
    assert_eq!(app.schema.contents().await, before);
}

#[tokio::test]
async fn all_messages_fit_or_all_are_refused() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    data(&send(&alice, &conversation, &[named("a", "A")]).await);
    rows::items(&app.schema, &conversation, 9_996, "'filled'").await;
    let batch = [said("1"), named("a", "A"), said("2"), said("3"), said("4")];
    let before = app.schema.contents().await;
    let full = send(&alice, &conversation, &batch).await;
    full.refused("conversation_full", Some("items[4]"));
    assert_eq!(full.header("x-should-retry"), "false");
    assert_eq!(app.schema.contents().await, before);
    // The one that is there needs no room.
    let items = data(&send(&alice, &conversation, &batch[..4]).await);
    assert_eq!(sequences(&items), [9_998, 1, 9_999, 10_000]);
    let known = data(&send(&alice, &conversation, &[named("a", "A")]).await);
    assert_eq!(known[0], items[1]);
}

#[tokio::test]
async fn racing_batches_and_appends_leave_numbers_without_gaps() {
    let app = TestApp::spawn_with(|parts| parts.workers = Some(2)).await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let batches = (0..12).map(|batch| {
        let (alice, conversation) = (alice.clone(), conversation.clone());
        async move {
            let items: Vec<_> = (0..10).map(|n| said(&format!("{batch}.{n}"))).collect();
            data(&send(&alice, &conversation, &items).await)
        }
    });
    let texts: Vec<_> = (0..30).map(|number| format!("alone {number}")).collect();
    let appends = join_all(texts.iter().map(|text| alice.say(&conversation, text)));
    let (batches, appends) = tokio::join!(join_all(batches), appends);
    let items = stored(&alice, &conversation).await;
    assert_eq!(sequences(&items), (1..=150).collect::<Vec<_>>());
    for batch in &batches {
        // Side by side, and as they were answered.
        let first = sequences(batch)[0] as usize;
        assert_eq!(batch[..], items[first - 1..first + 9]);
    }
    assert!(appends.iter().all(|item| items.contains(item)));
    rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn twins_at_once_leave_one_of_each_message() {
    let app = TestApp::spawn_with(|parts| parts.workers = Some(2)).await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let items: Vec<_> = (0..5).map(|n| named(&n.to_string(), "text")).collect();
    let answers = join_all((0..16).map(|_| send(&alice, &conversation, &items))).await;
    let first = data(&answers[0]);
    for answer in &answers {
        assert_eq!(data(answer), first);
    }
    assert_eq!(stored(&alice, &conversation).await, first);
    assert_eq!(sequences(&first), [1, 2, 3, 4, 5]);
    // Batches that overlap in other orders do not block each other.
    let overlapping = (0..12).map(|shift| {
        let names = (0..6).map(move |n| format!("o{}", (n * 5 + shift) % 9));
        let items: Vec<_> = names.map(|name| named(&name, "text")).collect();
        let (alice, conversation) = (alice.clone(), conversation.clone());
        async move { data(&send(&alice, &conversation, &items).await) }
    });
    join_all(overlapping).await;
    let all = stored(&alice, &conversation).await;
    assert_eq!(sequences(&all), (1..=14).collect::<Vec<_>>());
    rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn a_batch_as_large_as_a_body_may_be_is_stored_and_told_again() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let items: Vec<_> = (0..16)
        .map(|n| named(&n.to_string(), &"x".repeat(1_000_000)))
        .collect();
    let body = json!({ "items": items }).to_string();
    let sent = |key: &str| {
        let request = alice.request(Method::POST, &path(&conversation));
        let request = request.header("idempotency-key", key);
        let request = request.header("content-type", "application/json");
        alice.sent(request.body(body.clone()))
    };
    let first = data(&sent("one").await);
    assert_eq!(first.len(), 16);
    let again = sent("one").await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert!(data(&again) == first);
    assert!(data(&sent("other").await) == first);
    // One more of the longest messages, and it is more than a body may have.
    let too_many = vec![said(&"x".repeat(1_000_000)); 17];
    let answer = send(&alice, &conversation, &too_many).await;
    answer.refused("body_too_large", None);
    // Short ones that stand for long ones make no answer without end.
    let short: Vec<_> = (0..20).map(|n| named(&format!("s{n}"), "x")).collect();
    data(&send(&alice, &conversation, &short).await);
    let grow = "update items set content = repeat('y', 1000000), version = 2 \
                where call_id like 's%'; insert into item_versions (owner_id, conversation_id, \
                created_at, sequence, version, content) select owner_id, conversation_id, \
                created_at, sequence, 1, 'x' from items where call_id like 's%'";
    app.schema.rows(grow).await;
    let answer = send(&alice, &conversation, &short).await;
    answer.refused("invalid_value", Some("items"));
    assert_eq!(
        data(&send(&alice, &conversation, &short[..10]).await).len(),
        10
    );
}

#[tokio::test]
async fn a_repeat_is_told_the_same_messages_and_a_deleted_one_is_absent() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    data(&send(&alice, &conversation, &[named("a", "A")]).await);
    let items = json!({ "items": [said("new"), named("a", "A"), said("newer")] });
    let sent = || {
        let request = alice.request(Method::POST, &path(&conversation));
        alice.sent(request.header("idempotency-key", "k").json(&items))
    };
    let first = data(&sent().await);
    let again = sent().await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(data(&again), first);
    let gone = format!("/v1/conversations/{conversation}/items/{}", id(&first[2]));
    alice.delete(&gone).await.expect_nothing(204);
    sent().await.refused("item_not_found", None);
    assert_eq!(stored(&alice, &conversation).await.len(), 2);
}

#[tokio::test]
async fn a_repeat_is_told_messages_that_have_become_longer_than_a_body_may_be() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let (path, batch) = (
        path(&conversation),
        [said("a"), said("b"), said("c"), said("d"), said("e")],
    );
    let sent = json!({ "items": batch });
    let made = data(&crate::repeats::keyed(&alice, &path, "grow", &sent).await);
    let long = json!({ "content": "\u{1f600}".repeat(1_000_000) });
    let items = format!("/v1/conversations/{conversation}/items");
    let mut now = Vec::new();
    for item in &made {
        let edit = format!("{items}/{}/edit", id(item));
        let edited = alice.call_with(Method::PUT, &edit, &long).await;
        now.push(edited.expect(200));
    }
    let again = crate::repeats::keyed(&alice, &path, "grow", &sent).await;
    assert!(crate::repeats::is_replayed(&again));
    assert!(data(&again) == now, "all of them, as they are now");
    // The same list as of messages that are short.
    let mut list = again.json();
    list["data"] = json!([]);
    let ends = json!({
        "object": "list", "data": [], "has_more": false, "next_after": null,
        "first_id": id(&made[0]), "last_id": id(&made[4]),
    });
    assert_eq!(list, ends);
    alice
        .delete(&format!("{items}/{}", id(&made[2])))
        .await
        .expect_nothing(204);
    let again = crate::repeats::keyed(&alice, &path, "grow", &sent).await;
    again.refused("item_not_found", None);
}
