//! Every operation of Jan's face with every kind of caller.

use super::document::document;
use super::{add, conversation, message, refused};
use crate::answer::Answer;
use crate::app::{Actor, TestApp, id};
use crate::credentials::without_form;
use reqwest::Method;
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

struct Operation {
    name: String,
    method: Method,
    path: String,
    is_secured: bool,
}

fn operations() -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, item) in document()["paths"].as_object().unwrap() {
        for (method, described) in item.as_object().unwrap() {
            let security = described["security"].as_array().unwrap();
            operations.push(Operation {
                name: described["operationId"].as_str().unwrap().to_owned(),
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                is_secured: security
                    .iter()
                    .all(|one| !one.as_object().unwrap().is_empty()),
            });
        }
    }
    operations
}

impl Operation {
    fn parameters(&self) -> Vec<&str> {
        let parts = self.path.split('{').skip(1);
        parts.map(|part| part.split('}').next().unwrap()).collect()
    }

    fn at(&self, values: &[String]) -> String {
        let mut path = self.path.clone();
        for (name, value) in self.parameters().iter().zip(values) {
            path = path.replace(&format!("{{{name}}}"), value);
        }
        path
    }

    /// A body that is right.
    fn body(&self) -> Value {
        match self.name.as_str() {
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

    async fn call(&self, actor: &Actor, ids: &[String]) -> Answer {
        let request = actor.request(self.method.clone(), &self.at(ids));
        let request = request.header("x-request-id", "the-same");
        match self.method {
            Method::POST | Method::PATCH => actor.sent(request.json(&self.body())).await,
            _ => actor.sent(request).await,
        }
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
    let anon = app.anon();
    for operation in operations() {
        let name = operation.name.as_str();
        println!("{name}");
        assert_eq!(operation.is_secured, !PUBLIC.contains(&name), "{name}");
        if !operation.is_secured {
            continue;
        }
        let ids: Vec<_> = operation.parameters().iter().map(|p| unknown(p)).collect();
        for (header, value, code) in [
            ("x-nothing", "", "token_missing"),
            ("authorization", "Bearer garbage", "token_invalid"),
            ("authorization", "Bearer sk_garbage", "api_key_invalid"),
            ("x-api-key", "sk_invalid_key_123456789", "api_key_invalid"),
        ] {
            let request = anon.request(operation.method.clone(), &operation.at(&ids));
            let answer = anon
                .sent(request.header(header, value).body("no JSON"))
                .await;
            refused(&answer, code, None);
            assert!(answer.header("www-authenticate").starts_with("Bearer"));
        }
    }
}

#[tokio::test]
async fn foreign_objects_answer_like_unknown_ones() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let (mine, theirs) = (Belongings::of(&alice).await, Belongings::of(&bob).await);
    let before = app.schema.contents().await;
    let mut seen = 0;
    for operation in operations().iter().filter(|operation| operation.is_secured) {
        let parameters = operation.parameters();
        // These belong to no owner.
        let owned = |name: &&str| !["branch", "call_id", "model"].contains(name);
        for own in (0..parameters.len()).filter(|place| owned(&parameters[*place])) {
            println!("{} from {}", operation.name, parameters[own]);
            let ids = |other: &dyn Fn(&str) -> String| -> Vec<String> {
                let each = parameters.iter().enumerate();
                each.map(|(place, &name)| match place < own {
                    true => mine.named(name),
                    false => other(name),
                })
                .collect()
            };
            let never = operation.call(&alice, &ids(&|name| unknown(name))).await;
            assert_eq!(never.status, 404, "{}", never.text());
            let foreign = operation
                .call(&alice, &ids(&|name| theirs.named(name)))
                .await;
            let malformed = operation.call(&alice, &ids(&|_| "x".to_owned())).await;
            assert_eq!(
                (foreign.status, foreign.text()),
                (never.status, never.text())
            );
            assert_eq!(malformed.status, never.status);
            assert_eq!(without_form(malformed.text()), never.text());
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen}");
    assert_eq!(app.schema.contents().await, before, "something was changed");
}

#[tokio::test]
async fn every_operation_answers_the_owner_and_a_key_except_those_for_persons() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let key = alice.key("Good").await["key"].as_str().unwrap().to_owned();
    let by_key = app.bearing(Some(key));
    for operation in operations().iter().filter(|operation| operation.is_secured) {
        let name = operation.name.as_str();
        println!("{name}");
        for actor in [&alice, &by_key] {
            let mine = Belongings::of(&alice).await;
            let ids: Vec<_> = operation
                .parameters()
                .iter()
                .map(|p| mine.named(p))
                .collect();
            let answer = operation.call(actor, &ids).await;
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
