use super::items;
use crate::app::{Actor, TestApp, id};
use crate::openai::{LIST, add, conversation, message, refused};
use serde_json::{Value, json};

/// All items, page by page, as the SDKs' paginator reads them.
async fn walked(actor: &Actor, path: &str) -> Vec<Value> {
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = actor.get(&format!("{path}{after}")).await.expect(200);
        seen.extend(page["data"].as_array().unwrap().iter().cloned());
        if page["has_more"] == false {
            return seen;
        }
        after = format!("&after={}", page["last_id"].as_str().unwrap());
    }
}

#[tokio::test]
async fn forty_five_items_are_forty_five_by_cursor_in_both_orders() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let mut made = Vec::new();
    // All in one second: the clock stands still.
    for batch in [20, 20, 5] {
        let new: Vec<_> = (0..batch)
            .map(|n| message("user", &n.to_string()))
            .collect();
        let added = add(&alice, &one, json!(new)).await;
        made.extend(added["data"].as_array().unwrap().iter().map(id));
    }
    let path = format!("{LIST}/{one}/items");
    for limit in ["", "&limit=7", "&limit=45", "&limit=100"] {
        let down = walked(&alice, &format!("{path}?order=desc{limit}")).await;
        let down: Vec<_> = down.iter().map(id).collect();
        let by_default = walked(&alice, &format!("{path}?{}", limit.trim_start_matches('&'))).await;
        assert_eq!(by_default.iter().map(id).collect::<Vec<_>>(), down);
        let up = walked(&alice, &format!("{path}?order=asc{limit}")).await;
        assert_eq!(up.iter().map(id).collect::<Vec<_>>(), made);
        assert!(down.iter().rev().eq(&made), "{limit}");
    }
}

#[tokio::test]
async fn a_page_begins_after_an_item_that_was_deleted() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let new: Vec<_> = (0..5).map(|n| message("user", &n.to_string())).collect();
    let added = add(&alice, &one, json!(new)).await;
    let path = format!("{LIST}/{one}/items");
    let third = id(&added["data"][2]);
    alice.delete(&format!("{path}/{third}")).await.expect(200);
    let page = alice
        .get(&format!("{path}?after={third}"))
        .await
        .expect(200);
    let rest: Vec<_> = page["data"].as_array().unwrap().iter().map(id).collect();
    assert_eq!(rest, [id(&added["data"][1]), id(&added["data"][0])]);
}

#[tokio::test]
async fn an_empty_page_has_empty_ends_and_wrong_queries_are_refused() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let path = items(&alice).await;
    let empty = alice.get(&path).await.expect(200);
    assert_eq!(
        empty,
        json!({ "object": "list", "data": [], "first_id": "", "last_id": "", "has_more": false })
    );
    for (query, code, param) in [
        ("limit=0", "invalid_value", "limit"),
        ("limit=101", "invalid_value", "limit"),
        ("limit=-1", "invalid_value", "limit"),
        ("order=up", "invalid_value", "order"),
        ("after=x", "invalid_cursor", "after"),
        (
            "after=resp_01ARZ3NDEKTSV4RRFFQ69G0001",
            "invalid_cursor",
            "after",
        ),
        ("include[]=x", "invalid_value", "include"),
        ("call_id=c", "unknown_parameter", "call_id"),
    ] {
        let answer = alice.get(&format!("{path}?{query}")).await;
        refused(&answer, 400, code, Some(param));
    }
}
