use super::{PATH, asking, ended, events, made, names, said, streams};
use crate::app::id;
use crate::openai::{add, all, conversation, message, refused};
use crate::provider::{Play, Provider, STREAM, answers, event, refuses, says, says_when_told};
use serde_json::{Value, json};

/// The fields that Open Responses requires.
const REQUIRED: [&str; 32] = [
    "id",
    "object",
    "created_at",
    "completed_at",
    "status",
    "incomplete_details",
    "model",
    "previous_response_id",
    "instructions",
    "output",
    "error",
    "tools",
    "tool_choice",
    "truncation",
    "parallel_tool_calls",
    "text",
    "top_p",
    "presence_penalty",
    "frequency_penalty",
    "top_logprobs",
    "temperature",
    "reasoning",
    "usage",
    "max_output_tokens",
    "max_tool_calls",
    "store",
    "background",
    "service_tier",
    "metadata",
    "safety_identifier",
    "prompt_cache_key",
    "user",
];

#[tokio::test]
async fn a_response_has_every_field_and_is_stored() {
    let provider = Provider::that(streams(&[said("Os"), said("lo.")], "stop"));
    let app = asking(&provider).await;
    let alice = app.alice();
    let body = json!({
        "model": "big-model", "input": "Capital of Norway?", "instructions": "Be brief.",
        "temperature": 0.5, "max_output_tokens": 20, "metadata": { "a": "b" }, "user": "u",
        "prompt_cache_key": "k", "safety_identifier": "s", "service_tier": "flex",
        "reasoning": { "effort": "low" }, "text": { "format": { "type": "json_object" } },
    });
    let response = made(&alice, body).await;
    for field in REQUIRED {
        assert!(response.get(field).is_some(), "{field}");
    }
    assert_eq!(response["status"], "completed");
    assert_eq!(response["model"], "test-model-0613");
    assert_eq!(response["instructions"], "Be brief.");
    assert_eq!(response["metadata"], json!({ "a": "b" }));
    for (hint, value) in [
        ("user", "u"),
        ("prompt_cache_key", "k"),
        ("safety_identifier", "s"),
        ("service_tier", "flex"),
    ] {
        assert_eq!(response[hint], value);
    }
    let output = &response["output"][0];
    assert!(output["id"].as_str().unwrap().starts_with("msg_"));
    assert_eq!(output["content"][0]["text"], "Oslo.");
    let usage = json!({
        "input_tokens": 3, "input_tokens_details": { "cached_tokens": 1, "cache_write_tokens": 0 },
        "output_tokens": 4, "output_tokens_details": { "reasoning_tokens": 2 }, "total_tokens": 7,
    });
    assert_eq!(response["usage"], usage);
    let asked = provider.asked_once();
    assert_eq!(
        asked.prompt(),
        ["system: Be brief.", "user: Capital of Norway?"]
    );
    let sent = asked.json();
    assert_eq!(sent["max_tokens"], 20);
    assert_eq!(sent["reasoning_effort"], "low");
    assert_eq!(sent["response_format"], json!({ "type": "json_object" }));
    let path = format!("{PATH}/{}", id(&response));
    assert_eq!(alice.get(&path).await.expect(200), response);
    // Its items are its own.
    let list = alice.get("/v1/conversations").await.expect(200);
    assert_eq!(list["data"], json!([]));
    app.bob().get(&path).await.expect(404);
}

