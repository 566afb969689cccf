mod stream;

use crate::app::{TestApp, id};
use crate::events::{events, reply};
use crate::provider::{Play, Provider, STREAM, answers, end, event, says};
use crate::replies::{contents, path, said};
use infra::llm::NoProvider;
use serde_json::{Value, json};
use std::sync::Arc;

async fn app_with(provider: &Provider) -> TestApp {
    TestApp::spawn_with(|parts| parts.provider = provider.connected()).await
}

const FIVE: [(&str, &str); 10] = [
    ("user", "one?"),
    ("assistant", "One."),
    ("user", "two?"),
    ("assistant", "Two."),
    ("user", "three?"),
    ("assistant", "Three."),
    ("user", "four?"),
    ("assistant", "Four."),
    ("user", "five?"),
    ("assistant", "Five."),
];

#[tokio::test]
async fn the_second_of_five_answers_is_written_anew() {
    let provider = Provider::that(says(&["Again", " two."]));
    let app = app_with(&provider).await;
    let alice = app.alice();
    let (conversation, ids) = said(&alice, &FIVE).await;
    let answer = alice.post(&path(&conversation, &ids[3]), json!({})).await;
    assert_eq!(answer.header("x-context-truncated"), "false");
    let item = answer.expect(200);
    assert_eq!(
        item,
        json!({
            "id": ids[3], "object": "conversation.item", "role": "assistant",
            "content": "Again two.", "call_id": null, "model": "test-model-0613", "version": 2,
            "reasoning": null, "type": "message", "parts": null, "author": { "kind": "owner" },
            "created_at": "2025-12-23T10:00:00.000000Z", "updated_at": "2025-12-23T10:00:00.000000Z",
        })
    );
    // The items before it are the prompt.
    let body = r#"{"model":"test-model","messages":[{"role":"user","content":"one?"},{"role":"assistant","content":"One."},{"role":"user","content":"two?"}],"stream":true}"#;
    assert_eq!(provider.asked_once().body, body);
    // The messages after it stay.
    let mut expected: Vec<_> = FIVE.iter().map(|(_, content)| *content).collect();
    expected[3] = "Again two.";
    assert_eq!(contents(&alice, &conversation).await, expected);

    let versions = format!("/v1/conversations/{conversation}/items/{}/versions", ids[3]);
    let listed = alice.get(&versions).await.expect(200);
    let listed: Vec<_> = listed["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| (&v["version"], &v["content"], &v["model"], &v["current"]))
        .map(|v| json!([v.0, v.1, v.2, v.3]))
        .collect();
    let model = "test-model-0613";
    let first = json!([1, "Two.", null, false]);
    assert_eq!(listed, [first, json!([2, "Again two.", model, true])]);
    // Each version can be read again, with its model.
    for (number, content, written_by, version) in [
        (1, "Two.", json!(null), 3),
        (2, "Again two.", json!(model), 4),
    ] {
        let restore = format!("{versions}/{number}/restore");
        let restored = alice.post(&restore, json!({})).await.expect(200);
        assert_eq!(
            (
                &restored["content"],
                &restored["model"],
                &restored["version"]
            ),
            (&json!(content), &written_by, &json!(version))
        );
    }
}

#[tokio::test]
async fn a_reply_that_says_the_same_again_is_a_version_all_the_same() {
    let app = app_with(&Provider::that(says(&["One."]))).await;
    let alice = app.alice();
    let (conversation, ids) = said(&alice, &FIVE).await;
    let item = alice.post(&path(&conversation, &ids[1]), json!({})).await;
    assert_eq!(item.expect(200)["version"], 2);
}

#[tokio::test]
async fn the_reply_to_a_users_message_is_written_anew() {
    let provider = Provider::that(says(&["Again."]));
    let app = app_with(&provider).await;
    let alice = app.alice();
    let (conversation, ids) = said(&alice, &FIVE).await;
    let item = alice.post(&path(&conversation, &ids[2]), json!({})).await;
    let item = item.expect(200);
    assert_eq!((&item["id"], &item["version"]), (&json!(ids[3]), &json!(2)));
    let prompt = ["user: one?", "assistant: One.", "user: two?"];
    assert_eq!(provider.asked_once().prompt(), prompt);
}

#[tokio::test]
async fn the_last_message_is_replied_to() {
    let provider = Provider::that(says(&["Because."]));
    let app = app_with(&provider).await;
    let alice = app.alice();
    let (conversation, ids) = said(&alice, &[("user", "Why?")]).await;
    app.clock.advance(chrono::TimeDelta::seconds(1));
    let answer = alice
        .request(reqwest::Method::POST, &path(&conversation, &ids[0]))
        .send()
        .await
        .unwrap();
    let answer = crate::answer::Answer::read(answer).await;
    let location = answer.header("location").to_owned();
    let item = answer.expect(201);
    let address = format!("/v1/conversations/{conversation}/items/{}", id(&item));
    assert_eq!(location, address);
    assert_eq!(alice.get(&location).await.expect(200), item);
    assert_eq!(
        (&item["role"], &item["content"], &item["version"]),
        (&json!("assistant"), &json!("Because."), &json!(1))
    );
    assert_eq!(contents(&alice, &conversation).await, ["Why?", "Because."]);
    let path = format!("/v1/conversations/{conversation}?include_items=false");
    let conversation = alice.get(&path).await.expect(200);
    assert_eq!(conversation["updated_at"], "2025-12-23T10:00:01.000000Z");
    assert_eq!(provider.asked_once().prompt(), ["user: Why?"]);
}

#[tokio::test]
async fn a_message_that_was_deleted_behind_the_last_one_is_not_in_the_way() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let (conversation, ids) = said(&alice, &[("user", "Why?"), ("user", "Never mind.")]).await;
    let last = format!("/v1/conversations/{conversation}/items/{}", ids[1]);
    alice.delete(&last).await.expect_nothing(204);
    let answer = alice.post(&path(&conversation, &ids[0]), json!({})).await;
    answer.expect(201);
    let said = contents(&alice, &conversation).await;
    assert_eq!(said, ["Why?", "Certainly."]);
}

