//! What the model is told of: never a call without its output, nor an output without its call.

use super::{PATH, asking, made};
use crate::app::{TestApp, id};
use crate::openai::{add, all, conversation, message};
use crate::provider::{Provider, refuses, says};
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

/// A call that was made after an output belongs to the next message of the model, which knew that output.
#[tokio::test]
async fn calls_that_were_made_one_after_the_other_are_told_so() {
    let provider = Provider::that(says(&["Certainly."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let call = |id: &str| json!({ "type": "function_call", "call_id": id, "name": "f", "arguments": "{}" });
    let output = |id: &str| json!({ "type": "function_call_output", "call_id": id, "output": "1" });
    let thought = json!({ "type": "reasoning", "summary": [] });
    let input = json!([
        message("user", "x"),
        call("a"),
        call("b"),
        output("a"),
        output("b"),
        thought,
        call("c"),
        output("c"),
        // Some models give each call the same id.
        call("c"),
        output("c"),
    ]);
    made(&alice, json!({ "input": input })).await;
    let sent = provider.asked()[0].json();
    assert_eq!(
        roles(&sent),
        [
            "user",
            "assistant",
            "tool",
            "tool",
            "assistant",
            "tool",
            "assistant",
            "tool"
        ]
    );
    assert_eq!(pairs(&sent).0, ["a", "b", "c", "c"]);
}

/// The calls that are told, and their outputs, in order; each output stands behind its call, with no other message
/// between them but outputs.
fn pairs(sent: &Value) -> (Vec<String>, Vec<String>) {
    let (mut calls, mut outputs, mut open) = (Vec::new(), Vec::new(), 0);
    for message in sent["messages"].as_array().unwrap() {
        if let Some(id) = message["tool_call_id"].as_str() {
            assert!(open > 0, "an output without its call: {sent}");
            outputs.push(id.to_owned());
            open -= 1;
            continue;
        }
        assert_eq!(open, 0, "a call without its output: {sent}");
        let made = message["tool_calls"].as_array().into_iter().flatten();
        let made: Vec<_> = made
            .map(|call| call["id"].as_str().unwrap().to_owned())
            .collect();
        open = made.len();
        calls.extend(made);
    }
    assert_eq!(open, 0, "a call without its output: {sent}");
    (calls, outputs)
}

/// Wherever the beginning of a conversation is cut off.
#[tokio::test]
async fn a_call_goes_with_its_output_wherever_the_beginning_is_left_out() {
    let provider = Provider::that(says(&["Certainly."]));
    let app = TestApp::spawn_with(|parts| {
        parts.provider = provider.connected();
        parts.context_tokens = 500;
    })
    .await;
    let alice = app.alice();
    let call = |id: &str| json!({ "type": "function_call", "call_id": id, "name": "f", "arguments": "{}" });
    let output = |id: &str, text: &str| json!({ "type": "function_call_output", "call_id": id, "output": text });
    let mut seen = std::collections::BTreeSet::new();
    for length in (100..2_000).step_by(200) {
        let text = "x".repeat(length);
        let one = conversation(&alice, json!({ "items": [
            message("user", &text), { "type": "reasoning", "summary": [] }, call("a"), call("b"),
            output("a", &text), output("b", &text), message("assistant", "So."), call("c"), output("c", "1"),
        ] }))
        .await;
        made(
            &alice,
            json!({ "input": "y", "conversation": one, "truncation": "auto" }),
        )
        .await;
        let chat = json!({ "messages": [{ "role": "user", "content": "y" }], "conversation": one });
        alice
            .post("/openai/v1/chat/completions", chat)
            .await
            .expect(200);
        for asked in &provider.asked()[provider.asked().len() - 2..] {
            let (mut calls, mut outputs) = pairs(&asked.json());
            calls.sort();
            outputs.sort();
            assert_eq!(calls, outputs);
            seen.insert(calls.len());
        }
        // Nothing was deleted for it.
        assert_eq!(all(&alice, &one).await.len(), 13);
    }
    assert!(seen.len() > 1, "{seen:?}: all was told, or left out");
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
    crate::openai::refused(&foreign, 404, "item_not_found", Some("input[0].id"));
    assert_ne!(id(&first), "");
}

/// An item of a conversation that no response has made, of a response alone, of a response in a conversation.
#[tokio::test]
async fn an_item_is_named_by_its_id_wherever_its_owner_has_it() {
    let provider = Provider::that(says(&["A cat."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let other = conversation(&alice, json!({})).await;
    let plain =
        add(&alice, &other, json!([message("user", "Plain")])).await["data"][0]["id"].clone();
    let alone = made(&alice, json!({ "input": "Alone" })).await["output"][0]["id"].clone();
    let body = json!({ "input": "Within", "conversation": other });
    let within = made(&alice, body).await["output"][0]["id"].clone();
    let reference = |id: &Value| json!({ "type": "item_reference", "id": id });
    let input = json!([
        reference(&plain),
        reference(&alone),
        reference(&within),
        message("user", "?")
    ]);
    let body = json!({ "store": false, "input": input });
    made(&alice, body.clone()).await;
    let expected = [
        "user: Plain",
        "assistant: A cat.",
        "assistant: A cat.",
        "user: ?",
    ];
    assert_eq!(provider.asked().last().unwrap().prompt(), expected);
    // Its present text is told, and a deleted item of a plain conversation is gone.
    let item = format!(
        "/v1/conversations/{other}/items/{}",
        plain.as_str().unwrap().replace("msg_", "item_")
    );
    let edit = json!({ "content": "Edited" });
    alice
        .call_with(reqwest::Method::PUT, &format!("{item}/edit"), &edit)
        .await
        .expect(200);
    made(&alice, body).await;
    assert_eq!(provider.asked().last().unwrap().prompt()[0], "user: Edited");
    // The same items can be copied into a conversation.
    let one = conversation(&alice, json!({})).await;
    let copies = json!([reference(&plain), reference(&alone), reference(&within)]);
    add(&alice, &one, copies.clone()).await;
    assert_eq!(all(&alice, &one).await.len(), 3);
    let bob = app.bob();
    let theirs = conversation(&bob, json!({})).await;
    for id in [&plain, &alone, &within] {
        let foreign = bob.post(PATH, json!({ "input": [reference(id)] })).await;
        crate::openai::refused(&foreign, 404, "item_not_found", Some("input[0].id"));
        let path = format!("/openai/v1/conversations/{theirs}/items");
        let foreign = bob.post(&path, json!({ "items": [reference(id)] })).await;
        crate::openai::refused(&foreign, 404, "item_not_found", Some("items[0].id"));
    }
}

#[tokio::test]
async fn a_model_that_wants_another_name_of_the_limit_is_asked_by_it() {
    let words = "Unsupported parameter: 'max_tokens' is not supported with this model. Use \
                 'max_completion_tokens' instead.";
    let provider = Provider::that(says(&["Yes."])).then([refuses("400 Bad Request", words)]);
    let app = asking(&provider).await;
    let alice = app.alice();
    for _ in 0..2 {
        made(
            &alice,
            json!({ "input": "x", "model": "new", "max_output_tokens": 20 }),
        )
        .await;
    }
    made(
        &alice,
        json!({ "input": "x", "model": "old", "max_output_tokens": 20 }),
    )
    .await;
    let asked = provider.asked();
    let sent: Vec<_> = asked
        .iter()
        .map(|asked| {
            let body = asked.json();
            ["max_tokens", "max_completion_tokens"].map(|name| body[name].as_u64())
        })
        .collect();
    let (usual, newer) = ([Some(20), None], [None, Some(20)]);
    assert_eq!(sent, [usual, newer, newer, usual]);
}
