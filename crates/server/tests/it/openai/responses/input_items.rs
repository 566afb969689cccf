use super::{PATH, asking, made};
use crate::app::id;
use crate::openai::{message, refused};
use crate::provider::Provider;
use serde_json::{Value, json};

#[tokio::test]
async fn the_input_is_listed_page_by_page() {
    let app = asking(&Provider::obliging()).await;
    let alice = app.alice();
    let picture = json!({ "role": "user", "content": [
        { "type": "input_text", "text": "What is it?" },
        { "type": "input_image", "image_url": "https://example.org/a.png", "detail": "low" },
    ] });
    let input = json!([message("user", "A"), message("assistant", "B"), picture]);
    let response = made(&alice, json!({ "input": input })).await;
    let path = format!("{PATH}/{}/input_items", id(&response));
    let first = alice.get(&format!("{path}?limit=2")).await.expect(200);
    assert_eq!(first["has_more"], true);
    let data = first["data"].as_array().unwrap();
    assert_eq!(data[0]["content"], picture["content"]);
    assert_eq!(data[0]["type"], "message");
    assert_eq!(data[1]["content"][0]["type"], "output_text");
    assert_eq!(first["last_id"], data[1]["id"]);
    let last = data[1]["id"].as_str().unwrap();
    let rest = alice
        .get(&format!("{path}?limit=2&after={last}"))
        .await
        .expect(200);
    assert_eq!(rest["has_more"], false);
    assert_eq!(rest["data"][0]["content"][0]["text"], "A");
    let up = alice.get(&format!("{path}?order=asc")).await.expect(200);
    let up: Vec<&Value> = up["data"].as_array().unwrap().iter().collect();
    assert_eq!(up, [&rest["data"][0], &data[1], &data[0]]);
    refused(&app.bob().get(&path).await, 404, "response_not_found", None);
}
