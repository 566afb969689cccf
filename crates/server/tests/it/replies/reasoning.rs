//! The reasoning of a model, apart from its text: where it shows, and where it does not.

use super::{items, path, said};
use crate::app::{Actor, TestApp, id};
use crate::events::events;
use crate::provider::{Play, Provider, STREAM, end, event};
use crate::rows;
use crate::shares::link;
use reqwest::Method;
use serde_json::{Value, json};

/// A stream that thinks one thing and says another, in the way of most servers.
fn thinks(thought: &str, text: &str) -> Play {
    let chunk = json!({ "choices": [{ "index": 0, "delta": { "reasoning_content": thought } }] });
    let said = format!("{STREAM}data: {chunk}\n\n{}{}", event(text), end());
    Play::Bytes(said.into_bytes())
}

async fn thinking(thought: &str, text: &str) -> (TestApp, Provider) {
    let provider = Provider::that(thinks(thought, text));
    let app = TestApp::spawn_with(|parts| parts.provider = provider.connected()).await;
    (app, provider)
}

/// Where a reply was written to "Why?": the conversation and the item.
async fn replied(alice: &Actor) -> (String, String) {
    let (conversation, ids) = said(alice, &[("user", "Why?")]).await;
    let reply = alice.post(&path(&conversation, &ids[0]), json!({})).await;
    (conversation, id(&reply.expect(201)))
}

#[tokio::test]
async fn it_is_told_as_it_is_thought_and_stands_beside_the_reply() {
    let (app, _provider) = thinking("Let me see.", "Because.").await;
    let alice = app.alice();
    let (conversation, ids) = said(&alice, &[("user", "Why?")]).await;
    let body = json!({ "stream": true });
    let answer = alice.post(&path(&conversation, &ids[0]), body).await;
    let told = events(answer.text());
    let names: Vec<_> = told.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["item.reasoning_delta", "item.delta", "item.completed"]
    );
    assert_eq!(told[0].1, json!({ "text": "Let me see." }));
    assert_eq!(told[1].1, json!({ "text": "Because." }));
    let item = &told[2].1["item"];
    assert_eq!(item["reasoning"], "Let me see.");
    assert_eq!(item["content"], "Because.");
    assert_eq!(
        items(&alice, &conversation).await,
        [items(&alice, &conversation).await[0].clone(), item.clone()]
    );
    assert_eq!(
        items(&alice, &conversation).await[0]["reasoning"],
        Value::Null
    );
}