#[tokio::test]
async fn a_stream_has_the_events_in_their_order() {
    let provider = Provider::that(streams(
        &[
            json!({ "reasoning_content": "Hm" }),
            json!({ "reasoning_content": "m." }),
            said("Os"),
            said("lo."),
        ],
        "stop",
    ));
    let app = asking(&provider).await;
    let alice = app.alice();
    let answer = alice
        .post(PATH, json!({ "input": "Capital?", "stream": true }))
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "text/event-stream");
    let events = events(answer.text());
    let numbers: Vec<_> = events
        .iter()
        .map(|event| &event["sequence_number"])
        .collect();
    assert_eq!(
        numbers,
        (0..events.len())
            .map(|n| json!(n))
            .collect::<Vec<_>>()
            .iter()
            .collect::<Vec<_>>()
    );
    let expected = [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "reasoning_text.delta",
        "reasoning_text.delta",
        "reasoning_text.done",
        "content_part.done",
        "output_item.done",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ];
    assert_eq!(names(&events), expected);
    let last = &events.last().unwrap()["response"];
    assert_eq!(last["output"][0]["content"][0]["text"], "Hmm.");
    assert_eq!(last["output"][1]["content"][0]["text"], "Oslo.");
    assert_eq!(events[15]["item"], last["output"][1]);
    assert_eq!(events[8]["item"], last["output"][0]);
    // It is stored, and told again in the same way.
    let path = format!("{PATH}/{}", id(last));
    assert_eq!(&alice.get(&path).await.expect(200), last);
    let again = alice.get(&format!("{path}?stream=true")).await;
    assert_eq!(again.text(), answer.text());
}

/// Two calls at once, the first in pieces.
fn two_calls() -> Play {
    let call = |index: u64, id: Option<&str>, name: Option<&str>, arguments: &str| {
        json!({ "tool_calls": [{
            "index": index, "id": id, "type": "function",
            "function": { "name": name, "arguments": arguments },
        }] })
    };
    streams(
        &[
            call(0, Some("call_a"), Some("f"), ""),
            call(0, None, None, "{\"x\":"),
            call(0, None, None, "1}"),
            call(1, Some("call_b"), Some("g"), "{}"),
        ],
        "tool_calls",
    )
}

