use super::items;
use crate::app::TestApp;
use crate::openai::{LIST, add, all, conversation, message, refused};
use serde_json::{Value, json};

#[tokio::test]
async fn items_are_added_in_order_and_shown_in_openais_shape() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let path = items(&alice).await;
    let body = json!({ "items": [
        message("system", "Be brief."),
        { "type": "message", "role": "user", "content": [
            { "type": "input_text", "text": "Look:" },
            { "type": "input_image", "detail": "low", "image_url": "https://example.org/a.png" },
        ] },
        { "type": "function_call", "call_id": "call_1", "name": "look", "arguments": "{\"a\":1}" },
        { "type": "function_call_output", "call_id": "call_1", "output": "A cat." },
        { "type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA" },
        message("assistant", "A cat."),
    ] });
    let added = alice.post(&path, body).await.expect(200);
    let ids = [
        "msg_01KD5ADF800000000500000001",
        "msg_01KD5ADF800000000500000002",
        "fc_01KD5ADF800000000500000003",
        "fco_01KD5ADF800000000500000004",
        "rs_01KD5ADF800000000500000005",
        "msg_01KD5ADF800000000500000006",
    ];
    let mut expected = json!([
        { "type": "message", "role": "system", "status": "completed",
          "content": [{ "type": "input_text", "text": "Be brief." }] },
        { "type": "message", "role": "user", "status": "completed", "content": [
            { "type": "input_text", "text": "Look:" },
            { "type": "input_image", "detail": "low", "image_url": "https://example.org/a.png" },
        ] },
        { "type": "function_call", "status": "completed", "call_id": "call_1", "name": "look",
          "arguments": "{\"a\":1}" },
        { "type": "function_call_output", "status": "completed", "call_id": "call_1",
          "output": "A cat." },
        { "type": "reasoning", "summary": [], "encrypted_content": "gAAA" },
        { "type": "message", "role": "assistant", "status": "completed",
          "content": [{ "type": "output_text", "text": "A cat.", "annotations": [] }] },
    ]);
    for (item, id) in expected.as_array_mut().unwrap().iter_mut().zip(ids) {
        item["id"] = json!(id);
    }
    assert_eq!(
        added,
        json!({ "object": "list", "data": expected, "first_id": ids[0], "last_id": ids[5],
            "has_more": false })
    );
    let list = alice.get(&format!("{path}?order=asc")).await.expect(200);
    assert_eq!(list, added);
}

#[tokio::test]
async fn they_are_added_all_or_none() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let path = format!("{LIST}/{one}/items");
    let many: Vec<_> = (0..21).map(|n| message("user", &n.to_string())).collect();
    for (body, code, param) in [
        (json!({ "items": [] }), "invalid_value", Some("items")),
        (json!({ "items": many }), "invalid_value", Some("items")),
        (json!({}), "missing_required_parameter", Some("items")),
        (json!({ "items": null }), "invalid_type", Some("items")),
        (
            json!({ "items": [message("user", "x")], "more": 1 }),
            "unknown_parameter",
            Some("more"),
        ),
        (
            json!({ "items": [message("user", "x"), message("bot", "y")] }),
            "invalid_value",
            Some("items[1].role"),
        ),
    ] {
        let answer = alice.post(&path, body).await;
        refused(&answer, 400, code, param);
    }
    assert!(all(&alice, &one).await.is_empty());
    let twenty = &many[..20];
    let added = add(&alice, &one, json!(twenty)).await;
    assert_eq!(added["data"].as_array().unwrap().len(), 20);
    assert_eq!(added["has_more"], false);
    let answer = alice
        .post(
            &format!(
                "{path}?include[]=message.output_text.logprobs&include[]=file_search_call.results"
            ),
            json!({ "items": [message("user", "x")] }),
        )
        .await;
    answer.expect(200);
    let answer = alice
        .post(
            &format!("{path}?include[]=all"),
            json!({ "items": [message("user", "x")] }),
        )
        .await;
    refused(&answer, 400, "invalid_value", Some("include"));
}

/// An item that is refused: the item, the code and the place after `items[0]`.
type Wrong = (Value, &'static str, &'static str);

fn wrong_messages() -> Vec<Wrong> {
    let with = |content: Value| json!({ "role": "user", "content": content });
    vec![
        (
            json!({ "role": "user" }),
            "missing_required_parameter",
            ".content",
        ),
        (
            json!({ "role": 7, "content": "x" }),
            "invalid_type",
            ".role",
        ),
        (with(json!(7)), "invalid_type", ".content"),
        (with(json!(["x"])), "invalid_type", ".content[0]"),
        (
            with(json!([{ "type": "input_text" }])),
            "missing_required_parameter",
            ".content[0].text",
        ),
        (
            with(json!([{ "text": "x" }])),
            "invalid_value",
            ".content[0].type",
        ),
        (with(json!("a\u{0}b")), "nul_character", ".content"),
    ]
}

