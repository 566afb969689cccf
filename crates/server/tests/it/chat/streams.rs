//! Answers as they are written.

use super::{PATH, asking, line, reply, said, user};
use crate::app::Actor;
use crate::provider::{Play, Provider, STREAM, answers, event, says, says_when_told};
use futures_util::StreamExt as _;
use reqwest::Method;
use serde_json::{Value, json};

/// The data of each event.
fn data(text: &str) -> Vec<&str> {
    let events = text.split("\n\n").filter(|event| !event.is_empty());
    events
        .map(|event| event.strip_prefix("data: ").unwrap())
        .collect()
}

#[tokio::test]
async fn the_chunks_are_the_providers() {
    let provider = Provider::that(says(&["Certain", "ly."]));
    let app = asking(&provider).await;
    let body = json!({ "messages": [user("Hello")], "stream": true });
    let answer = app.alice().post(PATH, body).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "text/event-stream");
    assert_eq!(answer.header("cache-control"), "no-store");
    let expected = format!(
        "{}{}{}",
        event("Certain"),
        event("ly."),
        crate::provider::end()
    );
    assert_eq!(answer.text(), expected);
}

#[tokio::test]
async fn the_last_chunk_says_where_the_answer_is_kept() {
    let provider = Provider::that(says(&["Certain", "ly."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let body = json!({ "messages": [user("Hello")], "stream": true, "conversation": conversation });
    let answer = alice.post(PATH, body).await;
    let events = data(answer.text());
    assert_eq!(events.len(), 4, "{events:?}");
    assert_eq!(format!("data: {}\n\n", events[0]), event("Certain"));
    assert_eq!(format!("data: {}\n\n", events[1]), event("ly."));
    let last: Value = serde_json::from_str(events[2]).unwrap();
    assert_eq!(last["choices"][0]["finish_reason"], "stop");
    assert_eq!(
        last["conversation"],
        json!({ "id": conversation, "title": "Hello" })
    );
    assert_eq!(events[3], "[DONE]");
}

#[tokio::test]
async fn the_usage_that_was_asked_for_comes_last_and_is_kept() {
    let usage = json!({ "choices": [], "usage": { "total_tokens": 9 } });
    let stop = json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "stop" }] });
    let text = format!(
        "{STREAM}{}data: {stop}\n\ndata: {usage}\n\ndata: [DONE]\n\n",
        event("Hi")
    );
    let provider = Provider::that(Play::Bytes(text.into_bytes()));
    let app = asking(&provider).await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({ "title": "Mine" })).await;
    let body = json!({
        "messages": [user("Hello")], "stream": true, "conversation": conversation,
        "stream_options": { "include_usage": true },
    });
    let answer = alice.post(PATH, body).await;
    let events = data(answer.text());
    assert_eq!(events[1], stop.to_string());
    let last: Value = serde_json::from_str(events[2]).unwrap();
    assert_eq!(last["usage"]["total_tokens"], 9);
    assert_eq!(
        last["conversation"],
        json!({ "id": conversation, "title": "Mine" })
    );
    assert_eq!(events[3..], ["[DONE]"]);
}

#[tokio::test]
async fn a_provider_that_cannot_stream_is_heard_as_if_it_could() {
    let completion = r#"{"id":"chatcmpl-1","object":"chat.completion","model":"test-model-0613",
        "seed":18446744073709551617,"choices":[{"index":1,"message":{"role":"assistant","content":"Bergen."},"finish_reason":"length"},
            {"index":0,"message":{"role":"assistant","content":"Oslo.","reasoning_content":"Hm.",
                "tool_calls":[{"id":"a","type":"function"},{"id":"b","index":7}]},
                "logprobs":null,"finish_reason":"stop"}],
        "usage":{"total_tokens":7}}"#;
    let kind = "Content-Type: application/json\r\n";
    let provider = Provider::that(answers("200 OK", kind, completion));
    let app = asking(&provider).await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({ "title": "Mine" })).await;
    // A call, or another choice, cannot be kept.
    let calls = r#""tool_calls":[{"id":"a","type":"function"},{"id":"b","index":7}]"#;
    let other = r#"{"index":1,"message":{"role":"assistant","content":"Bergen."},"finish_reason":"length"},"#;
    let storable = completion
        .replace(calls, "\"tool_calls\":[]")
        .replace(other, "");
    for (place, completion) in [(json!(null), completion), (json!(conversation), &storable)] {
        provider.does(answers("200 OK", kind, completion));
        let body = json!({ "messages": [user("Hello")], "stream": true, "conversation": place });
        let answer = alice.post(PATH, body).await;
        assert_eq!(answer.header("content-type"), "text/event-stream");
        let events = data(answer.text());
        assert_eq!(events.len(), 2, "{events:?}");
        assert_eq!(events[1], "[DONE]");
        let seed = "\"seed\":18446744073709551617";
        assert!(events[0].contains(seed), "{}", events[0]);
        let mut chunk: Value = serde_json::from_str(events[0]).unwrap();
        let chunk = chunk.as_object_mut().unwrap();
        chunk.remove("seed");
        let kept = chunk.remove("conversation");
        let calls =
            json!([{ "id": "a", "type": "function", "index": 0 }, { "id": "b", "index": 7 }]);
        let oslo = |calls: Value| {
            json!({ "index": 0, "delta": {
                "role": "assistant", "content": "Oslo.", "reasoning_content": "Hm.",
                "tool_calls": calls,
            }, "logprobs": null, "finish_reason": "stop" })
        };
        let bergen = json!({ "index": 1, "delta": { "role": "assistant", "content": "Bergen." },
            "finish_reason": "length" });
        let (choices, known) = match place.is_null() {
            true => (json!([bergen, oslo(calls)]), None),
            false => {
                let known = json!({ "id": conversation, "title": "Mine" });
                (json!([oslo(json!([]))]), Some(known))
            }
        };
        let expected = json!({
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "test-model-0613",
            "choices": choices, "usage": { "total_tokens": 7 },
        });
        assert_eq!((json!(chunk), kept), (expected, known));
    }
    let expected = [line("user", "Hello"), reply("Oslo.")];
    assert_eq!(said(&alice, &conversation).await, expected);
    provider.does(answers("200 OK", kind, completion));
    let body = json!({ "messages": [user("Hello")], "stream": true, "conversation": conversation });
    alice.post(PATH, body).await.failure("model_provider_error");
}

