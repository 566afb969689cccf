//! A conversation that was made for a chat is there only where the chat is stored in it.

use super::{PATH, asking, chat, only_one, total};
use crate::chat::{line, reply, said, user};
use crate::jan::refused;
use crate::provider::{Play, Provider, STREAM, event, refuses, says};
use crate::repeats::{is_replayed, keyed};
use serde_json::json;

#[tokio::test]
async fn a_chat_that_fails_leaves_no_conversation() {
    let broken = format!(
        "{STREAM}{}data: {{\"error\":{{\"message\":\"no\"}}}}\n\n",
        event("Os")
    );
    let provider = Provider::that(refuses("500 Internal Server Error", "no"));
    let app = asking(&provider).await;
    let alice = app.alice();
    for (play, code) in [
        (
            refuses("500 Internal Server Error", "no"),
            "model_provider_error",
        ),
        (refuses("404 Not Found", "no such model"), "model_not_found"),
        (refuses("400 Bad Request", "no"), "model_request_refused"),
        (Play::Bytes(broken.into_bytes()), "model_provider_error"),
    ] {
        provider.does(play);
        for wanted in [
            json!({ "store": true }),
            json!({ "referrer": "jan-web", "stream": true }),
            json!({ "conversation": {}, "stream": true }),
            json!({ "conversation": "" }),
        ] {
            let answer = alice.post(PATH, chat(wanted.clone())).await;
            assert!(answer.text().contains(code), "{wanted}: {}", answer.text());
            assert_eq!(total(&alice).await, 0, "{wanted} {code}");
        }
    }
    // A conversation that the client has named stays.
    let mine = alice.conversation(json!({})).await;
    let answer = alice
        .post(PATH, chat(json!({ "conversation": mine })))
        .await;
    refused(&answer, "model_provider_error", None);
    assert_eq!(only_one(&alice).await, mine);
}

#[tokio::test]
async fn a_chat_that_is_refused_makes_no_conversation() {
    let provider = Provider::that(says(&["Oslo."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    for (body, code, param) in [
        (
            json!({ "messages": [], "store": true }),
            "invalid_value",
            Some("messages"),
        ),
        (
            chat(json!({ "store": "yes" })),
            "invalid_type",
            Some("store"),
        ),
        (
            chat(json!({ "conversation": "conv_x" })),
            "conversation_not_found",
            Some("conversation"),
        ),
    ] {
        refused(&alice.post(PATH, body).await, code, param);
        assert_eq!(total(&alice).await, 0);
    }
    assert!(provider.asked().is_empty());
}

#[tokio::test]
async fn what_cannot_be_kept_is_refused_by_name() {
    let provider = Provider::that(says(&["Oslo."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let named = json!({ "role": "user", "content": "?", "name": "al" });
    let function = json!({ "role": "function", "name": "f", "content": "7" });
    let tools = json!([{ "type": "function", "function": { "name": "f" } }]);
    for (changes, param) in [
        (json!({ "messages": [named] }), "messages[0].name"),
        (
            json!({ "messages": [user("x"), function] }),
            "messages[1].role",
        ),
        (json!({ "functions": [{ "name": "f" }] }), "functions"),
        (json!({ "modalities": ["text", "audio"] }), "modalities"),
        (json!({ "n": 2 }), "n"),
    ] {
        let mut body = chat(json!({ "store": true }));
        let fields = body.as_object_mut().unwrap();
        fields.extend(changes.as_object().unwrap().clone());
        refused(&alice.post(PATH, body).await, "unsupported", Some(param));
        assert_eq!(total(&alice).await, 0);
    }
    assert!(provider.asked().is_empty());
    // A chat that is not stored goes to the provider unchanged.
    let body = json!({ "messages": [user("x")], "tools": tools });
    alice.post(PATH, body).await.expect(200);
}

#[tokio::test]
async fn a_chat_that_fails_can_be_sent_again_with_its_key() {
    for stream in [false, true] {
        let provider = Provider::that(refuses("500 Internal Server Error", "no"));
        let app = asking(&provider).await;
        let alice = app.alice();
        let body = chat(json!({ "store": true, "stream": stream }));
        for _ in 0..3 {
            let answer = keyed(&alice, PATH, "k", &body).await;
            assert!(!is_replayed(&answer));
            assert!(answer.text().contains("model_provider_error"));
            assert_eq!(total(&alice).await, 0);
        }
        provider.does(says(&["Oslo."]));
        for attempt in 0..2 {
            let answer = keyed(&alice, PATH, "k", &body).await;
            assert_eq!(answer.status, 200);
            assert_eq!(is_replayed(&answer), attempt > 0);
            let one = only_one(&alice).await;
            assert!(answer.text().contains(&one), "{}", answer.text());
            let turn = [line("user", "Capital?"), reply("Oslo.")];
            assert_eq!(said(&alice, &one).await, turn);
        }
    }
}
