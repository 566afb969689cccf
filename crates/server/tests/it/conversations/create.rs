use crate::answer::masked;
use crate::app::{TestApp, id};
use insta::assert_json_snapshot;
use serde_json::json;

#[tokio::test]
async fn a_conversation_may_be_created_from_an_empty_body() {
    let app = TestApp::spawn().await;
    let answer = app.alice().post("/v1/conversations", json!({})).await;
    assert_json_snapshot!(answer.expect(201), @r#"
    {
      "archived": false,
      "created_at": "2025-12-23T10:00:00.000000Z",
      "id": "conv_01KD5ADF800000000200000000",
      "item_count": 0,
      "metadata": {},
      "object": "conversation",
      "pinned": false,
      "project_id": null,
      "tags": [],
      "title": null,
      "updated_at": "2025-12-23T10:00:00.000000Z"
    }
    "#);
}

#[tokio::test]
async fn everything_may_be_given_at_once() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let project = alice.project("My AI Research").await;
    let body = json!({
        "title": "  Project Planning ",
        "project_id": project.to_lowercase(),
        "metadata": { "customer": "42" },
        "items": [
            { "role": "system", "content": "Be brief." },
            { "role": "user", "content": "Let's plan our project", "call_id": "first" },
        ],
    });
    let created = alice.post("/v1/conversations", body).await.expect(201);
    assert_eq!(created["title"], "Project Planning");
    assert_eq!(created["project_id"], project.as_str());
    assert_eq!(created["metadata"], json!({ "customer": "42" }));
    assert_eq!(created["item_count"], 2);
    assert!(created.get("items").is_none());

    let path = format!("/v1/conversations/{}", id(&created));
    let mut found = alice.get(&path).await.expect(200);
    let items = found.as_object_mut().unwrap().remove("items").unwrap();
    assert_eq!(found, created);
    let items = masked(items, &[("/0/id", "(id)"), ("/1/id", "(id)")]);
    assert_json_snapshot!(items, @r#"
    [
      {
        "author": {
          "kind": "owner"
        },
        "call_id": null,
        "content": "Be brief.",
        "created_at": "2025-12-23T10:00:00.000000Z",
        "id": "(id)",
        "model": null,
        "object": "conversation.item",
        "parts": null,
        "reasoning": null,
        "role": "system",
        "type": "message",
        "updated_at": "2025-12-23T10:00:00.000000Z",
        "version": 1
      },
      {
        "author": {
          "kind": "owner"
        },
        "call_id": "first",
        "content": "Let's plan our project",
        "created_at": "2025-12-23T10:00:00.000000Z",
        "id": "(id)",
        "model": null,
        "object": "conversation.item",
        "parts": null,
        "reasoning": null,
        "role": "user",
        "type": "message",
        "updated_at": "2025-12-23T10:00:00.000000Z",
        "version": 1
      }
    ]
    "#);
}

#[tokio::test]
async fn null_is_as_good_as_absent() {
    let app = TestApp::spawn().await;
    let body = json!({ "title": null, "project_id": null, "metadata": null, "items": null });
    let created = app.alice().post("/v1/conversations", body).await;
    assert_eq!(created.expect(201)["metadata"], json!({}));
}

#[tokio::test]
async fn an_untitled_conversation_is_named_by_its_first_user_message() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let words = "word ".repeat(20);
    let family = "👨‍👩‍👧‍👦".repeat(20);
    for (content, title) in [
        ("Where is Oslo?\nI am lost.", "Where is Oslo?"),
        ("Hello, how are you?\nI am lost.", "I am lost."),
        ("\n \t\n  second line \n", "second line"),
        (
            words.as_str(),
            "word word word word word word word word word word word…",
        ),
        (family.as_str(), "👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦…"),
    ] {
        let message = json!({ "role": "user", "content": content });
        let earlier = json!({ "role": "assistant", "content": "Not this" });
        let body = json!({ "items": [earlier, message] });
        let created = alice.post("/v1/conversations", body).await.expect(201);
        assert_eq!(created["title"], title);
        // The same when the message comes later.
        let conversation = alice.conversation(json!({})).await;
        alice.say(&conversation, content).await;
        let found = alice
            .get(&format!("/v1/conversations/{conversation}"))
            .await;
        assert_eq!(found.expect(200)["title"], title);
        let stored = "select distinct title_source from conversations";
        assert_eq!(app.schema.value(stored).await, "2");
    }
}

#[tokio::test]
async fn a_call_id_of_the_first_messages_is_taken() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let message = json!({ "role": "user", "content": "Hi", "call_id": "one" });
    let conversation = alice.conversation(json!({ "items": [message] })).await;
    let path = format!("/v1/conversations/{conversation}/items");
    let again = alice.post(&path, message).await.expect(200);
    let first = alice.get(&path).await.expect(200);
    assert_eq!(first["data"], json!([again]));
}
