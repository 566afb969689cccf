//! Completions that go into a conversation: together, or not at all.

use super::{PATH, asking, conversing, line, reply, said, user};
use crate::app::{TestApp, id};
use crate::provider::{Play, Provider, answers, refuses, says, says_when_told};
use crate::rows;
use serde_json::{Value, json};

#[tokio::test]
async fn question_and_reply_are_stored_and_earlier_messages_are_sent() {
    let provider = Provider::that(says(&["Certain", "ly."]));
    let (_app, alice, conversation) = conversing(&provider).await;
    for stream in [false, true] {
        let body = json!({
            "messages": [{ "role": "system", "content": "Be brief." }, user("Capital of Norway?")],
            "conversation": if stream { json!({ "id": conversation }) } else { json!(conversation) },
            "stream": stream, "temperature": 0.5,
        });
        assert_eq!(alice.post(PATH, body).await.status, 200);
    }
    let turn = [
        line("system", "Be brief."),
        line("user", "Capital of Norway?"),
        reply("Certainly."),
    ];
    assert_eq!(
        said(&alice, &conversation).await,
        [turn.clone(), turn].concat()
    );
    let asked = provider.asked();
    let first = r#"{"messages":[{"content":"Be brief.","role":"system"},{"content":"Capital of Norway?","role":"user"}],"model":"test-model","stream":false,"temperature":0.5}"#;
    assert_eq!(asked[0].body, first);
    let second = r#"{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Capital of Norway?"},{"role":"assistant","content":"Certainly."},{"content":"Capital of Norway?","role":"user"}],"model":"test-model","stream":true,"temperature":0.5}"#;
    assert_eq!(asked[1].body, second);
}

#[tokio::test]
async fn the_answer_says_where_it_is_kept() {
    let provider = Provider::that(says(&["Oslo."]));
    let (_app, alice, conversation) = conversing(&provider).await;
    let body = json!({ "messages": [user("Capital of Norway?")], "conversation": conversation });
    let answer = alice.post(PATH, body).await.expect(200);
    let kept = json!({ "id": conversation, "title": "Capital of Norway?" });
    assert_eq!(answer["conversation"], kept);
    assert_eq!(answer["choices"][0]["message"]["content"], "Oslo.");
    assert_eq!(answer["usage"]["total_tokens"], 7);
}

