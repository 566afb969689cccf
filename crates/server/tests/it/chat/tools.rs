//! Chats with tools, pictures, refusals and thoughts, kept in a conversation.

use super::{PATH, conversing, user};
use crate::app::{Actor, TestApp};
use crate::provider::{Play, Provider, answers, says};
use serde_json::{Value, json};

fn tools() -> Value {
    json!([{ "type": "function", "function": { "name": "look", "parameters": {} } }])
}

fn call(id: &str, arguments: &str) -> Value {
    let function = json!({ "name": "look", "arguments": arguments });
    json!({ "id": id, "type": "function", "function": function })
}

/// A whole completion with this message.
fn completes(message: &Value, reason: &str) -> Play {
    let choice = json!({ "index": 0, "message": message, "finish_reason": reason });
    let completion =
        json!({ "id": "c", "object": "chat.completion", "model": "m", "choices": [choice] });
    let kind = "Content-Type: application/json\r\n";
    answers("200 OK", kind, &completion.to_string())
}

/// A stream of these deltas.
fn streams(deltas: &[Value], reason: &str) -> Play {
    let chunk = |delta: &Value, reason: Value| {
        let choice = json!({ "index": 0, "delta": delta, "finish_reason": reason });
        let chunk = json!({ "id": "c", "object": "chat.completion.chunk", "model": "m", "choices": [choice] });
        format!("data: {chunk}\n\n")
    };
    let mut text: String = deltas
        .iter()
        .map(|delta| chunk(delta, json!(null)))
        .collect();
    text.push_str(&chunk(&json!({}), json!(reason)));
    text.push_str("data: [DONE]\n\n");
    answers("200 OK", "Content-Type: text/event-stream\r\n", &text)
}

async fn items(actor: &Actor, conversation: &str) -> Vec<Value> {
    let path = format!("/v1/conversations/{conversation}");
    let found = actor.get(&path).await.expect(200);
    found["items"].as_array().unwrap().clone()
}

/// The types of the items, with the texts of messages.
async fn short(actor: &Actor, conversation: &str) -> Vec<String> {
    let items = items(actor, conversation).await;
    let short = items.iter().map(|item| {
        let text = |name: &str| item[name].as_str().unwrap().to_owned();
        match text("type").as_str() {
            "message" => format!("{}: {}", text("role"), text("content")),
            kind => kind.to_owned(),
        }
    });
    short.collect()
}

