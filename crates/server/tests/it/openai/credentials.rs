//! Every operation of OpenAI's face with every kind of caller.

use super::responses::ended;
use super::{add, conversation, message, operations, refused};
use crate::app::{Actor, TestApp, id};
use crate::faces::Face;
use serde_json::{Value, json};

fn face() -> Face {
    Face {
        operations: operations(),
        body,
        unknown,
        ownerless: &["model"],
        refused: |answer, code| refused(answer, 401, code, None),
    }
}

/// A body that is right.
fn body(operation: &str) -> Value {
    match operation {
        "create_chat_completion" => json!({ "messages": [{ "role": "user", "content": "x" }] }),
        "create_items" => json!({ "items": [{ "role": "user", "content": "x" }] }),
        "create_response" => json!({ "input": "x" }),
        "update_conversation" => json!({ "metadata": { "a": "b" } }),
        _ => json!({}),
    }
}

fn unknown(parameter: &str) -> String {
    match parameter {
        "conversation_id" => "conv_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "item_id" => "msg_01ARZ3NDEKTSV4RRFFQ69G0001",
        "response_id" => "resp_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "model" => "unknown",
        new => {
            panic!("the path parameter {{{new}}} is new: say here what an unknown one looks like")
        }
    }
    .to_owned()
}

/// The objects of one owner.
struct Belongings([(&'static str, String); 3]);

impl Belongings {
    async fn of(actor: &Actor) -> Self {
        let one = conversation(actor, json!({})).await;
        let added = add(actor, &one, json!([message("user", "mine")])).await;
        let item = id(&added["data"][0]);
        let body = json!({ "input": "mine", "background": true });
        let response = actor.post("/openai/v1/responses", body).await.expect(200);
        let response = ended(actor, &id(&response)).await;
        let response = ("response_id", id(&response));
        Self([("conversation_id", one), ("item_id", item), response])
    }

    fn named(&self, parameter: &str) -> String {
        let found = self.0.iter().find(|(name, _)| *name == parameter);
        found.map_or_else(|| unknown(parameter), |(_, value)| value.clone())
    }
}

#[tokio::test]
async fn no_operation_answers_without_a_good_credential() {
    let app = TestApp::spawn().await;
    let face = face();
    assert!(face.operations.iter().all(|operation| operation.is_secured));
    face.refuses_bad_credentials(&app.anon()).await;
}

#[tokio::test]
async fn foreign_objects_answer_like_unknown_ones() {
    let app = TestApp::spawn().await;
    let (mine, theirs) = (
        Belongings::of(&app.alice()).await,
        Belongings::of(&app.bob()).await,
    );
    let (mine, theirs) = (
        |name: &str| mine.named(name),
        |name: &str| theirs.named(name),
    );
    let seen = face().hides_foreign_objects(&app, mine, theirs).await;
    assert!(seen > 8, "{seen}");
}

#[tokio::test]
async fn every_operation_answers_the_owner_and_a_key_with_200() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let key = alice.key("Good").await["key"].as_str().unwrap().to_owned();
    let by_key = app.bearing(Some(key));
    let face = face();
    for operation in &face.operations {
        println!("{}", operation.name);
        for actor in [&alice, &by_key] {
            let mine = Belongings::of(&alice).await;
            let ids = operation.ids(|name| mine.named(name));
            let answer = face.call(operation, actor, &ids).await;
            let expected = if operation.name == "get_model" {
                404
            } else {
                200
            };
            answer.expect(expected);
        }
    }
}

/// The same answer as for an unknown id, wherever a request may name an object.
#[tokio::test]
async fn foreign_ids_within_a_request_answer_like_unknown_ones() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let theirs = Belongings::of(&bob).await;
    let mine = conversation(&alice, json!({})).await;
    let before = app.schema.contents().await;
    let items = format!("/openai/v1/conversations/{mine}/items");
    type Request = fn(&str) -> Value;
    let reference = |id: &str| json!({ "items": [{ "type": "item_reference", "id": id }] });
    let requests: [(&str, &str, Request); 7] = [
        (
            "response_id",
            "/openai/v1/responses",
            |id| json!({ "input": "x", "previous_response_id": id }),
        ),
        (
            "conversation_id",
            "/openai/v1/responses",
            |id| json!({ "input": "x", "conversation": id }),
        ),
        (
            "conversation_id",
            "/openai/v1/responses",
            |id| json!({ "input": "x", "conversation": { "id": id }, "background": true }),
        ),
        (
            "item_id",
            "/openai/v1/responses",
            |id| json!({ "input": [{ "type": "item_reference", "id": id }], "stream": true }),
        ),
        ("item_id", &items, reference),
        ("item_id", "/openai/v1/conversations", reference),
        (
            "conversation_id",
            "/openai/v1/chat/completions",
            |id| json!({ "messages": [{ "role": "user", "content": "x" }], "conversation": id }),
        ),
    ];
    for (parameter, path, request) in requests {
        let told = async |id: &str| {
            let answer = alice.post(path, request(id)).await;
            let mut error = answer.expect(404)["error"].clone();
            error["request_id"] = Value::Null;
            error
        };
        let foreign = told(&theirs.named(parameter)).await;
        assert_eq!(
            foreign,
            told(&unknown(parameter)).await,
            "{path} {parameter}"
        );
        assert!(!foreign["param"].is_null(), "{foreign}");
    }
    for query in ["", "&order=asc"] {
        let path = format!("{items}?after={}{query}", theirs.named("item_id"));
        let page = alice.get(&path).await.expect(200);
        assert_eq!(page["data"], json!([]));
    }
    assert_eq!(app.schema.contents().await, before);
}