/// Messages that cannot be stored unchanged, with the code and the field of their refusal.
const UNSTORABLE: [(&str, &str, &str); 15] = [
    (r#"{"messages":[]}"#, "invalid_value", "messages"),
    (r#"{"messages":[7]}"#, "invalid_type", "messages[0]"),
    (
        r#"{"messages":[{}]}"#,
        "missing_field",
        "messages[0].content",
    ),
    (
        r#"{"messages":[{"content":"x"}]}"#,
        "missing_field",
        "messages[0].role",
    ),
    (
        r#"{"messages":[{"role":"tool","content":"x"}]}"#,
        "missing_field",
        "messages[0].tool_call_id",
    ),
    (
        r#"{"messages":[{"role":"function","name":"f","content":"x"}]}"#,
        "invalid_value",
        "messages[0].role",
    ),
    (
        r#"{"messages":[{"role":"tool","content":"x","tool_call_id":"never"}]}"#,
        "invalid_value",
        "messages[0].tool_call_id",
    ),
    (
        r#"{"messages":[{"role":"user","content":""}]}"#,
        "invalid_value",
        "messages[0].content",
    ),
    (
        r#"{"messages":[{"role":"user","content":"a\u0000"}]}"#,
        "nul_character",
        "messages[0].content",
    ),
    (
        r#"{"messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"1"}]}]}"#,
        "missing_field",
        "messages[0].tool_calls[0].function",
    ),
    (
        r#"{"messages":[{"role":"user","content":"x"},{"role":"user","content":[{"text":"a"}]}]}"#,
        "invalid_type",
        "messages[1].content[0].type",
    ),
    (
        r#"{"messages":[{"role":"user","content":"x","name":"al"}]}"#,
        "invalid_value",
        "messages[0].name",
    ),
    (
        r#"{"messages":[{"role":"user","content":"x"}],"n":2}"#,
        "invalid_value",
        "n",
    ),
    (
        r#"{"messages":[{"role":"user","content":"x"}],"functions":[{"name":"f"}]}"#,
        "invalid_value",
        "functions",
    ),
    (
        r#"{"messages":[{"role":"user","content":"x"}],"modalities":["text","audio"]}"#,
        "invalid_value",
        "modalities",
    ),
];

#[tokio::test]
async fn what_a_conversation_does_not_keep_is_refused() {
    let provider = Provider::that(says(&["Yes."]));
    let (_app, alice, conversation) = conversing(&provider).await;
    for (body, code, param) in UNSTORABLE {
        println!("{body}");
        let mut body: Value = serde_json::from_str(body).unwrap();
        body["conversation"] = json!(conversation);
        alice.post(PATH, body).await.refused(code, Some(param));
    }
    let body = json!({ "messages": vec![user("x"); 101], "conversation": conversation });
    let answer = alice.post(PATH, body).await;
    answer.refused("invalid_value", Some("messages"));
    let twice = format!(
        r#"{{"messages":[{{"role":"user","content":"a","content":"b"}}],"conversation":"{conversation}"}}"#
    );
    let answer = alice.post_text(PATH, twice).await;
    answer.refused("duplicate_field", Some("messages[0].content"));
    assert!(said(&alice, &conversation).await.is_empty());
    assert!(provider.asked().is_empty(), "the model was asked");

    // Empty fields are allowed, since SDKs write them.
    let body = json!({
        "conversation": conversation, "n": 1, "tools": [], "tool_choice": "none", "functions": null,
        "modalities": ["text"],
        "messages": [
            { "role": "assistant", "content": "Hello!", "refusal": null, "annotations": [],
              "tool_calls": null },
            { "role": "developer", "content": "Be kind." },
            { "role": "user", "content": [
                { "type": "text", "text": "One" }, { "type": "text", "text": "Two" },
            ] },
        ],
    });
    alice.post(PATH, body).await.expect(200);
    let expected = [
        line("assistant", "Hello!"),
        line("developer", "Be kind."),
        line("user", "One\nTwo"),
        reply("Yes."),
    ];
    assert_eq!(said(&alice, &conversation).await, expected);
}

#[tokio::test]
async fn texts_of_the_same_meaning_are_read_alike() {
    let provider = Provider::that(says(&["Yes."]));
    let (_app, alice, conversation) = conversing(&provider).await;
    let body = r#"{ "n": 1.0, "tools": [ ], "functions": [
        ], "tool_choice": "n\u006fne", "function_call": [ ], "modalities": [ "t\u0065xt" ], "messages": [
        {"role": "us\u0065r", "content": "One", "tool_calls": [ ], "annotations": [] },
        {"role": "user", "content": [ {"type": "t\u0065xt", "text": "T\u0077o"} ]} ],"#;
    let body = format!("{body} \"conversation\": \"{conversation}\" }}");
    alice.post_text(PATH, body).await.expect(200);
    let expected = [line("user", "One"), line("user", "Two"), reply("Yes.")];
    assert_eq!(said(&alice, &conversation).await, expected);
    for (field, value) in [
        ("n", "1.5"),
        ("n", "\"1\""),
        ("n", "[1]"),
        ("functions", "{ }"),
        ("functions", "[ null ]"),
        ("function_call", "\"auto\""),
    ] {
        let body = format!(
            r#"{{"conversation":"{conversation}","messages":[{{"role":"user","content":"x"}}],"{field}":{value}}}"#
        );
        let answer = alice.post_text(PATH, body).await;
        answer.refused("invalid_value", Some(field));
    }
    provider.asked_once();
}

#[tokio::test]
async fn a_failure_leaves_the_conversation_as_it_was() {
    let json = "Content-Type: application/json\r\n";
    let tool = r#"{"choices":[{"message":{"content":"Let me see.","tool_calls":[{}]},"finish_reason":"tool_calls"}]}"#;
    let nul = r#"{"choices":[{"message":{"content":"a\u0000b"},"finish_reason":"stop"}]}"#;
    let cases = [
        (refuses("400 Bad Request", "no"), "model_request_refused"),
        (
            refuses("500 Internal Server Error", "oh"),
            "model_provider_error",
        ),
        (answers("200 OK", json, "{}"), "model_provider_error"),
        (says(&[]), "model_provider_error"),
        (answers("200 OK", json, tool), "model_provider_error"),
        (answers("200 OK", json, nul), "model_provider_error"),
        (
            Play::Says(vec!["x".repeat(600_000), "x".repeat(400_001)]),
            "model_provider_error",
        ),
    ];
    for (play, code) in cases {
        let provider = Provider::that(play);
        let app = asking(&provider).await;
        let alice = app.alice();
        let conversation = alice
            .conversation(json!({ "items": [user("Before")] }))
            .await;
        let before = app.schema.contents().await;
        let body = json!({ "messages": [user("Hello")], "conversation": conversation });
        alice.post(PATH, body).await.failure(code);
        assert_eq!(app.schema.contents().await, before, "{code}");
    }
}

#[tokio::test]
async fn unknown_and_foreign_conversations_are_not_found() {
    let provider = Provider::that(says(&["Yes."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let theirs = app.bob().conversation(json!({})).await;
    for id in [theirs.as_str(), "conv_01ARZ3NDEKTSV4RRFFQ69G5FAV", "x", ""] {
        for stream in [false, true] {
            let body = json!({ "messages": [user("Hello")], "conversation": id, "stream": stream });
            let answer = alice.post(PATH, body).await;
            answer.refused("conversation_not_found", Some("conversation"));
        }
        let body = json!({ "messages": [user("Hello")], "conversation": { "id": id } });
        let answer = alice.post(PATH, body).await;
        answer.failure("conversation_not_found");
    }
    assert!(provider.asked().is_empty());
}

#[tokio::test]
async fn a_turn_that_does_not_fit_is_not_stored_in_part() {
    let provider = Provider::that(says(&["Yes."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let conversation = rows::conversations(&app.schema, 1).await.remove(0);
    rows::items(&app.schema, &conversation, 9_997, "'x'").await;
    let body =
        |count: usize| json!({ "messages": vec![user("x"); count], "conversation": conversation });
    // Three and a reply are one too many, and no model is asked.
    let answer = alice.post(PATH, body(3)).await;
    answer.refused("conversation_full", None);
    assert_eq!(answer.header("x-should-retry"), "false");
    assert!(provider.asked().is_empty());
    // There is room for two messages and a reply.
    alice.post(PATH, body(2)).await.expect(200);
    alice
        .post(PATH, body(1))
        .await
        .refused("conversation_full", None);
    let path = format!("/v1/conversations/{conversation}?include_items=false");
    assert_eq!(alice.get(&path).await.expect(200)["item_count"], 10_000);
    rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn turns_that_race_for_the_last_places_are_whole() {
    let provider = Provider::that(says(&["Yes."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let conversation = rows::conversations(&app.schema, 1).await.remove(0);
    rows::items(&app.schema, &conversation, 9_989, "'x'").await;
    let body = json!({ "messages": [user("a"), user("b")], "conversation": conversation });
    let all = (0..8).map(|_| alice.post(PATH, body.clone()));
    let answers = futures_util::future::join_all(all).await;
    let stored = answers.iter().filter(|answer| answer.status == 200).count();
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.refused("conversation_full", None);
    }
    assert_eq!(stored, 3);
    let path = format!("/v1/conversations/{conversation}/items?order=desc&limit=9");
    let last = alice.get(&path).await.expect(200);
    let roles: Vec<_> = last["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["role"].clone())
        .collect();
    assert_eq!(roles, ["assistant", "user", "user"].repeat(3));
    rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn a_conversation_deleted_meanwhile_is_not_resurrected() {
    let provider = Provider::that(says_when_told(&["Yes."]));
    let (app, alice, conversation) = conversing(&provider).await;
    let body = json!({ "messages": [user("Hello")], "conversation": conversation, "stream": true });
    let (answer, ()) = tokio::join!(alice.post(PATH, body), async {
        provider.was_asked(1).await;
        let path = format!("/v1/conversations/{conversation}");
        alice.delete(&path).await.expect_nothing(204);
        provider.go_on(100);
    });
    // The head was sent before.
    assert_eq!(answer.status, 200);
    let last = answer.text().trim_end().rsplit("data: ").next().unwrap();
    let error: Value = serde_json::from_str(last).unwrap();
    assert_eq!(error["error"]["code"], "conversation_not_found");
    assert!(!answer.text().contains("[DONE]"));
    assert_eq!(app.schema.value("select count(*) from items").await, "0");
    assert_eq!(
        app.schema.value("select count(*) from conversations").await,
        "0"
    );
}

#[tokio::test]
async fn messages_added_meanwhile_stay_in_between() {
    let provider = Provider::that(says_when_told(&["Yes."]));
    let (_app, alice, conversation) = conversing(&provider).await;
    let body = json!({ "messages": [user("Hello")], "conversation": conversation, "stream": true });
    let (answer, ()) = tokio::join!(alice.post(PATH, body), async {
        provider.was_asked(1).await;
        alice.say(&conversation, "Meanwhile").await;
        provider.go_on(100);
    });
    assert_eq!(answer.status, 200);
    let expected = [
        line("user", "Meanwhile"),
        line("user", "Hello"),
        reply("Yes."),
    ];
    assert_eq!(said(&alice, &conversation).await, expected);
}

#[tokio::test]
async fn the_instruction_and_the_newest_messages_that_fit_are_told() {
    let provider = Provider::that(says(&["Yes."]));
    let app = TestApp::spawn_with(|parts| {
        parts.provider = provider.connected();
        parts.context_tokens = 256;
    })
    .await;
    let alice = app.alice();
    let project = json!({ "title": "P", "instruction": "Be brief." });
    let project = id(&alice.post("/v1/projects", project).await.expect(201));
    let said = |role: &str, text: String| json!({ "role": role, "content": text });
    let items: Vec<_> = (0..6)
        .flat_map(|turn| {
            let question = said("user", format!("question {turn} {}", "x".repeat(100)));
            [
                question,
                said("assistant", format!("answer {turn} {}", "y".repeat(100))),
            ]
        })
        .collect();
    let conversation = json!({ "project_id": project, "items": items });
    let conversation = alice.conversation(conversation).await;
    let body = json!({ "messages": [user(&"z".repeat(240))], "conversation": conversation });
    let answer = alice.post(PATH, body).await;
    assert_eq!(answer.header("x-context-truncated"), "true");
    answer.expect(200);
    // 256 tokens, less 7 for the instruction and 64 for the new message, are 5 messages of 32 or 33;
    // the oldest of them is an answer without its question.
    let prompt = provider.asked_once().prompt();
    let begins: Vec<_> = prompt.iter().map(|line| line.split_at(16).0).collect();
    let expected = [
        "system: Be brief",
        "user: question 4",
        "assistant: answe",
        "user: question 5",
        "assistant: answe",
        "user: zzzzzzzzzz",
    ];
    assert_eq!(begins, expected);

    // A message that fills the window is sent all the same, with the instruction only.
    let body = json!({ "messages": [user(&"z".repeat(2_000))], "conversation": conversation });
    alice.post(PATH, body).await.expect(200);
    let prompt = provider.asked()[1].prompt();
    assert_eq!(prompt.len(), 2);
    assert_eq!(prompt[0], "system: Be brief.");

    let short = alice.conversation(json!({})).await;
    let body = json!({ "messages": [user("Hello")], "conversation": short });
    let answer = alice.post(PATH, body).await;
    assert_eq!(answer.header("x-context-truncated"), "false");
}