async fn ask(actor: &Actor, conversation: &str, messages: Value, stream: bool) -> Value {
    let body = json!({ "messages": messages, "conversation": conversation, "tools": tools(), "stream": stream });
    let answer = actor.post(PATH, body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(
        answer.text().ends_with("[DONE]\n\n"),
        stream,
        "{}",
        answer.text()
    );
    match stream {
        false => answer.json(),
        true => json!(null),
    }
}

const LOOP: [&str; 6] = [
    "user: Weather?",
    "assistant: I look.",
    "function_call",
    "function_call",
    "function_call_output",
    "function_call_output",
];

/// A question, two calls in one answer, and their outputs.
async fn look_twice(provider: &Provider, alice: &Actor, conversation: &str, stream: bool) {
    let first = match stream {
        false => completes(
            &json!({ "role": "assistant", "content": "I look.", "reasoning_content": "Where?",
                "tool_calls": [call("one", "{\"at\": \"Oslo\"}"), call("two", "{}")] }),
            "tool_calls",
        ),
        true => streams(
            &[
                json!({ "role": "assistant", "content": null, "reasoning_content": "Where?" }),
                json!({ "content": "I look." }),
                json!({ "tool_calls": [{ "index": 0, "id": "one", "type": "function",
                    "function": { "name": "look", "arguments": "" } }] }),
                json!({ "tool_calls": [{ "index": 0, "function": { "arguments": "{\"at\": " } }] }),
                json!({ "tool_calls": [{ "index": 0, "function": { "arguments": "\"Oslo\"}" } }] }),
                json!({ "tool_calls": [{ "index": 1, "id": "two", "type": "function",
                    "function": { "name": "look", "arguments": "{}" } }] }),
            ],
            "tool_calls",
        ),
    };
    provider.does(first);
    ask(alice, conversation, json!([user("Weather?")]), stream).await;
    provider.does(says(&["Rain."]));
    let outputs = json!([
        { "role": "tool", "tool_call_id": "two", "content": "sun" },
        { "role": "tool", "tool_call_id": "one", "content": [{ "type": "text", "text": "rain" }] },
    ]);
    ask(alice, conversation, outputs, stream).await;
}

#[tokio::test]
async fn calls_and_outputs_are_kept_and_told_together() {
    for stream in [false, true] {
        let provider = Provider::that(says(&["Rain."]));
        let (_app, alice, conversation) = conversing(&provider).await;
        look_twice(&provider, &alice, &conversation, stream).await;
        let kept = short(&alice, &conversation).await;
        assert_eq!(kept, [&LOOP[..], &["assistant: Rain."]].concat());
        let kept = items(&alice, &conversation).await;
        assert_eq!(kept[1]["reasoning"], "Where?");
        let one = json!([{ "call_id": "one", "name": "look", "arguments": "{\"at\": \"Oslo\"}",
            "status": "completed" }]);
        assert_eq!((&kept[2]["parts"], &kept[2]["model"]), (&one, &json!("m")));
        let output = json!([{ "call_id": "one", "output": "rain", "status": "completed" }]);
        assert_eq!(
            (&kept[5]["parts"], &kept[5]["role"]),
            (&output, &json!("tool"))
        );
        // The model got the calls right before their outputs.
        let calls = json!([call("one", "{\"at\": \"Oslo\"}"), call("two", "{}")]);
        let asked = provider.asked();
        let told = &asked[1].json()["messages"];
        assert_eq!(told[0], user("Weather?"));
        let called = json!({ "role": "assistant", "content": "I look.", "tool_calls": calls });
        assert_eq!(told[1], called);
        assert_eq!(
            (&told[2]["tool_call_id"], &told[3]["tool_call_id"]),
            (&json!("two"), &json!("one"))
        );
        ask(&alice, &conversation, json!([user("Sure?")]), stream).await;
        let asked = provider.asked();
        let told = asked[2].json()["messages"].clone();
        let outputs = [("one", "rain"), ("two", "sun")]
            .map(|(id, content)| json!({ "role": "tool", "tool_call_id": id, "content": content }));
        let rain = json!({ "role": "assistant", "content": "Rain." });
        let [first, second] = outputs;
        let expected = json!([user("Weather?"), called, first, second, rain, user("Sure?")]);
        assert_eq!(told, expected);
    }
}

#[tokio::test]
async fn whatever_was_deleted_no_call_is_told_without_its_output() {
    let provider = Provider::that(says(&["Rain."]));
    let (_app, alice, conversation) = conversing(&provider).await;
    look_twice(&provider, &alice, &conversation, false).await;
    let all = items(&alice, &conversation).await;
    for (gone, calls) in [(2, vec!["two"]), (4, vec![])] {
        let id = all[gone]["id"].as_str().unwrap();
        let path = format!("/v1/conversations/{conversation}/items/{id}");
        alice.delete(&path).await.expect_nothing(204);
        ask(&alice, &conversation, json!([user("Sure?")]), false).await;
        let told = provider.asked().last().unwrap().json()["messages"].clone();
        let told = told.as_array().unwrap();
        let ids = |name: &str| -> Vec<String> {
            let ids = told.iter().filter_map(|message| message[name].as_str());
            ids.map(str::to_owned).collect()
        };
        let called = told
            .iter()
            .flat_map(|message| message["tool_calls"].as_array().into_iter().flatten());
        let called: Vec<_> = called.map(|call| call["id"].as_str().unwrap()).collect();
        assert_eq!(
            (called, ids("tool_call_id")),
            (
                calls.clone(),
                calls.iter().map(|id| (*id).to_owned()).collect()
            )
        );
    }
    // Deleting one deleted nothing else.
    let left = items(&alice, &conversation).await;
    assert_eq!(left.len(), all.len() - 2 + 4);
    // An output whose call is gone is refused before the model is asked.
    let before = provider.asked().len();
    let orphan = json!([{ "role": "tool", "tool_call_id": "one", "content": "x" }]);
    let body = json!({ "messages": orphan, "conversation": conversation, "tools": tools() });
    let refused = alice.post(PATH, body).await;
    refused.refused("invalid_value", Some("messages[0].tool_call_id"));
    assert_eq!(provider.asked().len(), before);
}

#[tokio::test]
async fn a_client_may_send_the_whole_history_again() {
    let provider = Provider::that(says(&["Rain."]));
    let (_app, alice, conversation) = conversing(&provider).await;
    look_twice(&provider, &alice, &conversation, false).await;
    let calls = json!([call("one", "{\"at\": \"Oslo\"}"), call("two", "{}")]);
    let history = json!([
        user("Weather?"),
        { "role": "assistant", "content": "I look.", "tool_calls": calls },
        { "role": "tool", "tool_call_id": "two", "content": "sun" },
        { "role": "tool", "tool_call_id": "one", "content": "rain" },
        { "role": "assistant", "content": "Rain." },
        user("Sure?"),
    ]);
    ask(&alice, &conversation, history, false).await;
    let kept = short(&alice, &conversation).await;
    let more = ["assistant: Rain.", "user: Sure?", "assistant: Rain."];
    assert_eq!(kept, [&LOOP[..], &more].concat());
    let told = provider.asked().last().unwrap().json()["messages"].clone();
    assert_eq!(told.as_array().unwrap().len(), 6);
}

#[tokio::test]
async fn pictures_and_refusals_are_kept_and_told_again() {
    let refusal = json!({ "role": "assistant", "content": null, "refusal": "I do not." });
    let provider = Provider::that(completes(&refusal, "stop"));
    let (_app, alice, conversation) = conversing(&provider).await;
    let picture = json!({ "type": "image_url", "image_url": { "url": "https://x.test/a.png", "detail": "low" } });
    let question =
        json!({ "role": "user", "content": [{ "type": "text", "text": "Who?" }, picture] });
    ask(&alice, &conversation, json!([question]), false).await;
    let kept = items(&alice, &conversation).await;
    assert_eq!(kept[0]["content"], "Who?");
    let parts = json!([{ "type": "input_text", "text": "Who?" },
        { "type": "input_image", "image_url": "https://x.test/a.png", "detail": "low" }]);
    assert_eq!(kept[0]["parts"], parts);
    assert_eq!(
        kept[1]["parts"],
        json!([{ "type": "refusal", "refusal": "I do not." }])
    );
    assert_eq!(kept[1]["content"], "I do not.");
    provider.does(says(&["A fjord."]));
    ask(&alice, &conversation, json!([user("And what?")]), false).await;
    let told = provider.asked()[1].json()["messages"].clone();
    assert_eq!(told[0], question);
}

#[tokio::test]
async fn a_repeat_of_an_answer_with_calls_has_its_calls() {
    let message = json!({ "role": "assistant", "content": null, "tool_calls": [call("one", "{}"), call("two", "{}")] });
    for stream in [false, true] {
        let provider = Provider::that(completes(&message, "tool_calls"));
        let (_app, alice, conversation) = conversing(&provider).await;
        let body = json!({ "messages": [user("Weather?")], "conversation": conversation, "tools": tools(), "stream": stream });
        let send = async || {
            let request = alice.request(reqwest::Method::POST, PATH);
            let request = request.header("content-type", "application/json");
            let request = request.header("idempotency-key", "k");
            alice.sent(request.body(body.to_string())).await
        };
        let first = send().await;
        assert_eq!(first.status, 200, "{}", first.text());
        let again = send().await;
        assert_eq!(again.header("idempotency-replayed"), "true");
        let ids = |text: &str| {
            text.matches("\"id\":\"one\"").count() + text.matches("\"id\":\"two\"").count()
        };
        assert_eq!(
            (ids(first.text()), ids(again.text())),
            (2, 2),
            "{}",
            again.text()
        );
        assert!(again.text().contains("tool_calls"));
        assert_eq!(items(&alice, &conversation).await.len(), 3);
    }
}

#[tokio::test]
async fn calls_in_a_stream_are_whole_where_a_whole_answer_was_asked_for() {
    let piece = |index: u64, id: Option<&str>, name: Option<&str>, arguments: &str| {
        let function = json!({ "name": name, "arguments": arguments });
        json!({ "tool_calls": [{ "index": index, "id": id, "function": function }] })
    };
    let pieces = [
        piece(0, Some("one"), Some("look"), "{\"at\": "),
        piece(0, None, None, "\"Oslo\"}"),
        piece(1, Some("one"), Some("look"), "{}"),
    ];
    let provider = Provider::that(streams(&pieces, "tool_calls"));
    let (_app, alice, conversation) = conversing(&provider).await;
    for kept in [None, Some(&conversation)] {
        let mut body = json!({ "messages": [user("Weather?")], "tools": tools() });
        if let Some(kept) = kept {
            body["conversation"] = json!(kept);
        }
        let answer = alice.post(PATH, body).await.expect(200);
        let message = &answer["choices"][0]["message"];
        let calls = json!([call("one", "{\"at\": \"Oslo\"}"), call("one", "{}")]);
        assert_eq!(
            (&message["tool_calls"], &message["content"]),
            (&calls, &json!(null))
        );
        assert_eq!(answer["choices"][0]["finish_reason"], "tool_calls");
    }
    let kept = items(&alice, &conversation).await;
    assert_eq!(kept.len(), 3);
    assert_eq!(kept[2]["parts"][0]["arguments"], "{}");
}

/// As in responses: the client decides what to do with it.
#[tokio::test]
async fn a_call_that_was_not_offered_is_kept_like_any_other() {
    let message =
        json!({ "role": "assistant", "content": null, "tool_calls": [call("one", "{}")] });
    let piece = json!({ "tool_calls": [{ "index": 0, "id": "one", "type": "function",
        "function": { "name": "look", "arguments": "{}" } }] });
    let provider = Provider::that(completes(&message, "tool_calls"));
    let (_app, alice, _): (TestApp, _, _) = conversing(&provider).await;
    for stream in [false, true] {
        if stream {
            provider.does(streams(std::slice::from_ref(&piece), "tool_calls"));
        }
        let conversation = alice.conversation(json!({})).await;
        let body = json!({ "messages": [user("Weather?")], "conversation": conversation, "stream": stream });
        let answer = alice.post(PATH, body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(answer.text().contains("\"tool_calls\":[{"));
        let kept = short(&alice, &conversation).await;
        assert_eq!(kept, ["user: Weather?", "function_call"]);
    }
    // One that cannot be read, or has no name, is none: nothing is kept.
    for unread in [
        json!({ "id": "one" }),
        json!({ "id": "one", "function": { "arguments": "{}" } }),
    ] {
        let message = json!({ "role": "assistant", "content": "I look.", "tool_calls": [unread] });
        provider.does(completes(&message, "tool_calls"));
        let conversation = alice.conversation(json!({})).await;
        let body = json!({ "messages": [user("Weather?")], "conversation": conversation, "tools": tools() });
        let answer = alice.post(PATH, body).await;
        answer.refused("model_provider_error", None);
        assert!(items(&alice, &conversation).await.is_empty());
    }
}

#[tokio::test]
async fn a_reply_after_calls_is_written_anew_with_the_calls_and_their_outputs() {
    let provider = Provider::that(says(&["Rain."]));
    let (_app, alice, conversation) = conversing(&provider).await;
    look_twice(&provider, &alice, &conversation, false).await;
    let reply = items(&alice, &conversation).await[6]["id"].clone();
    let path = format!(
        "/v1/conversations/{conversation}/items/{}/regenerate",
        reply.as_str().unwrap()
    );
    provider.does(says(&["Sun."]));
    let again = alice.post(&path, json!({})).await.expect(200);
    assert_eq!((&again["id"], &again["content"]), (&reply, &json!("Sun.")));
    let told = provider.asked().last().unwrap().json()["messages"].clone();
    let roles: Vec<_> = told
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["role"].clone())
        .collect();
    assert_eq!(roles, ["user", "assistant", "tool", "tool"]);
    assert_eq!(told[1]["tool_calls"].as_array().unwrap().len(), 2);
    let kept = short(&alice, &conversation).await;
    assert_eq!(kept, [&LOOP[..], &["assistant: Sun."]].concat());
}
