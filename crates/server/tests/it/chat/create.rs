//! Completions that are not stored: requests, answers, and refusals.

use super::{PATH, asking, user};
use crate::app::TestApp;
use crate::provider::{Play, Provider, answers, refuses, says};
use infra::llm::NoProvider;
use serde_json::json;
use std::sync::Arc;

#[tokio::test]
async fn a_request_is_passed_on_with_all_its_fields_to_the_byte() {
    let provider = Provider::that(says(&["Oslo."]));
    let app = asking(&provider).await;
    let body = r#"{ "seed": 18446744073709551617, "model": "big-model",
        "messages": [ {"role":"user","content":"Capital?","name":"al\u00efce"} ],
        "logit_bias": {"50256": -100.0}, "tools": [{"type":"function","function":{"name":"f"}}], "n": 2 }"#;
    let answer = app.alice().post_text(PATH, body).await.expect(200);
    let asked = provider.asked_once();
    assert!(asked.head.starts_with("POST /v1/chat/completions HTTP/1.1"));
    let expected = r#"{"logit_bias":{"50256": -100.0},"messages":[ {"role":"user","content":"Capital?","name":"al\u00efce"} ],"model":"big-model","n":2,"seed":18446744073709551617,"tools":[{"type":"function","function":{"name":"f"}}]}"#;
    assert_eq!(asked.body, expected);
    // And the answer is the provider's.
    assert_eq!(answer["id"], "chatcmpl-1");
    assert_eq!(answer["choices"][0]["message"]["content"], "Oslo.");
    assert_eq!(answer["usage"]["total_tokens"], 7);
    assert_eq!(answer.get("conversation"), None);
}