#[tokio::test]
async fn an_interrupted_stream_is_an_error_and_is_not_stored() {
    let broken = format!("{STREAM}{}{}", event("Cer"), event("tain"));
    let midway = format!("{broken}data: {{\"error\":{{\"message\":\"overloaded\"}}}}\n\n");
    for (bytes, message) in [(broken, "broke off"), (midway, "overloaded")] {
        let provider = Provider::that(Play::Bytes(bytes.into_bytes()));
        let app = asking(&provider).await;
        let alice = app.alice();
        let conversation = alice.conversation(json!({})).await;
        for place in [json!(null), json!(conversation)] {
            let body =
                json!({ "messages": [user("Hello")], "stream": true, "conversation": place });
            let answer = alice.post(PATH, body).await;
            assert_eq!(answer.status, 200);
            let events = data(answer.text());
            assert_eq!(events.len(), 3, "{events:?}");
            let error: Value = serde_json::from_str(events[2]).unwrap();
            let error = &error["error"];
            assert_eq!(error["code"], "model_provider_error");
            assert!(
                error["message"].as_str().unwrap().contains(message),
                "{error}"
            );
            assert_eq!(error["request_id"], answer.header("x-request-id"));
        }
        assert!(said(&alice, &conversation).await.is_empty());
    }
}

/// The answer to a chat, once it has begun.
async fn begun(alice: &Actor, body: &Value) -> reqwest::Response {
    let request = alice.request(Method::POST, PATH).json(body);
    request.send().await.unwrap()
}

#[tokio::test]
async fn the_first_word_comes_before_the_last_is_written() {
    let provider = Provider::that(says_when_told(&["One", "Two"]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    for place in [json!(null), json!(conversation)] {
        let body = json!({ "messages": [user("Count")], "stream": true, "conversation": place });
        provider.go_on(1);
        let response = begun(&alice, &body).await;
        let mut pieces = response.bytes_stream();
        let first = pieces.next().await.unwrap().unwrap();
        assert_eq!(first, event("One"));
        provider.go_on(2);
        let mut rest = Vec::new();
        while let Some(piece) = pieces.next().await {
            rest.extend_from_slice(&piece.unwrap());
        }
        assert!(rest.ends_with(b"data: [DONE]\n\n"));
    }
}

/// Reads until the first word is there, and hangs up.
#[tokio::test]
async fn a_client_that_hangs_up_loses_no_stored_text() {
    let provider = Provider::that(says_when_told(&["One", "Two"]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let body = json!({ "messages": [user("Count")], "stream": true, "conversation": conversation });
    provider.go_on(1);
    let response = begun(&alice, &body).await;
    let mut pieces = response.bytes_stream();
    pieces.next().await.unwrap().unwrap();
    drop(pieces);
    assert!(said(&alice, &conversation).await.is_empty());
    provider.go_on(2);
    stored(&app).await;
    let expected = [line("user", "Count"), reply("OneTwo")];
    assert_eq!(said(&alice, &conversation).await, expected);
}

#[tokio::test]
async fn a_client_that_hangs_up_before_the_first_word_loses_no_stored_text() {
    let provider = Provider::that(says_when_told(&["One"]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let body = json!({ "messages": [user("Count")], "stream": true, "conversation": conversation });
    let request = alice.request(Method::POST, PATH).json(&body).send();
    tokio::select! {
        _ = request => panic!("there is no answer yet"),
        _ = provider.was_asked(1) => {}
    }
    provider.go_on(2);
    stored(&app).await;
    assert_eq!(
        said(&alice, &conversation).await,
        [line("user", "Count"), reply("One")]
    );
}

/// Waits until a reply is there.
async fn stored(app: &crate::app::TestApp) {
    let replies = "select count(*) from items where role = 3";
    crate::purge::until(&app.schema, replies, 20, |count| count == 1).await;
}
