use crate::app::{Actor, TestApp};
use crate::operations::{Operation, operations};
use crate::repeats::{beside, is_replayed, keyed};
use domain::error::{Error, Result};
use domain::storage::Room;
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;

/// A disk without room.
struct Full;

#[async_trait::async_trait]
impl Room for Full {
    fn is_full(&self) -> bool {
        true
    }

    fn check(&self) -> Result<()> {
        Err(Error::StorageFull { found: None })
    }

    async fn make_way(&self) {}
}

/// Operations that write and are still allowed. Before you add one, think about the room that it needs.
const GO_ON: [&str; 16] = [
    "bulk_delete_conversations",
    "cancel_turn",
    "delete_api_key",
    "delete_conversation",
    "delete_item",
    "delete_me",
    "delete_project",
    "delete_session",
    "delete_sessions",
    "login",
    "logout",
    "refresh_token",
    "revoke_conversation_share",
    "revoke_share",
    "update_password",
    // Where it is kept nowhere.
    "create_chat_completion",
];

/// Refused operations.
const REFUSED: [&str; 20] = [
    "create_api_key",
    "create_conversation",
    "create_item",
    "create_items",
    "create_project",
    "create_shared_item",
    "edit_item",
    "fork_shared_conversation",
    "guest_login",
    "regenerate_item",
    "register",
    "restore_item_version",
    "share_conversation",
    "share_item",
    "stream_item_reply",
    "update_conversation",
    "update_conversations",
    "update_project",
    "update_settings",
    "upgrade",
];

async fn called(actor: &Actor, operation: &Operation) -> crate::answer::Answer {
    let unknown = |parameter: &String| match parameter.as_str() {
        "conversation_id" => "conv_01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned(),
        "item_id" => "item_01ARZ3NDEKTSV4RRFFQ69G0001".to_owned(),
        _ => "1".to_owned(),
    };
    let values: Vec<_> = operation.parameters().iter().map(unknown).collect();
    let request = actor.request(operation.method.clone(), &operation.at(&values));
    match operation.body() {
        None => actor.sent(request).await,
        Some(body) => actor.sent(request.json(&body)).await,
    }
}

#[tokio::test]
async fn every_operation_is_known_to_need_room_or_not() {
    let app = TestApp::spawn_with(|parts| parts.room = Arc::new(Full)).await;
    for operation in operations() {
        let answer = called(&app.alice(), &operation).await;
        let name = operation.name.as_str();
        let is_refused = answer.status == 503 && answer.json()["error"]["code"] == "storage_full";
        let reads = operation.method == Method::GET;
        assert!(
            reads || GO_ON.contains(&name) || REFUSED.contains(&name),
            "{name} is new: say whether it goes on while the disk is full (api/src/room.rs)"
        );
        assert_eq!(is_refused, !reads && !GO_ON.contains(&name), "{name}");
        if is_refused {
            assert_eq!(answer.header("retry-after"), "60");
            let described = &operation.described["responses"]["503"]["content"];
            let examples = &described["application/json"]["examples"];
            assert!(examples.get("storage_full").is_some(), "{name}");
        }
    }
}

#[tokio::test]
async fn a_chat_or_a_response_needs_room_where_it_is_kept() {
    let app = TestApp::spawn().await;
    let conversation = app.alice().conversation(json!({})).await;
    let full = TestApp::serve(
        crate::db::Schema::at(app.schema.url().to_owned()),
        app.schema.patient_database(2),
        |parts| parts.room = Arc::new(Full),
    );
    let ask = |conversation: Value| {
        let messages = json!([{ "role": "user", "content": "Hello?" }]);
        json!({ "messages": messages, "conversation": conversation })
    };
    let path = "/v1/chat/completions";
    full.alice().post(path, ask(Value::Null)).await.expect(200);
    full.alice()
        .post(path, ask(json!(conversation)))
        .await
        .failure("storage_full");
    let path = "/openai/v1/responses";
    for (is_stored, status) in [(false, 200), (true, 503)] {
        let body = json!({ "model": "big-model", "input": "Hello?", "store": is_stored });
        let answer = full.alice().post(path, body).await;
        assert_eq!(answer.status, status, "{}", answer.text());
    }
    let path = "/openai/v1/responses/resp_01ARZ3NDEKTSV4RRFFQ69G5FAV/cancel";
    assert_eq!(full.alice().post(path, json!({})).await.status, 404);
    let ready = full.anon().get("/readyz").await.expect(200);
    assert_eq!(ready, json!({ "status": "ready", "storage": "full" }));
    let ready = app.anon().get("/readyz").await.expect(200);
    assert_eq!(ready, json!({ "status": "ready", "storage": "ok" }));
}

#[tokio::test]
async fn a_repeat_is_answered_while_the_disk_is_full() {
    let app = TestApp::spawn().await;
    let full = beside(&app, |parts| parts.room = Arc::new(Full));
    let project = json!({ "title": "P" });
    let made = keyed(&app.alice(), "/v1/projects", "k", &project).await;
    let again = keyed(&full.alice(), "/v1/projects", "k", &project).await;
    assert_eq!((again.status, is_replayed(&again)), (201, true));
    assert_eq!(again.expect(201), made.expect(201));
    let other = keyed(&full.alice(), "/v1/projects", "other", &project).await;
    other.failure("storage_full");
    // Once there is room, it is done.
    let other = keyed(&app.alice(), "/v1/projects", "other", &project).await;
    assert!(!is_replayed(&other));
    other.expect(201);
}

#[tokio::test]
async fn unknown_addresses_get_their_usual_answers() {
    let app = TestApp::spawn_with(|parts| parts.room = Arc::new(Full)).await;
    app.alice()
        .post("/v1/nowhere", json!({}))
        .await
        .failure("route_not_found");
    app.alice()
        .post("/v1/shares", json!({}))
        .await
        .failure("method_not_allowed");
}