#[tokio::test]
async fn a_conversation_by_another_name_is_refused_by_that_name() {
    let provider = Provider::that(says(&["Never."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    for id in [json!(conversation), json!("x"), json!(null)] {
        let body = json!({ "conversation_id": id, "messages": [user("Hello")] });
        let answer = alice.post(PATH, body).await;
        answer.refused("unknown_field", Some("conversation_id"));
        assert!(answer.text().contains("the field is `conversation`"));
    }
    assert_eq!(provider.asked().len(), 0);
}

#[tokio::test]
async fn a_part_that_is_not_text_is_refused_in_any_place() {
    let provider = Provider::that(says(&["Never."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    for (param, fields) in [
        ("messages", r#""messages":[{"role":"user","content":"X"}]"#),
        (
            "messages",
            r#""messages":[{"role":"user","content":[{"type":"text","text":"X"}]}]"#,
        ),
        ("user", r#""messages":[{"role":"user"}],"user":"X""#),
        ("model", r#""messages":[{"role":"user"}],"model":"X""#),
        (
            "metadata",
            r#""messages":[{"role":"user"}],"metadata":{"deep":{"X":1}}"#,
        ),
    ] {
        for (escape, code) in [(r"\ud800", "invalid_json"), (r"\u0000", "nul_character")] {
            let body = format!("{{{}}}", fields.replace('X', escape));
            println!("{body}");
            let answer = alice.post_text(PATH, body).await;
            answer.refused(code, Some(param));
        }
    }
    assert_eq!(provider.asked().len(), 0);
}

#[tokio::test]
async fn malformed_text_is_not_reported_as_another_type() {
    let app = asking(&Provider::obliging()).await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let message = r#"{"role":"user","content":"\ud800"}"#;
    let body = format!(r#"{{"conversation":"{conversation}","messages":[{message}]}}"#);
    let answer = alice.post_text(PATH, body).await;
    answer.refused("invalid_json", Some("messages"));
}

#[tokio::test]
async fn a_chat_without_a_conversation_is_not_stored() {
    let provider = Provider::obliging();
    let app = asking(&provider).await;
    let before = app.schema.contents().await;
    for stream in [false, true] {
        let body = json!({ "messages": [user("Hello")], "stream": stream, "conversation": null });
        let answer = app.alice().post(PATH, body).await;
        assert_eq!(answer.status, 200);
    }
    assert_eq!(app.schema.contents().await, before);
}

#[tokio::test]
async fn the_default_model_is_the_servers_own() {
    let provider = Provider::that(says(&["Yes."]));
    let app = asking(&provider).await;
    for body in [
        json!({ "messages": [user("Hello")] }),
        json!({ "messages": [user("Hello")], "model": null }),
    ] {
        app.alice().post(PATH, body).await.expect(200);
    }
    for asked in provider.asked() {
        assert_eq!(asked.json()["model"], "test-model");
    }
}

#[tokio::test]
async fn refusals_of_the_provider_are_passed_on() {
    let cases = [
        ("400 Bad Request", "model_request_refused"),
        ("422 Unprocessable Content", "model_request_refused"),
        ("404 Not Found", "model_not_found"),
        ("413 Payload Too Large", "model_request_too_large"),
    ];
    for (status, code) in cases {
        let provider = Provider::that(refuses(status, "no, because of this"));
        let app = asking(&provider).await;
        for stream in [false, true] {
            let body = json!({ "messages": [user("Hello")], "stream": stream });
            let answer = app.alice().post(PATH, body).await;
            assert_eq!(answer.failure(code)["message"], "no, because of this");
        }
        // A retry would fail again.
        assert_eq!(provider.asked().len(), 2);
    }
}

#[tokio::test]
async fn a_provider_that_limits_us_says_how_long_to_wait() {
    let limited = answers(
        "429 Too Many Requests",
        "Retry-After: 7\r\n",
        r#"{"error":{"message":"slow down"}}"#,
    );
    let provider = Provider::that(limited);
    let app = asking(&provider).await;
    let answer = app
        .alice()
        .post(PATH, json!({ "messages": [user("Hello")] }))
        .await;
    answer.refused("model_provider_rate_limited", None);
    assert_eq!(answer.header("retry-after"), "7");
    provider.asked_once();
}

#[tokio::test]
async fn a_failure_before_the_first_byte_is_an_ordinary_failure() {
    let json = "Content-Type: application/json\r\n";
    let cases = [
        (
            refuses("500 Internal Server Error", "oh"),
            "model_provider_error",
        ),
        (refuses("401 Unauthorized", "who?"), "model_provider_error"),
        (answers("200 OK", json, "<html>"), "model_provider_error"),
        (Play::Bytes(Vec::new()), "model_provider_error"),
    ];
    for (play, code) in cases {
        let provider = Provider::that(play);
        let app = asking(&provider).await;
        for stream in [false, true] {
            let body = json!({ "messages": [user("Hello")], "stream": stream });
            let answer = app.alice().post(PATH, body).await;
            answer.refused(code, None);
            assert!(!answer.text().contains("sk-test"));
        }
    }
}

#[tokio::test]
async fn without_a_provider_the_answer_names_the_missing_setting() {
    let app = TestApp::spawn_with(|parts| parts.provider = Arc::new(NoProvider)).await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    for body in [
        json!({ "messages": [user("Hello")] }),
        json!({ "messages": [user("Hello")], "stream": true }),
        json!({ "messages": [user("Hello")], "conversation": conversation }),
        json!({ "messages": [user("Hello")], "conversation": conversation, "stream": true }),
    ] {
        let answer = alice.post(PATH, body).await;
        answer.refused("model_provider_not_configured", None);
        assert!(answer.text().contains("LLM_BASE_URL"));
    }
    assert!(super::said(&alice, &conversation).await.is_empty());
}

#[tokio::test]
async fn a_request_of_the_wrong_form_is_refused_by_name() {
    let provider = Provider::obliging();
    let app = asking(&provider).await;
    let alice = app.alice();
    for (body, code, param) in [
        (r#"{}"#, "missing_field", Some("messages")),
        (r#"{"messages":null}"#, "missing_field", Some("messages")),
        (r#"{"messages":{}}"#, "invalid_type", Some("messages")),
        (r#"{"messages":"Hello"}"#, "invalid_type", Some("messages")),
        (
            r#"{"messages":[{},[]]}"#,
            "invalid_type",
            Some("messages[1]"),
        ),
        (
            r#"{"messages":[],"stream":1}"#,
            "invalid_type",
            Some("stream"),
        ),
        (
            r#"{"messages":[],"stream":"true"}"#,
            "invalid_type",
            Some("stream"),
        ),
        (
            r#"{"messages":[],"model":7}"#,
            "invalid_type",
            Some("model"),
        ),
        (
            r#"{"messages":[],"conversation":7}"#,
            "invalid_type",
            Some("conversation"),
        ),
        (
            r#"{"messages":[],"conversation":{}}"#,
            "invalid_type",
            Some("conversation"),
        ),
        (
            r#"{"messages":[],"conversation":{"id":1}}"#,
            "invalid_type",
            Some("conversation"),
        ),
        (
            r#"{"messages":[],"conversation":{"id":"x","name":1}}"#,
            "unknown_field",
            Some("conversation.name"),
        ),
        (
            r#"{"messages":[],"messages":[]}"#,
            "duplicate_field",
            Some("messages"),
        ),
        (
            r#"{"seed":1,"messages":[],"se\u0065d":2}"#,
            "duplicate_field",
            Some("seed"),
        ),
        (r#"[]"#, "invalid_type", None),
        (r#""Hello""#, "invalid_type", None),
        (r#"{"messages":[}"#, "invalid_json", None),
        (r#"{"messages":[]} x"#, "invalid_json", None),
        ("", "missing_field", None),
    ] {
        println!("{body}");
        alice.post_text(PATH, body).await.refused(code, param);
    }
}

#[tokio::test]
async fn unknown_fields_may_be_nested_deeply() {
    let provider = Provider::that(says(&["Yes."]));
    let app = asking(&provider).await;
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let body = format!(r#"{{"messages":[{{"role":"user","content":"x","y":{deep}}}],"x":{deep}}}"#);
    app.alice().post_text(PATH, body).await.expect(200);
    assert_eq!(provider.asked_once().body.matches(&deep).count(), 2);
    // Only chats that are stored are checked, and refused.
    let conversation = app.alice().conversation(json!({})).await;
    for body in [
        format!(
            r#"{{"messages":[{{"role":"user","content":{deep}}}],"conversation":"{conversation}"}}"#
        ),
        format!(r#"{{"messages":[],"conversation":{deep}}}"#),
    ] {
        assert_eq!(app.alice().post_text(PATH, body).await.status, 400);
    }
}
