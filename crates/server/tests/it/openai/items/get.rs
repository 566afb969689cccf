use crate::app::TestApp;
use crate::openai::{LIST, add, conversation, message, refused};
use serde_json::json;

#[tokio::test]
async fn an_item_is_found_by_its_id_with_any_prefix() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let added = add(&alice, &one, json!([message("user", "x")])).await;
    let id = added["data"][0]["id"].as_str().unwrap();
    let path = format!("{LIST}/{one}/items");
    for id in [
        id.to_owned(),
        id.to_lowercase(),
        id.replace("msg_", "item_"),
        id.replace("msg_", "rs_"),
    ] {
        let found = alice
            .get(&format!(
                "{path}/{id}?include[]=message.output_text.logprobs"
            ))
            .await;
        assert_eq!(found.expect(200), added["data"][0]);
    }
    let native = id.replace("msg_", "item_");
    let native = alice
        .get(&format!("/v1/conversations/{one}/items/{native}"))
        .await;
    assert_eq!(native.expect(200)["content"], "x");
    let native = alice
        .get(&format!("/v1/conversations/{one}/items/{id}"))
        .await;
    native.refused("item_not_found", None);
}

#[tokio::test]
async fn an_item_is_found_only_in_its_own_conversation() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let added = add(&alice, &one, json!([message("user", "x")])).await;
    let id = added["data"][0]["id"].as_str().unwrap();
    let other = conversation(&alice, json!({ "items": [message("user", "y")] })).await;
    let answer = alice.get(&format!("{LIST}/{other}/items/{id}")).await;
    refused(&answer, 404, "item_not_found", None);
    let answer = app.bob().get(&format!("{LIST}/{one}/items/{id}")).await;
    refused(&answer, 404, "conversation_not_found", None);
    let answer = alice.get(&format!("{LIST}/{one}/items/x")).await;
    refused(&answer, 404, "item_not_found", None);
    let answer = alice.get(&format!("{LIST}/{one}/items/{id}?full=1")).await;
    refused(&answer, 400, "unknown_parameter", Some("full"));
}
