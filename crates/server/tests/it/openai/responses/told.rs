//! What the model is told of: never a call without its output, nor an output without its call.

use super::{PATH, asking, made};
use crate::app::id;
use crate::openai::{add, all, conversation, message};
use crate::provider::{Provider, says};
use serde_json::{Value, json};

fn roles(sent: &Value) -> Vec<&str> {
    let messages = sent["messages"].as_array().unwrap();
    messages
        .iter()
        .map(|message| message["role"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_call_goes_with_its_output_or_not_at_all() {
    let provider = Provider::that(says(&["Certainly."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let call = |id: &str| json!({ "type": "function_call", "call_id": id, "name": "f", "arguments": "{}" });
    let output = |id: &str| json!({ "type": "function_call_output", "call_id": id, "output": "1" });
    let thought = json!({ "type": "reasoning", "summary": [] });
    let items = json!([
        message("user", "x"),
        thought,
        call("a"),
        call("b"),
        output("a"),
        output("b")
    ]);
    let added = add(&alice, &one, items).await;
    let body = json!({ "input": "y", "conversation": one });
    made(&alice, body.clone()).await;
    let sent = provider.asked()[0].json();
    assert_eq!(roles(&sent), ["user", "assistant", "tool", "tool", "user"]);
    // One output and one call are deleted.
    for place in [2, 5] {
        let item = added["data"][place]["id"].as_str().unwrap();
        alice
            .delete(&format!("/openai/v1/conversations/{one}/items/{item}"))
            .await
            .expect(200);
    }
    made(&alice, body).await;
    let sent = provider.asked()[1].json();
    assert_eq!(roles(&sent), ["user", "user", "assistant", "user"]);
    assert_eq!(all(&alice, &one).await.len(), 8);
}

#[tokio::test]
async fn pictures_and_stored_items_are_told() {
    let provider = Provider::that(says(&["A cat."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let input = json!([{ "role": "user", "content": [
        { "type": "input_text", "text": "What is it?" },
        { "type": "input_image", "image_url": "data:image/png;base64,AA==" },
    ] }]);
    let first = made(&alice, json!({ "input": input })).await;
    let sent = provider.asked()[0].json();
    let content = json!([
        { "type": "text", "text": "What is it?" },
        { "type": "image_url", "image_url": { "url": "data:image/png;base64,AA==" } },
    ]);
    assert_eq!(sent["messages"][0]["content"], content);
    // An item that is stored is named by its id alone.
    let said = &first["output"][0]["id"];
    let body = json!({ "store": false, "input": [
        { "type": "item_reference", "id": said }, message("user", "Sure?"),
    ] });
    made(&alice, body.clone()).await;
    let expected = ["assistant: A cat.", "user: Sure?"];
    assert_eq!(provider.asked()[1].prompt(), expected);
    let foreign = app.bob().post(PATH, body).await;
    crate::openai::refused(&foreign, 404, "item_not_found", Some("input"));
    assert_ne!(id(&first), "");
}