#[tokio::test]
async fn a_place_that_is_taken_is_not_written_to() {
    let provider = Provider::that(says(&["Because."]));
    let app = app_with(&provider).await;
    let alice = app.alice();
    for role in ["user", "system", "developer", "tool"] {
        let messages = [("user", "Why?"), (role, "And how?")];
        let (conversation, ids) = said(&alice, &messages).await;
        let answer = alice.post(&path(&conversation, &ids[0]), json!({})).await;
        answer.refused("reply_position_taken", None);
        assert_eq!(answer.header("x-should-retry"), "false");
        assert_eq!(contents(&alice, &conversation).await, ["Why?", "And how?"]);
    }
    assert!(provider.asked().is_empty());
}

#[tokio::test]
async fn other_roles_are_neither_written_nor_replied_to() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    for role in ["system", "developer", "tool"] {
        let (conversation, ids) = said(&alice, &[("user", "Why?"), (role, "Hm.")]).await;
        let answer = alice.post(&path(&conversation, &ids[1]), json!({})).await;
        answer.refused("invalid_value", Some("item_id"));
    }
}

#[tokio::test]
async fn a_first_message_is_not_a_reply() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let (conversation, ids) = said(&alice, &[("assistant", "Hello!")]).await;
    let answer = alice.post(&path(&conversation, &ids[0]), json!({})).await;
    answer.refused("invalid_value", Some("item_id"));
}

#[tokio::test]
async fn the_instruction_of_the_project_comes_first() {
    let provider = Provider::that(says(&["Because."]));
    let app = app_with(&provider).await;
    let alice = app.alice();
    let project = json!({ "title": "Science", "instruction": "Say it \"simply\"." });
    let project = id(&alice.post("/v1/projects", project).await.expect(201));
    let (conversation, ids) = said(&alice, &[("assistant", "Hello!"), ("user", "Why?")]).await;
    let patch = json!({ "project_id": project });
    let address = format!("/v1/conversations/{conversation}");
    alice.patch(&address, patch).await.expect(200);
    let answer = alice.post(&path(&conversation, &ids[1]), json!({})).await;
    answer.expect(201);
    // The instruction alone is something to reply to.
    let answer = alice.post(&path(&conversation, &ids[0]), json!({})).await;
    answer.expect(200);
    let asked = provider.asked();
    let body = r#"{"model":"test-model","messages":[{"role":"system","content":"Say it \"simply\"."},{"role":"assistant","content":"Hello!"},{"role":"user","content":"Why?"}],"stream":true}"#;
    assert_eq!(asked[0].body, body);
    assert_eq!(asked[1].prompt(), ["system: Say it \"simply\"."]);
}

