use super::{PATH, asking, made};
use crate::app::id;
use crate::openai::{LIST, conversation, refused};
use crate::provider::Provider;
use serde_json::{Value, json};

#[tokio::test]
async fn responses_are_listed_newest_first_page_by_page() {
    let app = asking(&Provider::obliging()).await;
    let alice = app.alice();
    let empty = alice.get(PATH).await.expect(200);
    let none: Value = json!({ "object": "list", "data": [], "first_id": "", "last_id": "",
        "has_more": false });
    assert_eq!(empty, none);
    made(&app.bob(), json!({ "input": "theirs" })).await;
    let (one, gone) = (
        conversation(&alice, json!({})).await,
        conversation(&alice, json!({})).await,
    );
    let mut all = Vec::new();
    for place in [
        json!(null),
        json!(one),
        json!(null),
        json!(gone),
        json!(null),
    ] {
        app.clock.advance(chrono::TimeDelta::seconds(1));
        all.push(made(&alice, json!({ "input": "x", "conversation": place })).await);
    }
    // Those of a deleted conversation went with it; what was not stored is in no list.
    alice.delete(&format!("{LIST}/{gone}")).await.expect(200);
    all.remove(3);
    made(&alice, json!({ "input": "x", "store": false })).await;
    let newest: Vec<_> = all.iter().rev().cloned().collect();
    for (order, expected) in [("", newest), ("&order=asc", all.clone())] {
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let page = format!("{PATH}?limit=2{order}{after}");
            let page = alice.get(&page).await.expect(200);
            let data = page["data"].as_array().unwrap();
            assert_eq!(page["first_id"], data[0]["id"]);
            assert_eq!(page["last_id"], data.last().unwrap()["id"]);
            seen.extend(data.iter().cloned());
            if page["has_more"] == false {
                break;
            }
            after = format!("&after={}", page["last_id"].as_str().unwrap());
        }
        assert_eq!(seen, expected, "whole, and each once");
    }
    // One that was deleted is still a place.
    let path = format!("{PATH}/{}", id(&all[2]));
    alice.delete(&path).await.expect(200);
    let rest = format!("{PATH}?after={}", id(&all[2]));
    let rest = alice.get(&rest).await.expect(200);
    assert_eq!(rest["data"], json!([all[1], all[0]]));
    for (query, code, param) in [
        ("limit=0", "invalid_value", "limit"),
        ("order=up", "invalid_value", "order"),
        ("after=x", "invalid_cursor", "after"),
        ("page=2", "unknown_parameter", "page"),
    ] {
        let answer = alice.get(&format!("{PATH}?{query}")).await;
        refused(&answer, 400, code, Some(param));
    }
}

#[tokio::test]
async fn a_page_of_large_responses_ends_early() {
    let app = asking(&Provider::obliging()).await;
    let alice = app.alice();
    let body = json!({ "input": "x", "instructions": "i".repeat(900_000) });
    for _ in 0..7 {
        made(&alice, body.clone()).await;
    }
    let first = alice.get(PATH).await.expect(200);
    assert_eq!(
        (first["data"].as_array().unwrap().len(), &first["has_more"]),
        (5, &json!(true))
    );
    let rest = format!("{PATH}?after={}", first["last_id"].as_str().unwrap());
    let rest = alice.get(&rest).await.expect(200);
    assert_eq!(
        (rest["data"].as_array().unwrap().len(), &rest["has_more"]),
        (2, &json!(false))
    );
}
