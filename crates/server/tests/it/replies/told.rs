//! The messages for the model, as they arrive at the provider.

use super::{path, said};
use crate::app::TestApp;
use crate::provider::{Provider, says};
use reqwest::Method;
use serde_json::{Value, json};

async fn told(strict: bool, messages: &[(&str, &str)], sent: Value) -> Vec<String> {
    let provider = Provider::that(says(&["Yes."]));
    let app = TestApp::spawn_with(|parts| {
        parts.provider = provider.connected_with(|it| it.strict_roles = strict);
    })
    .await;
    let alice = app.alice();
    let project = alice.project("Mine").await;
    let instruction = json!({ "instruction": "Be kind." });
    let at = format!("/v1/projects/{project}");
    alice
        .call_with(Method::PATCH, &at, &instruction)
        .await
        .expect(200);
    let (conversation, ids) = said(&alice, messages).await;
    let belongs = json!({ "project_id": project });
    alice
        .patch(&format!("/v1/conversations/{conversation}"), belongs)
        .await
        .expect(200);
    match sent {
        Value::Null => {
            let path = path(&conversation, ids.last().unwrap());
            alice.post(&path, json!({})).await.expect(201);
        }
        sent => {
            let body = json!({ "conversation": conversation, "messages": sent });
            alice.post("/v1/chat/completions", body).await.expect(200);
        }
    }
    provider.asked_once().prompt()
}

const MESSAGES: &[(&str, &str)] = &[
    ("developer", "Be brief."),
    ("assistant", "Hello!"),
    ("user", "One."),
    ("user", " \n"),
    ("user", "Two?"),
];

#[tokio::test]
async fn there_is_one_system_message_and_no_blank_one() {
    let expected = [
        "system: Be kind.\n\nBe brief.",
        "assistant: Hello!",
        "user: One.",
        "user: Two?",
    ];
    assert_eq!(told(false, MESSAGES, Value::Null).await, expected);
    let sent = json!([{ "role": "system", "content": "Be brief." }, { "role": "user", "content": "Three?" }]);
    let expected = [&expected[..], &["user: Three?"]].concat();
    assert_eq!(told(false, MESSAGES, sent).await, expected);
}

#[tokio::test]
async fn a_profile_is_told_between_the_instruction_and_the_conversations_own() {
    let provider = Provider::that(says(&["Yes."]));
    let app = TestApp::spawn_with(|parts| parts.provider = provider.connected()).await;
    let alice = app.alice();
    let settings = "/v1/users/me/settings";
    let profile = json!({ "profile": { "nickname": "Ada", "style": "concise" } });
    alice.patch(settings, profile).await.expect(200);
    let body = json!({ "title": "P", "instruction": "Be kind." });
    let project = alice.post("/v1/projects", body).await.expect(201);
    let (conversation, ids) = said(&alice, &[("system", "Be brief."), ("user", "One?")]).await;
    let at = format!("/v1/conversations/{conversation}");
    let belongs = json!({ "project_id": project["id"] });
    alice.patch(&at, belongs).await.expect(200);
    let with =
        "system: Be kind.\n\nThe user says of themselves:\nName: Ada\nTone: concise\n\nBe brief.";
    let without = "system: Be kind.\n\nBe brief.";
    for (change, system) in [
        (json!({}), with),
        (json!({ "use_profile": false }), without),
        (json!({ "use_profile": null }), with),
        (json!({ "profile": null }), without),
    ] {
        alice.patch(settings, change.clone()).await.expect(200);
        let path = path(&conversation, ids.last().unwrap());
        let answer = alice.post(&path, json!({})).await;
        assert!(answer.status < 300, "{}", answer.text());
        let chat = json!({ "conversation": conversation, "messages": [{ "role": "user", "content": "Two?" }] });
        alice.post("/v1/chat/completions", chat).await.expect(200);
        let asked = provider.asked();
        for told in &asked[asked.len() - 2..] {
            assert_eq!(told.prompt()[0], system, "{change}");
        }
    }
    // A chat that is kept nowhere is the client's alone.
    alice
        .patch(settings, json!({ "profile": { "nickname": "Ada" } }))
        .await
        .expect(200);
    let chat = json!({ "messages": [{ "role": "user", "content": "Two?" }] });
    alice.post("/v1/chat/completions", chat).await.expect(200);
    assert_eq!(provider.asked().last().unwrap().prompt(), ["user: Two?"]);
}

#[tokio::test]
async fn strict_templates_are_told_turns() {
    let system =
        "system: Be kind.\n\nBe brief.\n\nYou began the conversation with these words:\nHello!";
    let expected = [system, "user: One.\n\nTwo?"];
    assert_eq!(told(true, MESSAGES, Value::Null).await, expected);
    let sent = json!([{ "role": "user", "content": [{ "type": "text", "text": "Three?" }] }]);
    let expected = [system, "user: One.\n\nTwo?\n\nThree?"];
    assert_eq!(told(true, MESSAGES, sent).await, expected);
}
