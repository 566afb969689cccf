//! The calls of the conversation management guide, made as it documents them, with its documented
//! answers field by field. Placeholders such as `optional-project-id` are ids that exist.

use crate::app::{TestApp, id};
use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};

/// The guide's times: RFC 3339 in UTC, a whole second without a fraction.
#[track_caller]
fn assert_time(object: &Value, field: &str, expected: &str) {
    let time = object[field].as_str().unwrap();
    // Six digits, so that texts sort like times; the guide shows none.
    let expected = expected.replace('Z', ".000000Z");
    assert_eq!(time, expected, "{field} of {object}");
    assert!(DateTime::parse_from_rfc3339(time).is_ok() && time.ends_with('Z'));
}

#[track_caller]
fn assert_id(object: &Value, prefix: &str) {
    let id = object["id"].as_str().unwrap();
    let digits = id.strip_prefix(prefix).unwrap_or_default();
    assert_eq!(digits.len(), 26, "{id} is not {prefix} and a ULID");
}

#[tokio::test]
async fn create_a_conversation() {
    let app = TestApp::spawn().await;
    let project = app.alice().project("My AI Research").await;
    for title in ["My First Conversation", "Project Planning"] {
        let body = json!({ "title": title, "project_id": project });
        let answer = app.alice().post("/v1/conversations", body).await;
        let location = answer.header("location").to_owned();
        let created = answer.expect(201);
        assert_id(&created, "conv_");
        assert_eq!(location, format!("/v1/conversations/{}", id(&created)));
        assert_eq!(created["title"], title);
        assert_eq!(created["project_id"], project.as_str());
        assert_time(&created, "created_at", "2025-12-23T10:00:00Z");
        assert_time(&created, "updated_at", "2025-12-23T10:00:00Z");
    }
}

#[tokio::test]
async fn list_your_conversations() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let project = alice.project("My AI Research").await;
    let titled = json!({ "title": "Project Planning", "project_id": project });
    let first = alice.conversation(titled).await;
    alice.conversation(json!({ "title": "Elsewhere" })).await;
    for _ in 0..12 {
        alice.say(&first, "Let's plan our project").await;
    }
    for _ in 0..10 {
        alice.conversation(json!({ "project_id": project })).await;
    }

    let path = format!("/v1/conversations?limit=10&project_id={project}");
    let page = alice.get(&path).await.expect(200);
    assert_eq!(page["data"].as_array().unwrap().len(), 10);
    let next = page["next_after"].as_str().unwrap();

    let page = alice.get(&format!("{path}&after={next}")).await.expect(200);
    let data = page["data"].as_array().unwrap();
    assert_eq!(data.len(), 1);
    assert_eq!(data[0]["id"], first);
    assert_eq!(data[0]["title"], "Project Planning");
    assert_eq!(data[0]["item_count"], 12);
    assert_time(&data[0], "created_at", "2025-12-23T10:00:00Z");
    assert!(data[0].get("items").is_none());
    assert_eq!(page["next_after"], Value::Null);
}

#[tokio::test]
async fn list_holds_20_unless_told_and_at_most_100() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    for _ in 0..101 {
        alice.conversation(json!({})).await;
    }
    let page = alice.get("/v1/conversations").await.expect(200);
    assert_eq!(page["data"].as_array().unwrap().len(), 20);
    let page = alice.get("/v1/conversations?limit=100").await.expect(200);
    assert_eq!(page["data"].as_array().unwrap().len(), 100);
    let more = alice.get("/v1/conversations?limit=101").await;
    more.refused("invalid_value", Some("limit"));
}

