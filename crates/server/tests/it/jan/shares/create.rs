use crate::app::{TestApp, id};
use crate::jan::{add, conversation, message, refused};
use serde_json::json;

#[tokio::test]
async fn a_link_is_made_by_scope() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let one = conversation(&alice, json!({ "title": "T" })).await;
    let added = add(
        &alice,
        &one,
        &[message("user", "Hi"), message("assistant", "Hello!")],
    )
    .await;
    let path = format!("/jan/v1/conversations/{one}");
    let body = json!({ "scope": "conversation", "include_images": true });
    let share = alice.post(&format!("{path}/share"), body).await.expect(201);
    assert_eq!(
        (&share["object"], &share["visibility"]),
        (&json!("share"), &json!("unlisted"))
    );
    let slug = share["slug"].as_str().unwrap().to_owned();
    assert!(
        share["share_url"]
            .as_str()
            .unwrap()
            .ends_with(&format!("/conversations/share/{slug}"))
    );
    let item = json!({ "scope": "item", "item_id": id(&added["data"][1]) });
    let of_item = alice.post(&format!("{path}/share"), item).await.expect(201);
    assert_eq!(of_item["item_id"], added["data"][1]["id"]);
}

#[tokio::test]
async fn a_scope_is_one_of_two() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let path = format!("/jan/v1/conversations/{one}/share");
    for (body, code, param) in [
        (json!({}), "missing_field", Some("scope")),
        (json!({ "scope": "all" }), "invalid_value", Some("scope")),
        (json!({ "scope": "item" }), "missing_field", Some("item_id")),
        (
            json!({ "scope": "item", "item_id": "x" }),
            "item_not_found",
            Some("item_id"),
        ),
        (
            json!({ "scope": "conversation", "branch": "B" }),
            "branch_not_found",
            None,
        ),
    ] {
        refused(&alice.post(&path, body).await, code, param);
    }
}
