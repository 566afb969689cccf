//! Every operation of OpenAI's face with every kind of caller.

use super::responses::ended;
use super::{Operation, add, conversation, message, operations, refused};
use crate::answer::Answer;
use crate::app::{Actor, TestApp, id};
use crate::credentials::without_form;
use reqwest::Method;
use serde_json::{Value, json};

impl Operation {
    /// A body that is right.
    fn body(&self) -> Value {
        match self.name.as_str() {
            "create_chat_completion" => json!({ "messages": [{ "role": "user", "content": "x" }] }),
            "create_items" => json!({ "items": [{ "role": "user", "content": "x" }] }),
            "create_response" => json!({ "input": "x" }),
            "update_conversation" => json!({ "metadata": { "a": "b" } }),
            _ => json!({}),
        }
    }

    async fn call(&self, actor: &Actor, ids: &[String]) -> Answer {
        let request = actor.request(self.method.clone(), &self.at(ids));
        let request = request.header("x-request-id", "the-same");
        match self.method {
            Method::POST => actor.sent(request.json(&self.body())).await,
            _ => actor.sent(request).await,
        }
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
    let anon = app.anon();
    for operation in operations() {
        println!("{}", operation.name);
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
            refused(&answer, 401, code, None);
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
    for operation in operations() {
        let parameters = operation.parameters();
        // Models belong to no owner.
        let owned = |name: &&str| *name != "model";
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
    assert!(seen > 8, "{seen}");
    assert_eq!(app.schema.contents().await, before, "something was changed");
}

#[tokio::test]
async fn every_operation_answers_the_owner_and_a_key_with_200() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let key = alice.key("Good").await["key"].as_str().unwrap().to_owned();
    let by_key = app.bearing(Some(key));
    for operation in operations() {
        println!("{}", operation.name);
        for actor in [&alice, &by_key] {
            let mine = Belongings::of(&alice).await;
            let ids: Vec<_> = operation
                .parameters()
                .iter()
                .map(|p| mine.named(p))
                .collect();
            let answer = operation.call(actor, &ids).await;
            let expected = if operation.name == "get_model" {
                404
            } else {
                200
            };
            answer.expect(expected);
        }
    }
}