fn wrong_items() -> Vec<Wrong> {
    let reference = json!({ "type": "item_reference", "id": "msg_1", "more": 1 });
    let call = json!({ "type": "function_call", "name": "f", "arguments": "{}" });
    let output = json!({ "type": "function_call_output", "call_id": "c", "output": 7 });
    vec![
        (json!("x"), "invalid_type", ""),
        (json!(["user", "x"]), "invalid_type", ""),
        (json!({}), "missing_required_parameter", ".type"),
        (json!({ "type": 7 }), "invalid_type", ".type"),
        (json!({ "type": "a b" }), "invalid_value", ".type"),
        (call, "missing_required_parameter", ".call_id"),
        (output, "invalid_type", ".output"),
        (
            json!({ "type": "item_reference" }),
            "missing_required_parameter",
            ".id",
        ),
        (reference, "unknown_parameter", ".more"),
        (
            json!({ "type": "new_call", "a": ["b\u{0}"] }),
            "nul_character",
            "",
        ),
    ]
}

#[tokio::test]
async fn what_is_wrong_with_an_item_is_named_by_its_place() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let path = items(&alice).await;
    for (item, code, place) in wrong_messages().into_iter().chain(wrong_items()) {
        let answer = alice.post(&path, json!({ "items": [item] })).await;
        refused(&answer, 400, code, Some(&format!("items[0]{place}")));
    }
    for unknown in [
        json!({ "type": "item_reference", "id": "msg_1" }),
        json!({ "id": "msg_1" }),
    ] {
        let answer = alice.post(&path, json!({ "items": [unknown] })).await;
        refused(&answer, 404, "item_not_found", Some("items[0].id"));
    }
    let twice = r#"{"items":[{"role":"user","content":"x","content":"y"}]}"#;
    let answer = alice.post_text(&path, twice).await;
    refused(&answer, 400, "duplicate_field", Some("items[0].content"));
    let list = alice.get(&path).await.expect(200);
    assert_eq!(list["data"], json!([]));
}

#[tokio::test]
async fn a_text_over_the_limit_is_refused_with_the_limit() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let path = items(&alice).await;
    let long = "x".repeat(1_000_001);
    for (item, param) in [
        (message("user", &long), "items[0].content"),
        (
            json!({ "role": "user", "content": [{ "type": "input_text", "text": long }] }),
            "items[0].content",
        ),
    ] {
        let answer = alice.post(&path, json!({ "items": [item] })).await;
        let error = answer.expect(400)["error"].clone();
        assert_eq!(error["param"], param, "{error}");
        let told = error["message"].as_str().unwrap();
        assert!(
            told.contains("1,000,000") || told.contains("1000000"),
            "{told}"
        );
    }
}

#[tokio::test]
async fn an_item_of_ones_own_is_copied_by_reference_and_no_other() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let call = json!({ "type": "function_call", "call_id": "c", "name": "f", "arguments": "{}" });
    let first = conversation(&alice, json!({})).await;
    let added = add(&alice, &first, json!([message("user", "mine"), call])).await;
    let ids: Vec<_> = [0, 1]
        .map(|n: usize| added["data"][n]["id"].as_str().unwrap().to_owned())
        .to_vec();
    let reference = |id: &str| json!({ "type": "item_reference", "id": id });
    // In the same conversation, in another one, and in a new one; by either face's id.
    let natively = ids[0].replace("msg_", "item_");
    let references = json!([reference(&ids[1]), reference(&natively), { "id": ids[0] }]);
    let other = conversation(&alice, json!({})).await;
    let made = conversation(&alice, json!({ "items": references })).await;
    for one in [&first, &other, &made] {
        if *one != made {
            add(&alice, one, references.clone()).await;
        }
        let items = all(&alice, one).await;
        let [.., a, b, c] = items.as_slice() else {
            panic!()
        };
        assert_eq!(super::sent(a.clone()), call);
        assert_eq!(b["content"], added["data"][0]["content"]);
        assert_eq!(c["content"], added["data"][0]["content"]);
        assert!(!ids.contains(&b["id"].as_str().unwrap().to_owned()));
    }
    let theirs = conversation(&bob, json!({})).await;
    let path = format!("{LIST}/{theirs}/items");
    for id in [&ids[0], &ids[1], &natively] {
        let answer = bob.post(&path, json!({ "items": [reference(id)] })).await;
        refused(&answer, 404, "item_not_found", Some("items[0].id"));
        let answer = bob.post(LIST, json!({ "items": [reference(id)] })).await;
        refused(&answer, 404, "item_not_found", Some("items[0].id"));
    }
    assert!(all(&bob, &theirs).await.is_empty());
}

#[tokio::test]
async fn a_full_conversation_takes_no_more_and_no_sdk_tries_again() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let fill: Vec<Value> = (0..100)
        .map(|_| json!({ "role": "user", "content": "x" }))
        .collect();
    for _ in 0..99 {
        let batch = json!({ "items": fill });
        alice
            .post(&format!("/v1/conversations/{one}/items/batch"), batch)
            .await
            .expect(201);
    }
    let rest = json!({ "items": &fill[..90] });
    alice
        .post(&format!("/v1/conversations/{one}/items/batch"), rest)
        .await
        .expect(201);
    let path = format!("{LIST}/{one}/items");
    let eleven = json!({ "items": &fill[..11] });
    let answer = alice.post(&path, eleven).await;
    refused(&answer, 409, "conversation_full", Some("items[10]"));
    assert_eq!(answer.header("x-should-retry"), "false");
    alice
        .post(&path, json!({ "items": &fill[..10] }))
        .await
        .expect(200);
}
