//! `POST /jan/v1/chat/completions`.

use super::{PATH, asking, total};
use crate::chat::user;
use crate::jan::{add, conversation, message};
use crate::provider::{Provider, says};
use crate::purge::until;
use serde_json::{Value, json};

/// The data of each event.
fn data(text: &str) -> Vec<&str> {
    let lines = text.lines();
    lines
        .filter_map(|line| line.strip_prefix("data: "))
        .collect()
}

#[tokio::test]
async fn a_conversation_is_made_if_the_request_names_none_and_the_answer_names_it() {
    let provider = Provider::that(says(&["Oslo."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    for (number, more) in [
        json!({ "store": true }),
        json!({ "conversation": {} }),
        json!({ "conversation": "" }),
        json!({ "referrer": "jan-web" }),
    ]
    .into_iter()
    .enumerate()
    {
        let mut body = json!({ "messages": [user("Capital of Norway?")], "store_reasoning": true,
            "deep_research": false, "enable_thinking": false });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let answer = alice.post(PATH, body).await.expect(200);
        assert_eq!(answer["conversation"]["title"], "Capital of Norway?");
        let one = answer["conversation"]["id"].as_str().unwrap();
        let path = format!("/jan/v1/conversations/{one}");
        let items = alice.get(&format!("{path}/items")).await.expect(200);
        assert_eq!(items["total"], 2, "{more}");
        let found = alice.get(&path).await.expect(200);
        assert_eq!(found.get("referrer"), more.get("referrer"));
        assert_eq!(total(&alice).await, number + 1);
    }
    // Jan's own fields do not reach the provider.
    let asked = provider.asked()[0].json();
    let fields: Vec<_> = asked.as_object().unwrap().keys().cloned().collect();
    assert_eq!(fields, ["messages", "model"]);
}

#[tokio::test]
async fn the_last_chunk_has_the_conversation() {
    let provider = Provider::that(says(&["Os", "lo."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    for named in [json!({ "id": one, "title": "x" }), json!(one)] {
        let body = json!({ "messages": [user("Capital?")], "conversation": named, "stream": true });
        let answer = alice.post(PATH, body).await;
        let events = data(answer.text());
        let [.., last, done] = events.as_slice() else {
            panic!("{events:?}")
        };
        assert_eq!(*done, "[DONE]");
        let last: Value = serde_json::from_str(last).unwrap();
        assert_eq!(
            last["conversation"],
            json!({ "id": one, "title": "Capital?" })
        );
    }
    assert_eq!(total(&alice).await, 1);
}

#[tokio::test]
async fn a_chat_is_stored_only_if_asked_for() {
    let provider = Provider::that(says(&["Oslo."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    for more in [json!({}), json!({ "store": false })] {
        let mut body = json!({ "messages": [user("Capital?")] });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let answer = alice.post(PATH, body).await.expect(200);
        assert!(answer.get("conversation").is_none());
    }
    assert_eq!(total(&alice).await, 0);
    // The model sees the conversation, and the turn is not stored.
    let one = conversation(&alice, json!({})).await;
    add(
        &alice,
        &one,
        &[message("user", "Hi"), message("assistant", "Hello!")],
    )
    .await;
    let body = json!({ "messages": [user("Capital?")], "conversation": one, "store": false });
    alice.post(PATH, body).await.expect(200);
    let told = provider.asked().last().unwrap().prompt();
    assert_eq!(told, ["user: Hi", "assistant: Hello!", "user: Capital?"]);
    let items = alice
        .get(&format!("/jan/v1/conversations/{one}/items"))
        .await
        .expect(200);
    assert_eq!(items["total"], 2);
}

#[tokio::test]
async fn a_client_that_leaves_early_finds_the_reply_in_the_conversation() {
    let provider = Provider::that(says(&["Oslo."]));
    let app = asking(&provider).await;
    let holder = app.schema.connected().await;
    let lock = "begin; lock table conversations in share mode";
    holder.batch_execute(lock).await.unwrap();
    let body = json!({ "messages": [user("Capital of Norway?")], "store": true }).to_string();
    let line = format!("POST {PATH}");
    let leaving = app.asked_by_alice(line.as_bytes(), body.as_bytes()).await;
    let waiting = "select count(*) from pg_locks
        where relation = 'conversations'::regclass and not granted";
    until(&app.schema, waiting, 60, |count| count > 0).await;
    // As one whose machine is gone: the service is told at once.
    leaving.set_zero_linger().unwrap();
    drop(leaving);
    app.alice().get("/v1/models").await.expect(200);
    holder.batch_execute("commit").await.unwrap();
    until(&app.schema, "select count(*) from items", 60, |count| {
        count == 2
    })
    .await;
    drop(holder);
}