#[tokio::test]
async fn versions_and_exports_have_the_reasoning_and_an_edit_does_not() {
    let (app, _provider) = thinking("First line.\n</details>\n```", "Because.").await;
    let alice = app.alice();
    let (conversation, reply) = replied(&alice).await;
    let item = format!("/v1/conversations/{conversation}/items/{reply}");
    let thought = "First line.\n</details>\n```";
    let edited = json!({ "content": "My own words." });
    let edited = alice
        .call_with(Method::PUT, &format!("{item}/edit"), &edited)
        .await;
    assert_eq!(edited.expect(200)["reasoning"], Value::Null);
    let versions = alice.get(&format!("{item}/versions")).await.expect(200);
    let of = |version: &Value| version["reasoning"].as_str().map(str::to_owned);
    let told: Vec<_> = versions["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(of)
        .collect();
    assert_eq!(told, [Some(thought.to_owned()), None]);
    let restored = alice
        .post(&format!("{item}/versions/1/restore"), json!({}))
        .await;
    assert_eq!(restored.expect(200)["reasoning"], thought);
    // The same text again is not a new version, and the reasoning stays.
    let same = json!({ "content": "Because." });
    let same = alice
        .call_with(Method::PUT, &format!("{item}/edit"), &same)
        .await
        .expect(200);
    assert_eq!(
        (&same["version"], &same["reasoning"]),
        (&json!(3), &json!(thought))
    );

    let export = format!("/v1/conversations/{conversation}/export");
    let exported = alice.get(&export).await.expect(200)["items"][1].clone();
    assert_eq!(exported["reasoning"], thought);
    let earlier = exported["earlier_versions"].as_array().unwrap();
    assert_eq!(earlier.iter().map(of).collect::<Vec<_>>(), told);
    let markdown = alice.get(&format!("{export}?format=md")).await;
    let folded = "<details>\n<summary>Thoughts</summary>\n\n> First line.\n> &lt;/details>\n> ```\n\n</details>\n\nBecause.\n";
    assert!(markdown.text().ends_with(folded), "{}", markdown.text());
    rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn no_model_is_told_it_again_and_no_link_shows_it() {
    let (app, provider) = thinking("It is a secret.", "Because.").await;
    let (alice, bob) = (app.alice(), app.bob());
    let (conversation, reply) = replied(&alice).await;
    let question = json!({ "role": "user", "content": "And now?" });
    let chat = json!({ "conversation": conversation, "messages": [question], "stream": true });
    alice.post("/v1/chat/completions", chat).await;
    alice
        .post(&path(&conversation, &reply), json!({}))
        .await
        .expect(200);
    for asked in provider.asked() {
        assert!(!asked.body.contains("secret"), "{}", asked.body);
    }
    assert_hidden(&alice, &bob, &conversation, "secret").await;
}

/// Neither a link nor a copy shows this.
async fn assert_hidden(alice: &Actor, bob: &Actor, conversation: &str, secret: &str) {
    let link = link(&alice.share(conversation, json!({})).await);
    for format in ["json", "html", "md"] {
        let shown = bob.get(&format!("{link}?format={format}")).await;
        assert_eq!(shown.status, 200, "{format}");
        assert!(
            shown.text().contains("Because."),
            "{format}: {}",
            shown.text()
        );
        assert!(!shown.text().contains(secret), "{format}: {}", shown.text());
    }
    let copy = id(&bob
        .post(&format!("{link}/fork"), json!({}))
        .await
        .expect(201));
    let copy = format!("/v1/conversations/{copy}");
    let item = id(&bob.get(&copy).await.expect(200)["items"][1]);
    let edit = format!("{copy}/items/{item}/edit");
    let text = json!({ "content": "Mine." });
    bob.call_with(Method::PUT, &edit, &text).await.expect(200);
    for path in [
        "",
        "/items",
        "/export",
        "/export?format=md",
        &format!("/items/{item}/versions"),
    ] {
        let found = bob.get(&format!("{copy}{path}")).await;
        assert_eq!(found.status, 200, "{path}");
        assert!(!found.text().contains(secret), "{path}: {}", found.text());
    }
    let restore = format!("{copy}/items/{item}/versions/1/restore");
    let restored = bob.post(&restore, json!({})).await.expect(200);
    assert_eq!(
        (&restored["content"], &restored["reasoning"]),
        (&json!("Because."), &Value::Null)
    );
}

#[tokio::test]
async fn replies_that_were_stored_with_thoughts_in_them_are_read_apart() {
    let (app, provider) = thinking("", "Well.").await;
    let (alice, bob) = (app.alice(), app.bob());
    let (conversation, reply) = replied(&alice).await;
    // As earlier versions have stored it.
    let stored = rows::stored(&conversation);
    let old = format!(
        "update items set content = E'<think>\\nA secret.\\n</think>\\n\\nBecause.',
            reasoning_version = null, reasoning = null
        where conversation_id = '{stored}' and role = 3"
    );
    app.schema.rows(&old).await;
    let found = items(&alice, &conversation).await[1].clone();
    assert_eq!(
        (&found["content"], &found["reasoning"]),
        (&json!("Because."), &json!("A secret."))
    );
    let item = format!("/v1/conversations/{conversation}/items/{reply}");
    let same = json!({ "content": "Because." });
    let same = alice
        .call_with(Method::PUT, &format!("{item}/edit"), &same)
        .await
        .expect(200);
    assert_eq!(same["version"], 1);
    assert_hidden(&alice, &bob, &conversation, "secret").await;
    let question = json!({ "role": "user", "content": "And now?" });
    let chat = json!({ "conversation": conversation, "messages": [question], "stream": true });
    alice.post("/v1/chat/completions", chat).await;
    let asked = provider.asked().pop().unwrap();
    assert_eq!(
        asked.prompt(),
        ["user: Why?", "assistant: Because.", "user: And now?"]
    );
    // Another version, and back.
    alice
        .post(&path(&conversation, &reply), json!({}))
        .await
        .expect(200);
    let versions = alice.get(&format!("{item}/versions")).await.expect(200);
    assert_eq!(versions["data"][0]["content"], "Because.");
    assert_eq!(versions["data"][0]["reasoning"], "A secret.");
    let restored = alice
        .post(&format!("{item}/versions/1/restore"), json!({}))
        .await;
    assert_eq!(restored.expect(200)["reasoning"], "A secret.");
}

#[tokio::test]
async fn replies_of_an_earlier_version_do_not_get_earlier_thoughts() {
    let (app, _provider) = thinking("Let me see.", "Because.").await;
    let alice = app.alice();
    let (conversation, _) = replied(&alice).await;
    let stored = rows::stored(&conversation);
    let edited = format!(
        "update items set content = 'Edited.', model = null, version = version + 1
        where conversation_id = '{stored}' and role = 3"
    );
    app.schema.rows(&edited).await;
    let found = items(&alice, &conversation).await[1].clone();
    assert_eq!(
        (&found["content"], &found["reasoning"]),
        (&json!("Edited."), &Value::Null)
    );
}

#[tokio::test]
async fn messages_of_people_are_never_split() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let written = "<think>\nMine.\n</think>\n\nBecause.";
    let messages = [("user", written), ("assistant", written)];
    let (conversation, _) = said(&alice, &messages).await;
    for item in items(&alice, &conversation).await {
        assert_eq!(
            (&item["content"], &item["reasoning"]),
            (&json!(written), &Value::Null)
        );
    }
}

#[tokio::test]
async fn thoughts_take_room_and_leave_it() {
    let (app, _provider) = thinking(&"é".repeat(1_000), "Because.").await;
    let alice = app.alice();
    let (conversation, reply) = replied(&alice).await;
    let bytes = format!(
        "select bytes from conversations where id = '{}'",
        rows::stored(&conversation)
    );
    alice.get("/auth/me").await.expect(200);
    app.count_usage().await;
    let held: u64 = app.schema.value(&bytes).await.parse().unwrap();
    assert_eq!(held, 4 + 128 + 8 + 2_000 + 128);
    let question = json!({ "role": "user", "content": "Why?" });
    let chat = json!({ "conversation": conversation, "messages": [question], "stream": true });
    alice.post("/v1/chat/completions", chat).await;
    rows::assert_consistent(&app.schema).await;
    alice
        .post(&path(&conversation, &reply), json!({}))
        .await
        .expect(200);
    rows::assert_consistent(&app.schema).await;
    let item = format!("/v1/conversations/{conversation}/items/{reply}");
    alice.delete(&item).await.expect_nothing(204);
    rows::assert_consistent(&app.schema).await;
}
