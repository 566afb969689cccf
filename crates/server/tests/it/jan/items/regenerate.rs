use super::{path, talk};
use crate::app::{Actor, TestApp};
use crate::jan::refused;
use crate::provider::{Provider, says};
use serde_json::{Value, json};

async fn with_a_model(provider: &Provider) -> (TestApp, Actor, String, Value) {
    let app = TestApp::spawn_with(|parts| parts.provider = provider.connected()).await;
    let alice = app.alice();
    let (one, added) = talk(&alice).await;
    (app, alice, one, added)
}

#[tokio::test]
async fn a_new_reply_is_a_version_on_main() {
    let provider = Provider::that(says(&["Bergen."]));
    let (_app, alice, one, added) = with_a_model(&provider).await;
    let [question, reply] = [0, 1].map(|place: usize| added["data"][place].clone());
    let path = format!("{}/regenerate", path(&one, &reply));
    let again = alice
        .post(&path, json!({ "model": "small", "unknown": 1 }))
        .await
        .expect(200);
    assert_eq!(
        (
            &again["branch"],
            &again["branch_created"],
            &again["user_item_id"]
        ),
        (&json!("MAIN"), &json!(false), &question["id"])
    );
    assert_eq!(again["item"]["id"], reply["id"]);
    assert_eq!(again["item"]["content"][0]["text"]["text"], "Bergen.");
    assert_eq!(provider.asked_once().json()["model"], "small");
}

#[tokio::test]
async fn foreign_messages_and_wrong_options_are_refused_without_the_model() {
    let provider = Provider::that(says(&["Bergen."]));
    let (app, alice, one, added) = with_a_model(&provider).await;
    let path = format!("{}/regenerate", path(&one, &added["data"][1]));
    let foreign = app.bob().post(&path, json!({})).await;
    refused(&foreign, "conversation_not_found", None);
    let malformed = format!("/jan/v1/conversations/{one}/items/x/regenerate");
    let malformed = alice.post(&malformed, json!({})).await;
    refused(&malformed, "item_not_found", None);
    for (body, code, param) in [
        (json!({ "temperature": 3 }), "invalid_value", "temperature"),
        (json!({ "max_tokens": 0 }), "invalid_value", "max_tokens"),
        (json!({ "model": 7 }), "invalid_type", "model"),
    ] {
        refused(&alice.post(&path, body).await, code, Some(param));
    }
    assert!(provider.asked().is_empty());
}
