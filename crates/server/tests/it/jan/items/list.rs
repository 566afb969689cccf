use super::talk;
use crate::app::TestApp;
use crate::jan::refused;
use serde_json::{Value, json};

#[tokio::test]
async fn messages_are_listed_newest_first_page_by_page() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let (one, added) = talk(&alice).await;
    let path = format!("/jan/v1/conversations/{one}/items");
    let first = alice.get(&format!("{path}?limit=1")).await.expect(200);
    assert_eq!(first["data"], json!([added["data"][1]]));
    assert_eq!(
        (&first["total"], &first["has_more"]),
        (&json!(2), &json!(true))
    );
    assert_eq!(first["next_cursor"], added["data"][1]["id"]);
    let cursor = first["next_cursor"].as_str().unwrap();
    for name in ["after", "cursor"] {
        let page = format!("{path}?{name}={cursor}&branch=main");
        let last = alice.get(&page).await.expect(200);
        assert_eq!(last["data"], json!([added["data"][0]]));
        assert_eq!(
            (&last["has_more"], last.get("next_cursor")),
            (&json!(false), None::<&Value>)
        );
    }
    let oldest_first = alice.get(&format!("{path}?order=asc")).await.expect(200);
    assert_eq!(oldest_first["data"], added["data"]);
}

#[tokio::test]
async fn foreign_conversations_and_wrong_queries_are_refused() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let (one, _) = talk(&alice).await;
    let path = format!("/jan/v1/conversations/{one}/items");
    let foreign = app.bob().get(&path).await;
    refused(&foreign, "conversation_not_found", None);
    let malformed = alice.get("/jan/v1/conversations/x/items").await;
    refused(&malformed, "conversation_not_found", None);
    for (query, code, param) in [
        ("limit=0", "invalid_value", Some("limit")),
        ("order=up", "invalid_value", Some("order")),
        ("after=item_x", "invalid_cursor", Some("after")),
        ("branch=EDIT_1", "branch_not_found", None),
    ] {
        let answer = alice.get(&format!("{path}?{query}")).await;
        refused(&answer, code, param);
    }
}
