//! Repeated requests with an `Idempotency-Key`: once done, answered in this face's shape.

use super::{add, conversation, message};
use crate::answer::Answer;
use crate::app::{Actor, TestApp, id};
use crate::chat::user;
use reqwest::Method;
use serde_json::{Value, json};

async fn send(actor: &Actor, path: &str, key: &str, body: &Value) -> Answer {
    let request = actor.request(Method::POST, path);
    actor
        .sent(request.header("Idempotency-Key", key).json(body))
        .await
}

async fn twice(actor: &Actor, path: &str, body: &Value) -> Answer {
    let key = format!("once {path} {body}");
    let first = send(actor, path, &key, body).await;
    let again = send(actor, path, &key, body).await;
    assert_eq!(again.header("idempotency-replayed"), "true", "{path}");
    assert_eq!(first.status, again.status, "{path}");
    assert_eq!(first.json(), again.json(), "{path}");
    again
}

#[tokio::test]
async fn a_repeat_gets_the_same_answer_and_has_no_effect() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let made = twice(&alice, "/jan/v1/conversations", &json!({ "title": "T" })).await;
    let one = id(&made.json());
    let path = format!("/jan/v1/conversations/{one}");
    let two = json!({ "items": [message("user", "a"), message("assistant", "b")] });
    let added = twice(&alice, &format!("{path}/items"), &two).await.json();
    let [question, reply] = [0, 1].map(|n: usize| id(&added["data"][n]));
    let edit = json!({ "content": "c" });
    twice(&alice, &format!("{path}/items/{question}/edit"), &edit).await;
    twice(
        &alice,
        &format!("{path}/items/{reply}/regenerate"),
        &json!({}),
    )
    .await;
    twice(
        &alice,
        &format!("{path}/share"),
        &json!({ "scope": "conversation" }),
    )
    .await;
    twice(&alice, "/jan/v1/projects", &json!({ "name": "P" })).await;
    twice(&alice, &path, &json!({ "title": "U" })).await;
    twice(&alice, &path, &json!({})).await;
    add(&alice, &one, &[message("user", "later")]).await;
    let items = alice.get(&format!("{path}/items")).await.expect(200);
    assert_eq!(items["total"], 3);
}

#[tokio::test]
async fn a_repeated_chat_makes_one_conversation() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let body = json!({ "messages": [user("Capital?")], "store": true });
    let send = || {
        let request = alice.request(Method::POST, "/jan/v1/chat/completions");
        alice.sent(request.header("Idempotency-Key", "chat").json(&body))
    };
    let first = send().await.expect(200);
    let again = send().await.expect(200);
    assert_eq!(first["conversation"], again["conversation"]);
    assert_eq!(
        first["choices"][0]["message"]["content"],
        again["choices"][0]["message"]["content"]
    );
    let list = alice.get("/jan/v1/conversations").await.expect(200);
    assert_eq!(list["total"], 1);
    conversation(&alice, json!({})).await;
}

/// A new POST must be tried here, too. The two of branches have no effect, and the chat is below.
#[test]
fn each_post_is_tried_above() {
    let document = super::document::document();
    let paths = document["paths"].as_object().unwrap().iter();
    let posts =
        paths.filter(|(path, item)| path.starts_with("/jan/v1/") && item["post"].is_object());
    let posts: Vec<_> = posts.map(|(path, _)| path.as_str()).collect();
    assert_eq!(
        posts,
        [
            "/jan/v1/chat/completions",
            "/jan/v1/conversations",
            "/jan/v1/conversations/{conversation_id}",
            "/jan/v1/conversations/{conversation_id}/branches",
            "/jan/v1/conversations/{conversation_id}/branches/{branch}/activate",
            "/jan/v1/conversations/{conversation_id}/items",
            "/jan/v1/conversations/{conversation_id}/items/{item_id}/edit",
            "/jan/v1/conversations/{conversation_id}/items/{item_id}/regenerate",
            "/jan/v1/conversations/{conversation_id}/share",
            "/jan/v1/projects",
        ]
    );
}

#[tokio::test]
async fn a_repeat_gets_no_link_that_was_revoked_meanwhile() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let path = format!("/jan/v1/conversations/{one}/share");
    let body = json!({ "scope": "conversation" });
    let made = send(&alice, &path, "k", &body).await.expect(201);
    let share = format!("/jan/v1/shares/{}", id(&made));
    alice.delete(&share).await.expect(200);
    let again = send(&alice, &path, "k", &body).await;
    super::refused(&again, "share_not_found", None);
}

#[tokio::test]
async fn a_late_repeat_of_an_update_keeps_later_changes() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let path = format!(
        "/jan/v1/conversations/{}",
        conversation(&alice, json!({})).await
    );
    for body in [
        json!({ "title": "First" }),
        json!({ "metadata": { "a": "1" } }),
    ] {
        let key = body.to_string();
        send(&alice, &path, &key, &body).await.expect(200);
        let later = json!({ "title": "Later", "metadata": { "b": "2" } });
        let later = alice.post(&path, later).await.expect(200);
        let again = send(&alice, &path, &key, &body).await;
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!(again.expect(200), later);
        assert_eq!(alice.get(&path).await.expect(200), later);
    }
}

#[tokio::test]
async fn a_repeat_shows_the_very_messages_that_were_added_or_none() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let path = format!("/jan/v1/conversations/{one}/items");
    // More than a page of a list may have.
    let long = "x".repeat(900_000);
    let large: Vec<_> = (0..6).map(|_| message("user", &long)).collect();
    let large = json!({ "items": large });
    let first = send(&alice, &path, "large", &large).await.expect(200);
    add(&alice, &one, &[message("user", "later")]).await;
    let again = send(&alice, &path, "large", &large).await.expect(200);
    assert!(
        first == again,
        "{} messages",
        again["data"].as_array().unwrap().len()
    );
    for gone in 0..3 {
        let key = format!("without {gone}");
        let three =
            json!({ "items": [message("user", "a"), message("user", "b"), message("user", &key)] });
        let added = send(&alice, &path, &key, &three).await.expect(200);
        add(&alice, &one, &[message("user", "later")]).await;
        let gone = id(&added["data"][gone]);
        alice.delete(&format!("{path}/{gone}")).await.expect(200);
        let again = send(&alice, &path, &key, &three).await;
        super::refused(&again, "item_not_found", None);
    }
}
