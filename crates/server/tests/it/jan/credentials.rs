//! Every operation of Jan's face with every kind of caller.

use super::document::document;
use super::{add, conversation, message, refused};
use crate::app::{Actor, TestApp, id};
use crate::faces::{Face, Operation, operations};
use serde_json::{Value, json};

/// Operations without credentials.
const PUBLIC: [&str; 7] = [
    "get_health",
    "get_public_share",
    "get_readiness",
    "get_version",
    "guest_login",
    "logout",
    "refresh_token",
];

/// Operations that an API key cannot use.
const PERSONS_ONLY: [&str; 3] = ["create_api_key", "delete_api_key", "upgrade"];

fn face() -> Face {
    Face {
        operations: operations(&document()),
        body,
        unknown,
        ownerless: &["branch", "call_id", "model"],
        refused: |answer, code| refused(answer, code, None),
    }
}

/// A body that is right.
fn body(operation: &str) -> Value {
    match operation {
        "create_items" => json!({ "items": [message("user", "x")] }),
        "create_project" => json!({ "name": "x" }),
        "create_share" => json!({ "scope": "conversation" }),
        "edit_item" => json!({ "content": "x" }),
        "create_api_key" => json!({ "name": "x" }),
        "create_chat_completion" => json!({ "messages": [{ "role": "user", "content": "x" }] }),
        "upgrade" => json!({ "email": "ada@example.org" }),
        _ => json!({}),
    }
}

fn unknown(parameter: &str) -> String {
    match parameter {
        "conversation_id" => "conv_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "item_id" => "item_01ARZ3NDEKTSV4RRFFQ69G0001",
        "project_id" => "proj_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "share_id" | "slug" => "share_0LJnh1cJkq3vT8dY2mWfR6xLpZ9sBaNc",
        "key_id" => "key_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "branch" => "EDIT_1",
        "call_id" => "call_1",
        "model" => "unknown",
        new => {
            panic!("the path parameter {{{new}}} is new: say here what an unknown one looks like")
        }
    }
    .to_owned()
}

/// The objects of one owner.
struct Belongings([(&'static str, String); 8]);

impl Belongings {
    async fn of(actor: &Actor) -> Self {
        let project = actor.project("Mine").await;
        let one = conversation(actor, json!({ "project_id": project })).await;
        let item = id(&add(actor, &one, &[message("user", "mine")]).await["data"][0]);
        let share = actor.share(&one, json!({})).await;
        Self([
            ("conversation_id", one),
            ("item_id", item),
            ("project_id", project),
            ("share_id", share.clone()),
            ("slug", share),
            ("key_id", id(&actor.key("Mine").await)),
            ("branch", "MAIN".to_owned()),
            ("call_id", "call_1".to_owned()),
        ])
    }

    fn named(&self, parameter: &str) -> String {
        let found = self.0.iter().find(|(name, _)| *name == parameter);
        found.map_or_else(|| unknown(parameter), |(_, value)| value.clone())
    }
}

#[tokio::test]
async fn only_a_few_operations_answer_without_a_good_credential() {
    let app = TestApp::spawn().await;
    let face = face();
    for Operation {
        name, is_secured, ..
    } in &face.operations
    {
        assert_eq!(*is_secured, !PUBLIC.contains(&name.as_str()), "{name}");
    }
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
    assert!(seen > 20, "{seen}");
}

#[tokio::test]
async fn every_operation_answers_the_owner_and_a_key_except_those_for_persons() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let key = alice.key("Good").await["key"].as_str().unwrap().to_owned();
    let by_key = app.bearing(Some(key));
    let face = face();
    for operation in face.secured() {
        let name = operation.name.as_str();
        println!("{name}");
        for actor in [&alice, &by_key] {
            let mine = Belongings::of(&alice).await;
            let ids = operation.ids(|name| mine.named(name));
            let answer = face.call(operation, actor, &ids).await;
            let is_key = actor.token == by_key.token;
            if is_key && PERSONS_ONLY.contains(&name) {
                refused(&answer, "api_key_not_allowed", None);
                continue;
            }
            let code = answer.status;
            // Operations that this face always refuses, and those that alice cannot use.
            let refuses = ["create_branch", "delete_branch"];
            let expected = match name {
                _ if refuses.contains(&name) => 400..401,
                // The model does not exist, and no item is a call of a tool.
                "get_model" | "update_item_by_call_id" => 404..405,
                "upgrade" => 409..410,
                _ => 200..300,
            };
            assert!(expected.contains(&code), "{name} {code} {}", answer.text());
        }
    }
}
