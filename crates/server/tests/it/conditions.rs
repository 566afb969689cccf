//! Conditions at the edge: changes that do not take them refuse them, and a malformed tag names no state.

use crate::app::{TestApp, id};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_condition_that_would_be_dropped_is_refused() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}");
    let item = format!(
        "{path}/items/{}",
        id(&alice.say(&conversation, "one").await)
    );
    let share = alice.share(&conversation, json!({})).await;
    let before = app.schema.contents().await;
    let message = json!({ "role": "user", "content": "x" });
    for (method, address, body) in [
        (Method::POST, "/v1/conversations".to_owned(), json!({})),
        (Method::POST, format!("{path}/items"), message.clone()),
        (
            Method::POST,
            format!("{path}/items/batch"),
            json!({ "items": [message] }),
        ),
        (Method::POST, format!("{item}/regenerate"), json!({})),
        (
            Method::POST,
            format!("/jan{path}"),
            json!({ "title": "late" }),
        ),
        (
            Method::POST,
            format!("/jan{item}/edit"),
            json!({ "content": "late" }),
        ),
        (
            Method::PATCH,
            "/jan/v1/users/me/settings".to_owned(),
            json!({ "preferences": {} }),
        ),
        (Method::DELETE, format!("{path}/share/{share}"), json!({})),
    ] {
        let request = alice.request(method, &address).header("if-match", "\"1\"");
        let answer = alice.sent(request.json(&body)).await;
        assert_eq!(answer.status, 400, "{address}");
        if !address.starts_with("/jan") {
            answer.refused("invalid_request", Some("If-Match"));
        }
    }
    let title = json!({ "title": "late" });
    let request = alice.request(Method::PATCH, &path);
    let request = request.header("if-none-match", "*").json(&title);
    let answer = alice.sent(request).await;
    answer.refused("invalid_request", Some("If-None-Match"));
    // A request to an address or method that does not exist gets its usual answer.
    for method in ["TRACE", "POST", "PUT"] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = alice.request(method, &path).header("if-none-match", "");
        assert_eq!(alice.sent(request).await.status, 405);
    }
    assert_eq!(app.schema.contents().await, before);
}

#[tokio::test]
async fn an_unknown_tag_names_no_state() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}");
    let edit = format!(
        "{path}/items/{}/edit",
        id(&alice.say(&conversation, "one").await)
    );
    let read = alice.get(&path).await.header("etag").to_owned();
    let first = read.split('.').next().unwrap();
    let before = app.schema.contents().await;
    let other = json!({ "content": "two", "title": "two" });
    for (method, path, field, tag) in [
        (Method::PUT, &edit, "content", "\"1.junk\"".to_owned()),
        (Method::PUT, &edit, "content", "\"1.\"".to_owned()),
        (Method::PUT, &edit, "content", "\"a,1,*\"".to_owned()),
        (Method::PATCH, &path, "title", format!("{first}.zz\"")),
        (Method::PATCH, &path, "title", format!("{first}.\"")),
    ] {
        let request = alice.request(method, path).header("if-match", &tag);
        let body = json!({ field: other[field] });
        let answer = alice.sent(request.json(&body)).await;
        assert_eq!(answer.status, 412, "{tag}: {}", answer.text());
    }
    assert_eq!(app.schema.contents().await, before);
}

#[tokio::test]
async fn a_head_that_is_known_says_no_length() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    alice.say(&conversation, "one").await;
    let share = alice.share(&conversation, json!({})).await;
    for path in [
        format!("/v1/conversations/{conversation}"),
        format!("/conversations/share/{share}?format=html"),
        "/openapi.json".to_owned(),
    ] {
        let read = alice.call(Method::HEAD, &path).await;
        assert_eq!(read.status, 200, "{path}");
        assert!(read.header("content-length").parse::<u64>().unwrap() > 0);
        for method in [Method::HEAD, Method::GET] {
            let request = alice.request(method, &path);
            let request = request.header("if-none-match", read.header("etag"));
            let answer = alice.sent(request).await;
            assert_eq!((answer.status, answer.header("content-length")), (304, ""));
            assert_eq!(answer.header("etag"), read.header("etag"));
        }
    }
}
