//! The fields that PATCH keeps, changes and clears.

use crate::app::TestApp;
use crate::credentials::without_form;
use serde_json::{Value, json};

/// The fields that organise a conversation.
fn organised(conversation: &Value) -> Value {
    json!([
        conversation["title"],
        conversation["project_id"],
        conversation["metadata"]
    ])
}

#[tokio::test]
async fn absent_fields_stay_and_null_clears() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let project = alice.project("One").await;
    let other = alice.project("Other").await;
    let body = json!({ "title": "T", "project_id": project, "metadata": { "a": "1" } });
    let conversation = alice.conversation(body).await;
    let path = format!("/v1/conversations/{conversation}");
    let steps = [
        (json!({}), json!(["T", project, { "a": "1" }])),
        (json!({ "title": "U" }), json!(["U", project, { "a": "1" }])),
        (
            json!({ "project_id": other }),
            json!(["U", other, { "a": "1" }]),
        ),
        (
            json!({ "metadata": { "b": "2" } }),
            json!(["U", other, { "b": "2" }]),
        ),
        (json!({ "title": null }), json!([null, other, { "b": "2" }])),
        (
            json!({ "project_id": null }),
            json!([null, null, { "b": "2" }]),
        ),
        (json!({ "metadata": null }), json!([null, null, {}])),
        (
            json!({ "title": " all ", "project_id": project, "metadata": { "c": "3" } }),
            json!(["all", project, { "c": "3" }]),
        ),
        (
            json!({ "title": null, "project_id": null, "metadata": null }),
            json!([null, null, {}]),
        ),
    ];
    for (change, expected) in steps {
        let changed = alice.patch(&path, change.clone()).await.expect(200);
        assert_eq!(organised(&changed), expected, "{change}");
        assert!(changed.get("items").is_none());
        let stored = alice.get(&path).await.expect(200);
        assert_eq!(organised(&stored), expected, "{change}");
    }
}

#[tokio::test]
async fn a_partly_wrong_change_is_refused_whole() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({ "title": "T" })).await;
    let path = format!("/v1/conversations/{conversation}");
    let unknown = "proj_01ARZ3NDEKTSV4RRFFQ69G5FAV";
    let change = json!({ "title": "U", "project_id": unknown, "metadata": { "a": "1" } });
    let refused = alice.patch(&path, change).await;
    refused.refused("project_not_found", Some("project_id"));
    for title in ["", "   ", &"x".repeat(257)] {
        let change = json!({ "title": title, "metadata": { "a": "1" } });
        let refused = alice.patch(&path, change).await;
        refused.refused("invalid_value", Some("title"));
    }
    let stored = alice.get(&path).await.expect(200);
    assert_eq!(organised(&stored), json!(["T", null, {}]));
}

#[tokio::test]
async fn a_project_that_is_unknown_or_anothers_is_not_found() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let foreign = bob.project("Bob's").await;
    let deleted = alice.project("Gone").await;
    let path = format!("/v1/projects/{deleted}");
    alice.delete(&path).await.expect_nothing(204);
    let conversation = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}");
    let unknown = "proj_01ARZ3NDEKTSV4RRFFQ69G5FAV";
    let mut messages = Vec::new();
    for project in [
        foreign.as_str(),
        &deleted,
        unknown,
        "nonsense",
        "",
        &conversation,
    ] {
        let with = |rest: Value| {
            let mut body = json!({ "project_id": project });
            body.as_object_mut()
                .unwrap()
                .extend(rest.as_object().unwrap().clone());
            body
        };
        let item = json!({ "items": [{ "role": "user", "content": "x" }] });
        for answer in [
            alice.post("/v1/conversations", with(json!({}))).await,
            alice.post("/v1/conversations", with(item)).await,
            alice.patch(&path, with(json!({}))).await,
            alice
                .get(&format!("/v1/conversations?project_id={project}"))
                .await,
        ] {
            answer.refused("project_not_found", Some("project_id"));
            messages.push(without_form(&answer.json()["error"]["message"].to_string()));
        }
    }
    messages.dedup();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert_eq!(
        app.schema.value("select count(*) from conversations").await,
        "1"
    );
    assert_eq!(app.schema.value("select count(*) from items").await, "0");
}

#[tokio::test]
async fn conversations_stay_when_their_project_is_deleted() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let project = alice.project("Gone").await;
    let other = alice.project("Stays").await;
    let inside = alice.conversation(json!({ "project_id": project })).await;
    alice.say(&inside, "still here").await;
    let elsewhere = alice.conversation(json!({ "project_id": other })).await;
    let path = format!("/v1/projects/{project}");
    alice.delete(&path).await.expect_nothing(204);
    alice.get(&path).await.refused("project_not_found", None);
    alice.delete(&path).await.refused("project_not_found", None);

    let left = alice
        .get(&format!("/v1/conversations/{inside}"))
        .await
        .expect(200);
    assert_eq!(left["project_id"], json!(null));
    assert_eq!(left["items"][0]["content"], "still here");
    let kept = alice
        .get(&format!("/v1/conversations/{elsewhere}"))
        .await
        .expect(200);
    assert_eq!(kept["project_id"], other);
    let gone = alice
        .get(&format!("/v1/projects/{project}/conversations"))
        .await;
    gone.refused("project_not_found", None);
}
