use crate::app::{TestApp, id};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn every_version_is_listed_in_both_orders_and_paged() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let items = format!("/v1/conversations/{conversation}/items");
    let message = json!({ "role": "user", "content": "text 1" });
    let item = id(&alice.post(&items, message).await.expect(201));
    let item = format!("{items}/{item}");
    for number in 2..=3 {
        let text = json!({ "content": format!("text {number}") });
        let edit = format!("{item}/edit");
        alice.call_with(Method::PUT, &edit, &text).await.expect(200);
    }
    for (order, expected) in [("asc", [1, 2, 3]), ("desc", [3, 2, 1])] {
        let mut after = String::new();
        for (index, number) in expected.into_iter().enumerate() {
            let path = format!("{item}/versions?limit=1&order={order}{after}");
            let page = alice.get(&path).await.expect(200);
            let version = &page["data"][0];
            assert_eq!(version["version"], number);
            assert_eq!(version["content"], format!("text {number}"));
            assert_eq!(version["current"], number == 3);
            assert_eq!(page["has_more"], index < 2);
            match &page["next_after"] {
                Value::String(next) => after = format!("&after={next}"),
                last => assert_eq!((index, last), (2, &Value::Null)),
            }
        }
    }
}