#[tokio::test]
async fn get_conversation_details() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice
        .conversation(json!({ "title": "Project Planning" }))
        .await;
    let items = format!("/v1/conversations/{conversation}/items");
    app.clock.advance(TimeDelta::minutes(5));
    let question = json!({ "role": "user", "content": "Let's plan our project" });
    alice.post(&items, question).await.expect(201);
    app.clock.advance(TimeDelta::seconds(30));
    let reply = json!({ "role": "assistant", "content": "Great! Let me help you..." });
    alice.post(&items, reply).await.expect(201);

    let path = format!("/v1/conversations/{conversation}");
    let found = alice.get(&path).await.expect(200);
    assert_eq!(found["id"], conversation);
    assert_eq!(found["title"], "Project Planning");
    assert_time(&found, "created_at", "2025-12-23T10:00:00Z");
    let items = found["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    assert_id(&items[0], "item_");
    assert_eq!(items[0]["role"], "user");
    assert_eq!(items[0]["content"], "Let's plan our project");
    assert_time(&items[0], "created_at", "2025-12-23T10:05:00Z");
    assert_id(&items[1], "item_");
    assert_eq!(items[1]["role"], "assistant");
    assert_eq!(items[1]["content"], "Great! Let me help you...");
    assert_time(&items[1], "created_at", "2025-12-23T10:05:30Z");
    assert_ne!(items[0]["id"], items[1]["id"]);
}

#[tokio::test]
async fn update_conversation_title() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice
        .conversation(json!({ "title": "Project Planning" }))
        .await;
    let path = format!("/v1/conversations/{conversation}");
    let changes = json!({ "title": "Updated Project Title" });
    let updated = alice.patch(&path, changes).await.expect(200);
    assert_eq!(updated["id"], conversation);
    assert_eq!(updated["title"], "Updated Project Title");
    let found = alice.get(&path).await.expect(200);
    assert_eq!(found["title"], "Updated Project Title");
}

#[tokio::test]
async fn send_a_message() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}/items");
    let hello = json!({ "role": "user", "content": "Hello, how are you?" });
    alice.post(&path, hello).await.expect(201);

    app.clock.advance(TimeDelta::minutes(10));
    let message = json!({
        "role": "user",
        "content": "What are the next steps?",
        "call_id": "optional-external-id",
    });
    let answer = alice.post(&path, message).await;
    let location = answer.header("location").to_owned();
    let sent = answer.expect(201);
    assert_id(&sent, "item_");
    assert_eq!(location, format!("{path}/{}", id(&sent)));
    assert_eq!(sent["role"], "user");
    assert_eq!(sent["content"], "What are the next steps?");
    assert_eq!(sent["call_id"], "optional-external-id");
    assert_time(&sent, "created_at", "2025-12-23T10:10:00Z");
    assert_eq!(alice.get(&location).await.expect(200), sent);
}

#[tokio::test]
async fn delete_a_conversation() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    alice.say(&conversation, "Hello, how are you?").await;
    let path = format!("/v1/conversations/{conversation}");
    alice.delete(&path).await.expect_nothing(204);
    let gone = alice.get(&path).await;
    gone.refused("conversation_not_found", None);
}

#[tokio::test]
async fn create_a_project() {
    let app = TestApp::spawn().await;
    let body = json!({
        "title": "My AI Research",
        "description": "Conversations about machine learning",
    });
    let answer = app.alice().post("/v1/projects", body).await;
    let location = answer.header("location").to_owned();
    let created = answer.expect(201);
    assert_id(&created, "proj_");
    assert_eq!(location, format!("/v1/projects/{}", id(&created)));
    assert_eq!(created["title"], "My AI Research");
    assert_eq!(
        created["description"],
        "Conversations about machine learning"
    );
    assert_time(&created, "created_at", "2025-12-23T10:00:00Z");
}

#[tokio::test]
async fn add_a_conversation_to_a_project_and_list_it_there() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let project = alice.project("My AI Research").await;
    let body = json!({ "title": "Research Question 1", "project_id": project });
    let first = alice.conversation(body).await;
    let second = alice.conversation(json!({ "title": "Later" })).await;
    let path = format!("/v1/conversations/{second}");
    let moved = alice.patch(&path, json!({ "project_id": project })).await;
    assert_eq!(moved.expect(200)["project_id"], project.as_str());

    let path = format!("/v1/projects/{project}/conversations");
    let page = alice.get(&path).await.expect(200);
    let data = page["data"].as_array().unwrap();
    let listed: Vec<_> = data.iter().map(id).collect();
    assert_eq!(listed, [second, first]);
    assert_eq!(data[1]["title"], "Research Question 1");
    assert_eq!(data[1]["item_count"], 0);
    assert_eq!(page["next_after"], Value::Null);
}