#[tokio::test]
async fn every_role_is_told_as_one_that_the_provider_knows() {
    let provider = Provider::that(says(&["Because."]));
    let app = app_with(&provider).await;
    let alice = app.alice();
    let messages = [
        ("system", "Be brief."),
        ("developer", "Be kind."),
        ("user", "Why?"),
        ("tool", "{\"why\":42}"),
        ("assistant", "Hm."),
    ];
    let (conversation, ids) = said(&alice, &messages).await;
    let answer = alice.post(&path(&conversation, &ids[4]), json!({})).await;
    answer.expect(200);
    let expected = [
        "system: Be brief.\n\nBe kind.",
        "user: Why?",
        "user: Result of a tool:\n{\"why\":42}",
    ];
    assert_eq!(provider.asked_once().prompt(), expected);
}

#[tokio::test]
async fn the_client_chooses_the_model_and_how_it_writes() {
    // The provider does not name the model.
    let silent =
        "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}";
    let json = "Content-Type: text/event-stream\r\n";
    let provider = Provider::that(answers("200 OK", json, &format!("{silent}\n\n")));
    let app = app_with(&provider).await;
    let alice = app.alice();
    let (conversation, ids) = said(&alice, &[("user", "Why?"), ("assistant", "Hm.")]).await;
    let options = json!({ "model": "claude-3-5-sonnet", "temperature": 0.5, "max_tokens": 100.0 });
    let answer = alice.post(&path(&conversation, &ids[1]), options).await;
    assert_eq!(answer.expect(200)["model"], "claude-3-5-sonnet");
    let body = r#"{"model":"claude-3-5-sonnet","messages":[{"role":"user","content":"Why?"}],"temperature":0.5,"max_tokens":100,"stream":true}"#;
    assert_eq!(provider.asked_once().body, body);
    // By the name that newer models take alone; the provider is told that one.
    let options = json!({ "max_completion_tokens": 100 });
    let answer = alice.post(&path(&conversation, &ids[1]), options).await;
    answer.expect(200);
    let asked = provider.asked()[1].json();
    assert_eq!(asked["max_completion_tokens"], 100);
    assert_eq!(asked.get("max_tokens"), None);
    let both = json!({ "max_completion_tokens": 100, "max_tokens": 100 });
    let refused = alice.post(&path(&conversation, &ids[1]), both).await;
    refused.refused("invalid_value", Some("max_completion_tokens"));
}

#[tokio::test]
async fn options_out_of_range_are_refused_by_name() {
    let provider = Provider::that(says(&["Because."]));
    let app = app_with(&provider).await;
    let alice = app.alice();
    let (conversation, ids) = said(&alice, &[("user", "Why?")]).await;
    for (field, value) in [
        ("model", json!("")),
        ("model", json!("m".repeat(257))),
        ("temperature", json!(2.1)),
        ("temperature", json!(-0.1)),
        ("max_tokens", json!(0)),
        ("max_tokens", json!(1.5)),
        ("max_tokens", json!(1_000_001)),
        ("max_completion_tokens", json!(0)),
        ("max_completion_tokens", json!(1_000_001)),
    ] {
        let answer = alice
            .post(&path(&conversation, &ids[0]), json!({ field: value }))
            .await;
        answer.refused("invalid_value", Some(field));
    }
    let nul = json!({ "model": "a\0" });
    let answer = alice.post(&path(&conversation, &ids[0]), nul).await;
    answer.refused("nul_character", Some("model"));
    assert!(provider.asked().is_empty());
}

#[tokio::test]
async fn without_a_provider_the_variable_to_set_is_named() {
    let app = TestApp::spawn_with(|parts| parts.provider = Arc::new(NoProvider)).await;
    let alice = app.alice();
    let (conversation, ids) = said(&alice, &[("user", "Why?")]).await;
    for body in [json!({}), json!({ "stream": true })] {
        let answer = alice.post(&path(&conversation, &ids[0]), body).await;
        let error = answer.failure("model_provider_not_configured");
        assert!(error["message"].as_str().unwrap().contains("LLM_BASE_URL"));
        assert_eq!(answer.header("retry-after"), "60");
        assert_eq!(answer.header("x-should-retry"), "false");
    }
    assert_eq!(contents(&alice, &conversation).await, ["Why?"]);
}

#[tokio::test]
async fn a_stream_tells_the_reply_as_it_is_written() {
    let app = app_with(&Provider::that(says(&["Be", "cause ☃\n"]))).await;
    let alice = app.alice();
    let (conversation, ids) = said(&alice, &[("user", "Why?")]).await;
    let stream = json!({ "stream": true });
    let answer = alice.post(&path(&conversation, &ids[0]), stream).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "text/event-stream");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("x-context-truncated"), "false");
    let (said, completed) = reply(answer.text());
    assert_eq!(said, "Because ☃\n");
    let items = format!("/v1/conversations/{conversation}/items?order=desc&limit=1");
    let stored = alice.get(&items).await.expect(200)["data"][0].clone();
    assert_eq!(
        completed,
        json!({ "item": stored, "context_truncated": false, "finish_reason": "stop" })
    );
    assert_eq!(stored["content"], "Because ☃\n");
}

