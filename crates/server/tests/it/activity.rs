//! When `updated_at` moves, on a clock that moves only when it is told to.

use crate::app::{TestApp, id};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

/// The effect of a request: whether `updated_at` moved to the time of the request.
async fn moves(app: &TestApp, conversation: &str, method: Method, path: &str, body: Value) -> bool {
    let alice = app.alice();
    let outline = format!("/v1/conversations/{conversation}?include_items=false");
    let before = alice.get(&outline).await.expect(200);
    app.clock.advance(TimeDelta::seconds(1));
    let answer = alice.call_with(method, path, &body).await;
    assert!(answer.status < 300, "{path}: {}", answer.text());
    let after = alice.get(&outline).await.expect(200);
    assert_eq!(before["created_at"], after["created_at"]);
    // The same request tells the time of the pinned clock: a conversation of now.
    let now = alice.post("/v1/conversations", json!({})).await.expect(201);
    let moved = before["updated_at"] != after["updated_at"];
    if moved {
        assert_eq!(after["updated_at"], now["created_at"], "{path}");
    }
    moved
}

#[tokio::test]
async fn messages_move_updated_at() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({ "title": "T" })).await;
    let item = id(&alice.say(&conversation, "first").await);
    let items = format!("/v1/conversations/{conversation}/items");
    let path = format!("{items}/{item}");
    let message = json!({ "role": "assistant", "content": "reply", "call_id": "1" });
    let edited = json!({ "content": "edited" });
    let steps = [
        ("adding", Method::POST, items, message),
        ("editing", Method::PUT, format!("{path}/edit"), edited),
        (
            "restoring",
            Method::POST,
            format!("{path}/versions/1/restore"),
            json!({}),
        ),
        ("deleting", Method::DELETE, path, json!({})),
    ];
    for (what, method, path, body) in steps {
        assert!(
            moves(&app, &conversation, method, &path, body).await,
            "{what}"
        );
    }
}

#[tokio::test]
async fn organising_and_repeating_do_not_move_updated_at() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let project = alice.project("One").await;
    let conversation = alice.conversation(json!({})).await;
    let items = format!("/v1/conversations/{conversation}/items");
    let message = json!({ "role": "user", "content": "first", "call_id": "1" });
    let item = id(&alice.post(&items, message.clone()).await.expect(201));
    let conversation_path = format!("/v1/conversations/{conversation}");
    let project_path = format!("/v1/projects/{project}");
    let path = format!("{items}/{item}");
    let patch = |body: Value| (Method::PATCH, conversation_path.clone(), body);
    let steps = [
        patch(json!({ "title": "T" })),
        patch(json!({ "project_id": project })),
        patch(json!({ "metadata": { "a": "1" } })),
        patch(json!({})),
        (
            Method::PATCH,
            project_path.clone(),
            json!({ "title": "Other" }),
        ),
        // The text it has already, the version that is current, the message that is there.
        (
            Method::PUT,
            format!("{path}/edit"),
            json!({ "content": "first" }),
        ),
        (
            Method::POST,
            format!("{path}/versions/1/restore"),
            json!({}),
        ),
        (Method::POST, items.clone(), message),
        // Its conversations leave the project, but no message was added.
        (Method::DELETE, project_path, json!({})),
    ];
    for (method, path, body) in steps {
        let what = format!("{method} {path} {body}");
        assert!(
            !moves(&app, &conversation, method, &path, body).await,
            "{what}"
        );
    }
}

#[tokio::test]
async fn updated_at_never_goes_back() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let item = id(&alice.say(&conversation, "first").await);
    let path = format!("/v1/conversations/{conversation}/items/{item}");
    let outline = format!("/v1/conversations/{conversation}?include_items=false");
    let before = alice.get(&outline).await.expect(200);
    // Clocks of several instances disagree.
    app.clock.advance(TimeDelta::seconds(-5));
    let body = json!({ "content": "edited" });
    let edit = format!("{path}/edit");
    alice.call_with(Method::PUT, &edit, &body).await.expect(200);
    alice.say(&conversation, "second").await;
    alice.delete(&path).await.expect_nothing(204);
    let after = alice.get(&outline).await.expect(200);
    assert_eq!(before["updated_at"], after["updated_at"]);
}
