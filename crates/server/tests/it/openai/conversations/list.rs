use super::LIST;
use crate::app::{TestApp, id};
use crate::openai::{conversation, refused};
use serde_json::{Value, json};

#[tokio::test]
async fn conversations_are_listed_newest_first_page_by_page() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    conversation(&app.bob(), json!({})).await;
    let mut made = Vec::new();
    for number in 0..5 {
        let metadata = json!({ "metadata": { "n": number.to_string() } });
        made.push(conversation(&alice, metadata).await);
    }
    // Those that were put away are here, too.
    let path = format!("/v1/conversations/{}", made[2]);
    alice
        .patch(&path, json!({ "archived": true }))
        .await
        .expect(200);
    for (order, expected) in [
        ("", made.iter().rev().cloned().collect()),
        ("&order=asc", made.clone()),
    ] {
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let page = format!("{LIST}?limit=2{order}{after}");
            let page = alice.get(&page).await.expect(200);
            let data = page["data"].as_array().unwrap();
            assert_eq!(page["object"], "list");
            assert_eq!(page["first_id"], data[0]["id"]);
            assert_eq!(page["last_id"], data.last().unwrap()["id"]);
            seen.extend(data.iter().map(id));
            if page["has_more"] == false {
                break;
            }
            after = format!("&after={}", page["last_id"].as_str().unwrap());
        }
        let expected: Vec<String> = expected;
        assert_eq!(seen, expected);
    }
}

#[tokio::test]
async fn an_empty_page_has_empty_ends_and_wrong_queries_are_refused() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let empty = alice.get(LIST).await.expect(200);
    let expected: Value = json!({ "object": "list", "data": [], "first_id": "", "last_id": "",
        "has_more": false });
    assert_eq!(empty, expected);
    for (query, code, param) in [
        ("limit=0", "invalid_value", "limit"),
        ("limit=101", "invalid_value", "limit"),
        ("limit=x", "invalid_type", "limit"),
        ("order=up", "invalid_value", "order"),
        ("after=x", "invalid_cursor", "after"),
        ("page=2", "unknown_parameter", "page"),
        ("limit=1&limit=2", "duplicate_field", "limit"),
    ] {
        let answer = alice.get(&format!("{LIST}?{query}")).await;
        refused(&answer, 400, code, Some(param));
    }
}
