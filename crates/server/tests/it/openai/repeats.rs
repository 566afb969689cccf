//! Repeated requests: with an `Idempotency-Key`, and those of the SDKs themselves.

use super::{LIST, all, conversation, message, refused};
use crate::answer::Answer;
use crate::app::{Actor, TestApp, id};
use crate::provider::{Provider, says_when_told};
use crate::purge::until;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

async fn send(actor: &Actor, path: &str, key: &str, body: &Value) -> Answer {
    let request = actor.request(Method::POST, path);
    actor
        .sent(request.header("Idempotency-Key", key).json(body))
        .await
}

#[tokio::test]
async fn a_repeat_gets_the_same_answer_and_has_no_effect() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let twice = async |path: &str, body: Value| {
        let key = format!("once {path}");
        let first = send(&alice, path, &key, &body).await.expect(200);
        let again = send(&alice, path, &key, &body).await;
        assert_eq!(again.header("idempotency-replayed"), "true", "{path}");
        assert_eq!(again.expect(200), first, "{path}");
        first
    };
    let body = json!({ "metadata": { "a": "1" }, "items": [message("user", "x")] });
    let one = id(&twice(LIST, body).await);
    let path = format!("{LIST}/{one}");
    twice(&path, json!({ "metadata": { "b": "2" } })).await;
    let two = json!({ "items": [message("user", "a"),
        { "type": "reasoning", "summary": [], "more": [1] }] });
    twice(&format!("{path}/items"), two).await;
    assert_eq!(all(&alice, &one).await.len(), 3);
    let list = alice.get(LIST).await.expect(200);
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_same_key_on_another_face_is_another_request() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    send(&alice, LIST, "key", &json!({})).await.expect(200);
    let native = send(&alice, "/v1/conversations", "key", &json!({})).await;
    native.expect(201);
    let other = send(&alice, LIST, "key", &json!({ "metadata": {} })).await;
    refused(
        &other,
        409,
        "idempotency_key_reused",
        Some("Idempotency-Key"),
    );
}

#[tokio::test]
async fn an_sdk_that_gives_up_and_asks_again_makes_one_turn() {
    let provider = Provider::that(says_when_told(&["Yes."]));
    let app = TestApp::spawn_with(|parts| parts.provider = provider.connected()).await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let path = "/openai/v1/chat/completions";
    let body = json!({ "conversation": one, "messages": [message("user", "Now?")] });
    let request = app.by_alice(
        format!("POST {path}").as_bytes(),
        body.to_string().as_bytes(),
    );
    let marked = "Host: localhost\r\nx-stainless-retry-count: 0\r\n";
    let request = String::from_utf8(request).unwrap();
    let request = request.replacen("Host: localhost\r\n", marked, 1);
    let mut given_up = TcpStream::connect(app.address).await.unwrap();
    given_up.write_all(request.as_bytes()).await.unwrap();
    provider.was_asked(1).await;
    drop(given_up);
    let again = alice.request(Method::POST, path);
    let again = again.header("x-stainless-retry-count", "1").json(&body);
    let noted = "select count(*) from repeats where attempt = 1";
    let (again, ()) = tokio::join!(alice.sent(again), async {
        until(&app.schema, noted, 20, |n| n == 1).await;
        // The piece, and the end.
        provider.go_on(2);
    });
    assert_eq!(again.header("idempotency-replayed"), "true");
    again.expect(200);
    assert_eq!(provider.asked().len(), 1);
    assert_eq!(all(&alice, &one).await.len(), 2);
}

#[tokio::test]
async fn a_repeat_of_what_was_deleted_since_is_not_found() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let path = format!("{LIST}/{one}/items");
    let body = json!({ "items": [message("user", "x")] });
    let added = send(&alice, &path, "k", &body).await.expect(200);
    let item = added["data"][0]["id"].as_str().unwrap();
    alice.delete(&format!("{path}/{item}")).await.expect(200);
    let again = send(&alice, &path, "k", &body).await;
    refused(&again, 404, "item_not_found", None);
}

/// A new POST must be tried here, too.
#[test]
fn each_post_is_tried() {
    let posts = super::operations().into_iter();
    let posts = posts.filter(|operation| operation.method == Method::POST);
    let posts: Vec<_> = posts.map(|operation| operation.path).collect();
    assert_eq!(
        posts,
        [
            "/openai/v1/chat/completions",
            "/openai/v1/conversations",
            "/openai/v1/conversations/{conversation_id}",
            "/openai/v1/conversations/{conversation_id}/items",
            // In `responses::repeats`.
            "/openai/v1/responses",
            // It changes nothing the second time.
            "/openai/v1/responses/{response_id}/cancel",
        ]
    );
}
