//! Streams that are told again: from the beginning while they are written, and at once afterwards.

use super::{KEY, beside, is_replayed, keyed};
use crate::app::{TestApp, id};
use crate::chat::{PATH, conversing, said as held, user};
use crate::events::events;
use crate::provider::{Provider, says_when_told};
use crate::replies::{contents, path, said};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

fn data(text: &str) -> Vec<Value> {
    let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
    data.filter_map(|json| serde_json::from_str(json).ok())
        .collect()
}

/// The texts of a chat's chunks, and its conversation.
fn chunks(text: &str) -> (Vec<String>, Value) {
    assert!(text.ends_with("data: [DONE]\n\n"), "{text}");
    let data = data(text);
    let texts = data.iter();
    let texts = texts.filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str());
    let texts = texts.filter(|text| !text.is_empty()).map(str::to_owned);
    let last = data.last().unwrap();
    assert_eq!(last["choices"][0]["finish_reason"], "stop", "{last}");
    (texts.collect(), last["conversation"].clone())
}

#[tokio::test]
async fn a_repeated_chat_joins_the_one_under_way_from_its_first_word() {
    let provider = Provider::that(says_when_told(&["One ", "two ", "three"]));
    let (app, alice, conversation) = conversing(&provider).await;
    let body = json!({
        "messages": [user("Count")], "conversation": conversation, "stream": true,
    });
    let mut first = asked_with_key(&app, "k", &body).await;
    provider.was_asked(1).await;
    provider.go_on(1);
    until(&mut first, "One ").await;
    // The first client is gone; the server completes the answer.
    drop(first);
    let (again, ()) = tokio::join!(keyed(&alice, PATH, "k", &body), async {
        provider.go_on(100);
    });
    assert!(is_replayed(&again));
    let (texts, kept) = chunks(again.text());
    assert_eq!(texts.concat(), "One two three");
    assert_eq!(kept["id"], conversation);
    let stored = keyed(&alice, PATH, "k", &body).await;
    assert_eq!(chunks(stored.text()).0, ["One two three"]);
    let other = beside(&app, |_| {});
    let stored = keyed(&other.alice(), PATH, "k", &body).await;
    assert_eq!(chunks(stored.text()).0, ["One two three"]);
    assert_eq!(provider.asked().len(), 1);
    assert_eq!(held(&alice, &conversation).await.len(), 2);
}

#[tokio::test]
async fn a_repeated_reply_joins_the_one_under_way_and_is_told_as_one_delta_later() {
    let provider = Provider::that(says_when_told(&["One ", "two"]));
    let app = TestApp::spawn_with(|parts| parts.provider = provider.connected()).await;
    let alice = app.alice();
    let (conversation, ids) = said(&alice, &[("user", "Count")]).await;
    let path = path(&conversation, &ids[0]);
    let body = json!({ "stream": true });
    let (first, again, ()) = tokio::join!(
        keyed(&alice, &path, "k", &body),
        async {
            provider.was_asked(1).await;
            keyed(&alice, &path, "k", &body).await
        },
        async {
            provider.was_asked(1).await;
            provider.go_on(100);
        },
    );
    assert!(!is_replayed(&first) && is_replayed(&again));
    let stored = keyed(&alice, &path, "k", &body).await;
    for answer in [&first, &again, &stored] {
        let events = events(answer.text());
        let (last, deltas) = events.split_last().unwrap();
        let texts: Vec<_> = deltas
            .iter()
            .map(|(_, data)| data["text"].as_str().unwrap())
            .collect();
        assert_eq!(texts.concat(), "One two");
        assert_eq!(last.0, "item.completed");
        assert_eq!(last.1["item"]["content"], "One two");
        assert_eq!(last.1["finish_reason"], "stop");
    }
    assert_eq!(events(stored.text()).len(), 2);
    assert_eq!(contents(&alice, &conversation).await, ["Count", "One two"]);
    assert_eq!(provider.asked().len(), 1);
}

#[tokio::test]
async fn each_chunk_of_a_repeated_chat_names_the_answer_and_its_model() {
    let provider = Provider::that(says_when_told(&["One ", "two"]));
    let (app, alice, conversation) = conversing(&provider).await;
    let body = json!({
        "messages": [user("Count")], "conversation": conversation, "stream": true,
    });
    let mut first = asked_with_key(&app, "k", &body).await;
    provider.was_asked(1).await;
    provider.go_on(1);
    until(&mut first, "One ").await;
    let request = alice.request(Method::POST, PATH).header(KEY, "k");
    let mut answer = request.json(&body).send().await.unwrap();
    let mut joined = Vec::new();
    while !String::from_utf8_lossy(&joined).contains("One ") {
        joined.extend(answer.chunk().await.unwrap().expect("it ended early"));
    }
    provider.go_on(100);
    joined.extend(answer.bytes().await.unwrap());
    let joined = String::from_utf8(joined).unwrap();
    let stored = keyed(&alice, PATH, "k", &body).await;
    let whole = alice
        .get(&format!("/v1/conversations/{conversation}"))
        .await;
    let reply = id(&whole.expect(200)["items"][1]);
    let stored_id = reply.replacen("item_", "chatcmpl-", 1);
    assert!(is_replayed(&stored));
    for (told, id) in [(joined.as_str(), "chatcmpl-1"), (stored.text(), &stored_id)] {
        for chunk in data(told) {
            assert_eq!(chunk["id"], id, "{chunk}");
            assert_eq!(chunk["model"], "test-model-0613", "{chunk}");
        }
    }
}

/// A stream that alice has asked for with a key, on a connection of its own.
async fn asked_with_key(app: &TestApp, key: &str, body: &Value) -> TcpStream {
    let line = format!("POST {PATH}");
    let request = app.by_alice(line.as_bytes(), body.to_string().as_bytes());
    let request = String::from_utf8(request).unwrap();
    let marked = format!("Host: localhost\r\n{KEY}: {key}\r\n");
    let request = request.replacen("Host: localhost\r\n", &marked, 1);
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// Reads until this has come.
async fn until(stream: &mut TcpStream, text: &str) {
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains(text) {
        assert_ne!(stream.read_buf(&mut seen).await.unwrap(), 0);
    }
}