#[tokio::test]
async fn calls_of_functions_are_output_items_of_their_own() {
    let provider = Provider::that(two_calls());
    let app = asking(&provider).await;
    let alice = app.alice();
    let tool = json!({
        "type": "function", "name": "f", "parameters": { "type": "object" }, "strict": true,
    });
    let body = json!({
        "input": "Do it.", "tools": [tool, { "type": "function", "name": "g" }], "stream": true,
        "tool_choice": { "type": "function", "name": "f" }, "parallel_tool_calls": true,
    });
    let answer = alice.post(PATH, body).await;
    let events = events(answer.text());
    let response = &events.last().unwrap()["response"];
    let output = response["output"].as_array().unwrap();
    assert_eq!(output.len(), 2);
    assert_eq!(output[0]["arguments"], "{\"x\":1}");
    assert_eq!(output[0]["call_id"], "call_a");
    assert!(output[0]["id"].as_str().unwrap().starts_with("fc_"));
    assert_eq!(output[1]["name"], "g");
    let told = names(&events);
    let expected = [
        "created",
        "in_progress",
        "output_item.added",
        "function_call_arguments.delta",
        "function_call_arguments.delta",
        "output_item.added",
        "function_call_arguments.delta",
        "function_call_arguments.done",
        "output_item.done",
        "function_call_arguments.done",
        "output_item.done",
        "completed",
    ];
    assert_eq!(told, expected);
    let sent = provider.asked_once().json();
    assert_eq!(
        sent["tools"][0],
        json!({ "type": "function", "function": {
            "name": "f", "parameters": { "type": "object" }, "strict": true,
        } })
    );
    assert_eq!(
        sent["tool_choice"],
        json!({ "type": "function", "function": { "name": "f" } })
    );
    // The outputs go on from it.
    provider.does(says(&["Done."]));
    let body = json!({
        "previous_response_id": id(response),
        "input": [
            { "type": "function_call_output", "call_id": "call_a", "output": "1" },
            { "type": "function_call_output", "call_id": "call_b", "output": "2" },
        ],
    });
    let next = made(&alice, body).await;
    assert_eq!(next["output"][0]["content"][0]["text"], "Done.");
    let sent = provider.asked()[1].json();
    let roles: Vec<_> = sent["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["role"].as_str().unwrap())
        .collect();
    assert_eq!(roles, ["user", "assistant", "tool", "tool"]);
    assert_eq!(sent["messages"][1]["tool_calls"][1]["id"], "call_b");
}

#[tokio::test]
async fn a_conversation_goes_on_and_keeps_all_items() {
    let provider = Provider::that(says(&["Certain", "ly."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let one = conversation(&alice, json!({ "items": [message("user", "First")] })).await;
    add(&alice, &one, json!([message("assistant", "Yes?")])).await;
    for (stream, named) in [(false, json!(one)), (true, json!({ "id": one }))] {
        let body = json!({ "input": "More", "conversation": named, "stream": stream });
        let answer = alice.post(PATH, body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let response = match stream {
            false => answer.json(),
            true => events(answer.text()).pop().unwrap()["response"].clone(),
        };
        assert_eq!(response["conversation"]["id"], one);
        let items = all(&alice, &one).await;
        let last = items.last().unwrap();
        assert_eq!(last["id"], response["output"][0]["id"], "the same item");
        assert_eq!(last["content"][0]["text"], "Certainly.");
        let path = format!("{PATH}/{}", id(&response));
        assert_eq!(alice.get(&path).await.expect(200), response);
    }
    assert_eq!(all(&alice, &one).await.len(), 6);
    let second = provider.asked()[1].prompt();
    let expected = [
        "user: First",
        "assistant: Yes?",
        "user: More",
        "assistant: Certainly.",
        "user: More",
    ];
    assert_eq!(second, expected);
}

#[tokio::test]
async fn a_response_may_be_the_parent_of_many() {
    let provider = Provider::that(says(&["One."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let body = json!({ "input": "A", "instructions": "Never again." });
    let parent = id(&made(&alice, body).await);
    for text in ["B", "C"] {
        let body = json!({ "input": text, "previous_response_id": parent });
        let child = made(&alice, body).await;
        assert_eq!(child["previous_response_id"], parent);
        let grandchild = json!({ "input": "D", "previous_response_id": id(&child) });
        made(&alice, grandchild).await;
        let expected = [
            "user: A",
            "assistant: One.",
            &format!("user: {text}"),
            "assistant: One.",
            "user: D",
        ];
        assert_eq!(provider.asked().last().unwrap().prompt(), expected);
    }
}

#[tokio::test]
async fn what_is_not_stored_cannot_be_got() {
    let provider = Provider::that(says(&["Oslo."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    for stream in [false, true] {
        let body = json!({ "input": "Capital?", "store": false, "stream": stream });
        let answer = alice.post(PATH, body).await;
        assert_eq!(answer.status, 200);
        let response = match stream {
            false => answer.json(),
            true => events(answer.text()).pop().unwrap()["response"].clone(),
        };
        assert_eq!(response["output"][0]["content"][0]["text"], "Oslo.");
        assert_eq!(response["store"], false);
        let path = format!("{PATH}/{}", id(&response));
        refused(&alice.get(&path).await, 404, "response_not_found", None);
    }
    assert_eq!(
        app.schema.value("select count(*) from responses").await,
        "0"
    );
}

/// Requests, and how each is refused.
#[rustfmt::skip]
fn mistakes(one: &str, theirs: &str) -> Vec<(Value, u16, &'static str, &'static str)> {
    let unknown = "resp_01ARZ3NDEKTSV4RRFFQ69G5FAV";
    let unknown_conversation = "conv_01ARZ3NDEKTSV4RRFFQ69G5FAV";
    let picture = json!({ "role": "user", "content": [{ "type": "input_image", "file_id": "f" }] });
    let reference = json!({ "type": "item_reference", "id": "msg_01ARZ3NDEKTSV4RRFFQ69G0001" });
    let output = json!({ "type": "function_call_output", "call_id": "c", "output": "x" });
    vec![
        (json!({ "wish": 1 }), 400, "unknown_parameter", "wish"),
        (json!({ "prompt": { "id": "p" } }), 400, "unsupported_parameter", "prompt"),
        (json!({ "tools": [{ "type": "web_search" }] }), 400, "unsupported_parameter", "tools[0].type"),
        (json!({ "tool_choice": { "type": "file_search" } }), 400, "unsupported_parameter", "tool_choice"),
        (json!({ "store": false, "conversation": one }), 400, "invalid_value", "conversation"),
        (json!({ "conversation": one, "previous_response_id": unknown }), 400, "invalid_value", "previous_response_id"),
        (json!({ "previous_response_id": unknown }), 404, "previous_response_not_found", "previous_response_id"),
        (json!({ "previous_response_id": theirs }), 404, "previous_response_not_found", "previous_response_id"),
        (json!({ "conversation": unknown_conversation }), 404, "conversation_not_found", "conversation"),
        (json!({ "input": [reference] }), 404, "item_not_found", "input[0].id"),
        (json!({ "input": [output] }), 400, "invalid_value", "input[0].call_id"),
        (json!({ "input": [{ "type": "web_search_call" }] }), 400, "unsupported_parameter", "input[0].type"),
        (json!({ "input": [picture] }), 400, "unsupported_parameter", "input[0].content[0].file_id"),
        (json!({ "temperature": 3 }), 400, "invalid_value", "temperature"),
        (json!({ "background": true, "store": false }), 400, "invalid_value", "store"),
    ]
}

#[tokio::test]
async fn a_request_that_cannot_be_honoured_is_refused_by_name() {
    let provider = Provider::that(says(&["Never."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let theirs = id(&made(&app.bob(), json!({ "input": "x" })).await);
    let asked = provider.asked().len();
    for (body, status, code, param) in mistakes(&one, &theirs) {
        let mut body = body;
        if body.get("input").is_none() {
            body["input"] = json!("x");
        }
        println!("{body}");
        let answer = alice.post(PATH, body).await;
        refused(&answer, status, code, Some(param));
    }
    assert_eq!(provider.asked().len(), asked);
}

#[tokio::test]
async fn an_answer_that_was_cut_is_incomplete_and_a_refusal_is_a_part() {
    let provider = Provider::that(streams(&[said("Os")], "length"));
    let app = asking(&provider).await;
    let alice = app.alice();
    let body = json!({ "input": "Capital?", "stream": true });
    let answer = alice.post(PATH, body.clone()).await;
    let told = events(answer.text());
    assert_eq!(names(&told).last(), Some(&"incomplete"));
    let response = &told.last().unwrap()["response"];
    assert_eq!(response["status"], "incomplete");
    assert_eq!(
        response["incomplete_details"]["reason"],
        "max_output_tokens"
    );
    assert_eq!(response["output"][0]["status"], "incomplete");
    provider.does(streams(
        &[json!({ "refusal": "I " }), json!({ "refusal": "can't." })],
        "stop",
    ));
    let answer = alice.post(PATH, body).await;
    let told = events(answer.text());
    let response = &told.last().unwrap()["response"];
    let part = json!({ "type": "refusal", "refusal": "I can't." });
    assert_eq!(response["output"][0]["content"][0], part);
    assert!(names(&told).contains(&"refusal.delta"));
    let path = format!("{PATH}/{}?stream=true", id(response));
    assert_eq!(alice.get(&path).await.text(), answer.text());
}

#[tokio::test]
async fn a_provider_that_refuses_fails_the_request_and_nothing_is_stored() {
    let provider = Provider::that(refuses("429 Too Many Requests", "slow down"));
    let app = asking(&provider).await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    for stream in [false, true] {
        let body = json!({ "input": "x", "conversation": one, "stream": stream });
        let answer = alice.post(PATH, body).await;
        refused(&answer, 429, "model_provider_rate_limited", None);
    }
    assert_eq!(
        app.schema.value("select count(*) from responses").await,
        "0"
    );
    assert_eq!(all(&alice, &one).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_provider_that_dies_midway_fails_the_response() {
    let cut = format!("{STREAM}{}", event("Os"));
    let provider = Provider::that(Play::Bytes(cut.into_bytes()));
    let app = asking(&provider).await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let body = json!({ "input": "x", "conversation": one, "stream": true });
    let answer = alice.post(PATH, body).await;
    let told = events(answer.text());
    assert_eq!(names(&told).last(), Some(&"failed"));
    let response = &told.last().unwrap()["response"];
    assert_eq!(response["error"]["code"], "server_error");
    let path = format!("{PATH}/{}", id(response));
    assert_eq!(&alice.get(&path).await.expect(200), response);
    assert_eq!(all(&alice, &one).await, Vec::<Value>::new());
    // Nothing waits for the turn.
    provider.does(says(&["Oslo."]));
    made(&alice, json!({ "input": "x", "conversation": one })).await;
}

#[tokio::test]
async fn a_message_beside_a_stream_leaves_the_ids_of_its_items_as_they_were_told() {
    let provider = Provider::that(says_when_told(&["Os", "lo."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let one = conversation(&alice, json!({ "items": [message("user", "Before")] })).await;
    for field in ["stream", "background"] {
        let asked = provider.asked().len();
        let body = json!({ "input": "Capital?", "conversation": one, field: true });
        let asking = alice.clone();
        let answer = tokio::spawn(async move { asking.post(PATH, body).await });
        provider.was_asked(asked + 1).await;
        let beside = add(
            &alice,
            &one,
            json!([message("user", "Beside"), message("user", "it")]),
        )
        .await;
        provider.go_on(3);
        let answer = answer.await.unwrap();
        let response = match field {
            "stream" => events(answer.text()).pop().unwrap()["response"].clone(),
            _ => ended(&alice, &id(&answer.json())).await,
        };
        let items = all(&alice, &one).await;
        let place = items.len() - 4;
        assert_eq!(
            items[place]["id"], beside["data"][0]["id"],
            "in the order of acceptance"
        );
        assert_eq!(items[place + 3]["id"], response["output"][0]["id"]);
        let list = alice
            .get(&format!("{PATH}/{}/input_items", id(&response)))
            .await
            .expect(200);
        assert_eq!(items[place + 2]["id"], list["data"][0]["id"]);
        let item = format!(
            "/openai/v1/conversations/{one}/items/{}",
            id(&items[place + 3])
        );
        assert_eq!(alice.get(&item).await.expect(200), items[place + 3]);
    }
    // What comes afterwards stands behind.
    let after = add(&alice, &one, json!([message("user", "After")])).await;
    assert_eq!(all(&alice, &one).await.last(), Some(&after["data"][0]));
}

#[tokio::test]
async fn whole_calls_are_kept_in_the_conversation_however_the_provider_writes() {
    let provider = Provider::that(two_calls());
    let app = asking(&provider).await;
    let alice = app.alice();
    let calls = json!({ "role": "assistant", "content": null, "tool_calls": [
        { "id": "call_a", "type": "function", "function": { "name": "f", "arguments": "{\"x\":1}" } },
        { "id": "call_b", "type": "function", "function": { "name": "g", "arguments": "{}" } },
    ] });
    let choice = json!({ "index": 0, "message": calls, "finish_reason": "tool_calls" });
    let whole =
        json!({ "id": "c", "object": "chat.completion", "model": "m", "choices": [choice] });
    let whole = answers(
        "200 OK",
        "Content-Type: application/json\r\n",
        &whole.to_string(),
    );
    let tool = |name: &str| json!({ "type": "function", "name": name });
    for play in [two_calls(), whole] {
        provider.does(play);
        let one = conversation(&alice, json!({})).await;
        let tools = json!([tool("f"), tool("g")]);
        let body = json!({ "input": "Do it.", "conversation": one, "tools": tools });
        let response = made(&alice, body).await;
        let items = all(&alice, &one).await;
        let ids = |items: &[Value]| items.iter().map(id).collect::<Vec<_>>();
        assert_eq!(
            ids(&items[1..]),
            ids(response["output"].as_array().unwrap())
        );
        assert_eq!(items[1]["arguments"], "{\"x\":1}");
        assert_eq!(items[2]["call_id"], "call_b");
    }
}

/// Some servers send a name in pieces, and some repeat it.
#[tokio::test]
async fn a_name_in_pieces_is_one_name() {
    for (pieces, name) in [
        (["get_", "weather", ""], "get_weather"),
        (["f", "f", "f"], "f"),
    ] {
        let piece = |place: usize| {
            let arguments = if place == 2 { "{}" } else { "" };
            let function = json!({ "name": pieces[place], "arguments": arguments });
            json!({ "tool_calls": [{ "index": 0, "id": "c", "function": function }] })
        };
        let provider = Provider::that(streams(&[0, 1, 2].map(piece), "tool_calls"));
        let app = asking(&provider).await;
        let response = made(&app.alice(), json!({ "input": "Do it." })).await;
        assert_eq!(response["output"][0]["name"], name);
        assert_eq!(response["output"][0]["arguments"], "{}");
    }
}

#[tokio::test]
async fn two_calls_with_one_id_are_two() {
    let call = |index: u64, name: &str| {
        let function = json!({ "name": name, "arguments": "{}" });
        json!({ "tool_calls": [{ "index": index, "id": "same", "function": function }] })
    };
    let provider = Provider::that(streams(&[call(0, "f"), call(1, "g")], "tool_calls"));
    let app = asking(&provider).await;
    let response = made(&app.alice(), json!({ "input": "Do it." })).await;
    let output = response["output"].as_array().unwrap().iter();
    let output: Vec<_> = output
        .map(|call| (&call["name"], &call["arguments"], &call["call_id"]))
        .collect();
    let (empty, same) = (json!("{}"), json!("same"));
    let expected = [(&json!("f"), &empty, &same), (&json!("g"), &empty, &same)];
    assert_eq!(output, expected);
}

#[tokio::test]
async fn a_turn_without_a_place_in_the_queue_names_the_conversation() {
    let app = asking(&Provider::obliging()).await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let many = "insert into turn_queue (owner_id, conversation_id, place, token, leased_until)
        select owner_id, id, n, gen_random_uuid(), now() + interval '1 hour'
        from conversations, generate_series(1, 100) n";
    app.schema.rows(many).await;
    let locked = alice
        .post(PATH, json!({ "input": "x", "conversation": one }))
        .await;
    refused(&locked, 409, "conversation_locked", Some("conversation"));
    assert_eq!(locked.header("x-should-retry"), "true");
}

#[tokio::test]
async fn a_provider_that_dies_midway_fails_whole_and_background_responses() {
    let cut = format!("{STREAM}{}", event("Os"));
    let provider = Provider::that(Play::Bytes(cut.into_bytes()));
    let app = asking(&provider).await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let body = json!({ "input": "x", "conversation": one });
    let whole = alice.post(PATH, body.clone()).await.expect(502);
    assert_eq!(whole["error"]["type"], "server_error");
    let stored = "select count(*) from responses";
    assert_eq!(app.schema.value(stored).await, "0");
    let body = json!({ "input": "x", "conversation": one, "background": true });
    let queued = made(&alice, body).await;
    let response = ended(&alice, &id(&queued)).await;
    assert_eq!(response["status"], "failed");
    assert_eq!(response["output"][0]["status"], "incomplete");
    assert_eq!(all(&alice, &one).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_stored_stream_goes_on_without_its_client() {
    let provider = Provider::that(says_when_told(&["Os", "lo."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let body = json!({ "input": "Capital?", "conversation": one, "stream": true });
    let line = b"POST /openai/v1/responses";
    let stream = app.asked_by_alice(line, body.to_string().as_bytes()).await;
    provider.was_asked(1).await;
    provider.go_on(1);
    drop(stream);
    provider.go_on(2);
    while all(&alice, &one).await.len() < 2 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(all(&alice, &one).await[1]["content"][0]["text"], "Oslo.");
}

/// Fields within objects that are wrong: the field of the request, the code and the parameter.
const WRONG_WITHIN: [(&str, &str, &str); 18] = [
    (r#"{"stream_options":5}"#, "invalid_type", "stream_options"),
    (
        r#"{"stream_options":{ "zz": 1 }}"#,
        "unknown_parameter",
        "stream_options.zz",
    ),
    (
        r#"{"stream_options":{ "include_obfuscation": 1 }}"#,
        "invalid_type",
        "stream_options.include_obfuscation",
    ),
    (
        r#"{"conversation":{ "id": "conv_x", "z": 1 }}"#,
        "unknown_parameter",
        "conversation.z",
    ),
    (
        r#"{"reasoning":{ "zz": 1 }}"#,
        "unknown_parameter",
        "reasoning.zz",
    ),
    (
        r#"{"reasoning":{ "effort": 1 }}"#,
        "invalid_type",
        "reasoning.effort",
    ),
    (
        r#"{"reasoning":{ "summary": "all" }}"#,
        "invalid_value",
        "reasoning.summary",
    ),
    (r#"{"text":{ "zz": 1 }}"#, "unknown_parameter", "text.zz"),
    (
        r#"{"text":{ "verbosity": "zz" }}"#,
        "invalid_value",
        "text.verbosity",
    ),
    (
        r#"{"text":{ "format": "text" }}"#,
        "invalid_type",
        "text.format",
    ),
    (
        r#"{"text":{ "format": { "type": "text", "a": 1 } }}"#,
        "unknown_parameter",
        "text.format.a",
    ),
    (
        r#"{"text":{ "format": { "type": "json_schema", "schema": {} } }}"#,
        "invalid_value",
        "text.format.name",
    ),
    (
        r#"{"text":{ "format": { "type": "json_schema", "name": "n" } }}"#,
        "invalid_type",
        "text.format.schema",
    ),
    (
        r#"{"prompt_cache_retention":"zz"}"#,
        "invalid_value",
        "prompt_cache_retention",
    ),
    (
        r#"{"tools":[{ "type": "function", "name": "a b" }]}"#,
        "invalid_value",
        "tools[0].name",
    ),
    (
        r#"{"tools":[{ "type": "function", "name": "f", "parameters": 5 }]}"#,
        "invalid_type",
        "tools[0].parameters",
    ),
    (
        r#"{"tools":[{ "type": "function", "name": "f", "strict": 5 }]}"#,
        "invalid_type",
        "tools[0].strict",
    ),
    (
        r#"{"previous_response_id":5}"#,
        "invalid_type",
        "previous_response_id",
    ),
];

#[tokio::test]
async fn fields_within_objects_are_checked_like_all_others() {
    let app = asking(&Provider::obliging()).await;
    let alice = app.alice();
    let function = json!({ "type": "function", "name": "f" });
    for (fields, code, param) in WRONG_WITHIN {
        let mut body = json!({ "input": "x", "tools": [function] });
        let fields: Value = serde_json::from_str(fields).unwrap();
        for (name, value) in fields.as_object().unwrap() {
            body[name] = value.clone();
        }
        let answer = alice.post(PATH, body).await;
        refused(&answer, 400, code, Some(param));
    }
    // An empty id, for example of an unset variable, does not lose the context in silence.
    let body = json!({ "input": "x", "previous_response_id": "" });
    let param = Some("previous_response_id");
    refused(
        &alice.post(PATH, body).await,
        404,
        "previous_response_not_found",
        param,
    );
    for (name, value) in [
        ("metadata", r#"{"a":"1","a":"2"}"#),
        (
            "tools",
            r#"[{"type":"function","name":"f","parameters":{"a":1,"a":2}}]"#,
        ),
    ] {
        let body = format!(r#"{{"input":"x","{name}":{value}}}"#);
        refused(
            &alice.post_text(PATH, body).await,
            400,
            "duplicate_field",
            Some(name),
        );
    }
    made(
        &alice,
        json!({
            "input": "x", "tools": [function], "conversation": null, "previous_response_id": null,
            "reasoning": { "effort": "low", "summary": "auto" },
            "text": { "verbosity": "low", "format": { "type": "json_schema", "name": "n",
                "schema": { "type": "object" }, "strict": true, "description": "d" } },
            "stream_options": { "include_obfuscation": false }, "prompt_cache_retention": "24h",
        }),
    )
    .await;
}
