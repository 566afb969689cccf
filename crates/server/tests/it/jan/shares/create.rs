use crate::app::{TestApp, id};
use crate::jan::{add, conversation, message, refused};
use serde_json::json;

#[tokio::test]
async fn a_link_is_made_by_scope_shown_by_slug_and_revoked() {
    let app = TestApp::spawn().await;
    let (alice, anon) = (app.alice(), app.anon());
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
    let public = format!("/jan/v1/public/shares/{slug}");
    let shown = anon.get(&public).await.expect(200);
    assert_eq!(
        (&shown["slug"], &shown["title"]),
        (&share["slug"], &json!("T"))
    );
    let items = &shown["snapshot"]["items"];
    assert_eq!(items[0]["content"][0]["input_text"], "Hi");
    assert_eq!(items[1]["content"][0]["text"]["text"], "Hello!");
    let head = anon.call(reqwest::Method::HEAD, &public).await;
    assert_eq!(head.status, 200);

    let item = json!({ "scope": "item", "item_id": id(&added["data"][1]) });
    let of_item = alice.post(&format!("{path}/share"), item).await.expect(201);
    assert_eq!(of_item["item_id"], added["data"][1]["id"]);
    for list in [format!("{path}/shares"), "/jan/v1/shares".to_owned()] {
        let list = alice.get(&list).await.expect(200);
        assert_eq!(list["data"].as_array().unwrap().len(), 2);
    }
    let gone = alice
        .delete(&format!("{path}/shares/{slug}"))
        .await
        .expect(200);
    assert_eq!(gone["object"], "share.deleted");
    refused(&anon.get(&public).await, "share_ended", None);
    let active = alice
        .get("/jan/v1/shares?include_revoked=false")
        .await
        .expect(200);
    assert_eq!(active["data"].as_array().unwrap().len(), 1);
    let other = format!("/jan/v1/shares/{}", of_item["id"].as_str().unwrap());
    alice.delete(&other).await.expect(200);
    refused(
        &anon.get("/jan/v1/public/shares/x").await,
        "share_not_found",
        None,
    );
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