#[tokio::test]
async fn an_answer_that_is_not_streamed_is_written_whole() {
    let whole = r#"{"choices":[{"message":{"content":"Whole."},"finish_reason":"stop"}]}"#;
    let json = "Content-Type: application/json\r\n";
    let play: Play = answers("200 OK", json, whole);
    let app = app_with(&Provider::that(play)).await;
    let alice = app.alice();
    let (conversation, ids) = said(&alice, &[("user", "Why?")]).await;
    let item: Value = alice
        .post(&path(&conversation, &ids[0]), json!({}))
        .await
        .expect(201);
    assert_eq!(item["content"], "Whole.");
}

#[tokio::test]
async fn a_reply_that_was_cut_can_be_told_from_one_that_is_complete() {
    let ended = |reason: &str| end().replace("\"stop\"", reason);
    let last_word = "data: [DONE]\n\n".to_owned();
    let odd = format!("\"{}\"", "é".repeat(3));
    let long = format!("\"{}\"", "e".repeat(65));
    for (end, header, field) in [
        (ended("\"stop\""), "stop", json!("stop")),
        (ended("\"length\""), "length", json!("length")),
        (
            ended("\"content_filter\""),
            "content_filter",
            json!("content_filter"),
        ),
        // The provider does not name a reason, or not one that can be passed on.
        (last_word, "", json!(null)),
        (ended(&odd), "", json!(null)),
        (ended(&long), "", json!(null)),
    ] {
        let text = format!("{STREAM}{}{end}", event("Once upon a"));
        let app = app_with(&Provider::that(Play::Bytes(text.into_bytes()))).await;
        let alice = app.alice();
        let (conversation, ids) = said(&alice, &[("user", "Why?")]).await;
        for (item, status) in [(&ids[0], 201), (&ids[0], 200)] {
            let answer = alice.post(&path(&conversation, item), json!({})).await;
            assert_eq!(answer.header("x-finish-reason"), header, "{end}");
            assert_eq!(answer.expect(status)["content"], "Once upon a");
        }
        let stream = json!({ "stream": true });
        let answer = alice.post(&path(&conversation, &ids[0]), stream).await;
        let (name, completed) = events(answer.text()).pop().unwrap();
        assert_eq!(
            (name.as_str(), &completed["finish_reason"]),
            ("item.completed", &field),
            "{end}"
        );
    }
}

#[tokio::test]
async fn only_messages_are_written_again() {
    let provider = Provider::that(says(&["Again."]));
    let app = app_with(&provider).await;
    let alice = app.alice();
    let call = json!([{ "call_id": "c", "name": "f", "arguments": "{}" }]);
    let body = json!({ "items": [
        { "role": "user", "content": "Weather?" },
        { "type": "function_call", "parts": call },
        { "type": "function_call_output", "parts": [{ "call_id": "c", "output": "Rain." }] },
        { "role": "assistant", "content": "It rains." },
    ] });
    let conversation = alice.conversation(body).await;
    let list = format!("/v1/conversations/{conversation}/items");
    let listed = alice.get(&list).await.expect(200);
    let ids: Vec<_> = (0..4).map(|n| id(&listed["data"][n])).collect();
    let answer = alice.post(&path(&conversation, &ids[0]), json!({})).await;
    assert_eq!(answer.expect(409)["error"]["code"], "reply_position_taken");
    for number in [1, 2] {
        let answer = alice
            .post(&path(&conversation, &ids[number]), json!({}))
            .await;
        assert_eq!(answer.expect(400)["error"]["param"], "item_id");
        let link = format!("{list}/{}/share", ids[number]);
        alice.post(&link, json!({})).await.expect(400);
    }
    let again = alice
        .post(&path(&conversation, &ids[3]), json!({}))
        .await
        .expect(200);
    assert_eq!(again["content"], "Again.");
    let after = alice.get(&list).await.expect(200);
    assert_eq!(after["data"][1], listed["data"][1]);
    let thought = json!({ "role": "user", "content": "x", "reasoning": "y" });
    assert_eq!(
        alice.post(&list, thought).await.expect(400)["error"]["param"],
        "reasoning"
    );
}
