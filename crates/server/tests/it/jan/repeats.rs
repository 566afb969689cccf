//! Repeated requests with an `Idempotency-Key`: once done, answered in this face's shape.

use super::{add, conversation, message};
use crate::answer::Answer;
use crate::app::{Actor, TestApp, id};
use crate::chat::user;
use reqwest::Method;
use serde_json::{Value, json};

async fn twice(actor: &Actor, path: &str, body: &Value) -> Answer {
    let key = format!("once {path}");
    let send = || {
        let request = actor.request(Method::POST, path);
        actor.sent(request.header("Idempotency-Key", key.as_str()).json(body))
    };
    let first = send().await;
    let again = send().await;
    assert_eq!(again.header("idempotency-replayed"), "true", "{path}");
    assert_eq!(first.status, again.status, "{path}");
    assert_eq!(first.json(), again.json(), "{path}");
    again
}

#[tokio::test]
async fn a_repeat_gets_the_same_answer_and_does_nothing() {
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
