use crate::app::{TestApp, id};
use crate::rows;
use crate::shares::{link, message, share_item, texts};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_copy_has_exactly_the_messages_that_the_link_shows() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let project = alice.project("Secret project").await;
    let body = json!({ "title": "Plans", "project_id": project, "metadata": { "a": "secret" } });
    let conversation = alice.conversation(body).await;
    let path = format!("/v1/conversations/{conversation}");
    message(&alice, &conversation, "system", "secret").await;
    let called = json!({ "role": "user", "content": "first", "call_id": "secret" });
    alice
        .post(&format!("{path}/items"), called)
        .await
        .expect(201);
    app.clock.advance(TimeDelta::minutes(25));
    let second = message(&alice, &conversation, "assistant", "secret").await;
    let edit = format!("{path}/items/{second}/edit");
    let body = json!({ "content": "second" });
    alice.call_with(Method::PUT, &edit, &body).await.expect(200);
    let share = alice.share(&conversation, json!({})).await;
    message(&alice, &conversation, "user", "later").await;

    app.clock.advance(TimeDelta::minutes(25));
    let answer = bob.post(&format!("{}/fork", link(&share)), json!({})).await;
    let location = answer.header("location").to_owned();
    let copy = answer.expect(201);
    assert_eq!(location, format!("/v1/conversations/{}", id(&copy)));
    for (field, value) in [
        ("title", json!("Plans")),
        ("project_id", Value::Null),
        ("metadata", json!({})),
        ("item_count", json!(2)),
        ("created_at", json!("2025-12-23T10:50:00.000000Z")),
    ] {
        assert_eq!(copy[field], value, "{field}");
    }
    let whole = bob.get(&format!("{location}/export")).await;
    assert!(!whole.text().contains("secret"), "{}", whole.text());
    let copied = bob.get(&location).await.expect(200);
    assert_eq!(texts(&copied), ["first", "second"]);
    let item = &copied["items"][0];
    for (field, value) in [
        ("call_id", Value::Null),
        ("version", json!(1)),
        ("author", json!({ "kind": "owner" })),
        ("created_at", json!("2025-12-23T10:00:00.000000Z")),
    ] {
        assert_eq!(item[field], value, "{field}");
    }
    // It goes its own way.
    bob.say(&id(&copy), "mine").await;
    alice.delete(&path).await.expect_nothing(204);
    assert_eq!(bob.get(&location).await.expect(200)["item_count"], 3);
    alice
        .get(&location)
        .await
        .refused("conversation_not_found", None);
    rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn a_copy_of_a_link_to_a_message_has_the_shown_messages() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let conversation = alice.conversation(json!({})).await;
    message(&alice, &conversation, "user", "first").await;
    let item = message(&alice, &conversation, "user", "second").await;
    for (context, expected) in [(false, vec!["second"]), (true, vec!["first", "second"])] {
        let body = json!({ "include_context": context });
        let share = share_item(&alice, &conversation, &item, body).await;
        let copy = bob.post(&format!("{}/fork", link(&share)), json!({})).await;
        let path = format!("/v1/conversations/{}", id(&copy.expect(201)));
        assert_eq!(texts(&bob.get(&path).await.expect(200)), expected);
    }
    rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn copying_needs_a_token() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let share = alice.share(&conversation, json!({})).await;
    let path = format!("{}/fork", link(&share));
    app.anon()
        .call(Method::POST, &path)
        .await
        .refused("token_missing", None);
    let unknown = "/conversations/share/share_0LJnh1cJkq3vT8dY2mWfR6xLpZ9sBaNc/fork";
    alice
        .call(Method::POST, unknown)
        .await
        .refused("share_not_found", None);
}

#[tokio::test]
async fn ten_thousand_messages_are_copied_in_order() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let conversation = alice.conversation(json!({})).await;
    rows::items(
        &app.schema,
        &conversation,
        10_000,
        "'message ' || n || repeat(' and so on', 300)",
    )
    .await;
    let share = alice.share(&conversation, json!({})).await;
    let begun = std::time::Instant::now();
    let copy = bob
        .post(&format!("{}/fork", link(&share)), json!({}))
        .await
        .expect(201);
    println!("10,000 messages of 3 kB copied in {:?}", begun.elapsed());
    assert_eq!(copy["item_count"], 10_000);
    let whole = bob
        .get(&format!("/v1/conversations/{}", id(&copy)))
        .await
        .expect(200);
    let whole = texts(&whole);
    assert!(whole[0].starts_with("message 1 and") && whole[9_999].starts_with("message 10000 and"));
    rows::assert_consistent(&app.schema).await;
}
