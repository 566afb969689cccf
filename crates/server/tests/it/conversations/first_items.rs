//! Messages and metadata that come with a new conversation are stored whole, or not at all.

use crate::app::TestApp;
use serde_json::{Value, json};

const PATH: &str = "/v1/conversations";

fn messages(count: usize) -> Value {
    let texts = (1..=count).map(|number| format!("message {number}"));
    texts
        .map(|text| json!({ "role": "user", "content": text }))
        .collect()
}

async fn assert_nothing_stored(app: &TestApp) {
    for table in ["conversations", "items"] {
        let count = format!("select count(*) from {table}");
        assert_eq!(app.schema.value(&count).await, "0", "{table}");
    }
}

#[tokio::test]
async fn a_hundred_first_messages_fit() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let body = json!({ "items": messages(100) });
    let created = alice.post(PATH, body).await.expect(201);
    assert_eq!(created["item_count"], 100);
    let path = format!("{PATH}/{}", created["id"].as_str().unwrap());
    let conversation = alice.get(&path).await.expect(200);
    let items = conversation["items"].as_array().unwrap();
    let sent = messages(100);
    assert_eq!(items.len(), 100);
    for (item, sent) in items.iter().zip(sent.as_array().unwrap()) {
        assert_eq!(
            (&item["content"], &item["version"]),
            (&sent["content"], &json!(1))
        );
    }
    // The next one comes behind them.
    alice
        .say(created["id"].as_str().unwrap(), "message 101")
        .await;
    let conversation = alice.get(&path).await.expect(200);
    assert_eq!(conversation["items"][100]["content"], "message 101");
    crate::rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn a_hundred_and_one_first_messages_are_refused() {
    let app = TestApp::spawn().await;
    let refused = app
        .alice()
        .post(PATH, json!({ "items": messages(101) }))
        .await;
    refused.refused("invalid_value", Some("items"));
    assert_nothing_stored(&app).await;
}

#[tokio::test]
async fn one_bad_message_among_the_first_refuses_all() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let good = json!({ "role": "user", "content": "good" });
    let cases = [
        (
            json!({ "role": "user", "content": "" }),
            "invalid_value",
            "items[2].content",
        ),
        (
            json!({ "role": "user", "content": "\u{0}" }),
            "nul_character",
            "items[2].content",
        ),
        (
            json!({ "role": "user", "content": 7 }),
            "invalid_type",
            "items[2].content",
        ),
        (
            json!({ "role": "user" }),
            "missing_field",
            "items[2].content",
        ),
        (
            json!({ "role": "pope", "content": "x" }),
            "invalid_value",
            "items[2].role",
        ),
        (
            json!({ "role": "user", "content": "x", "call_id": "" }),
            "invalid_value",
            "items[2].call_id",
        ),
        (
            json!({ "role": "user", "content": "x", "call_id": "x".repeat(257) }),
            "invalid_value",
            "items[2].call_id",
        ),
        (
            json!({ "role": "user", "content": "x", "colour": "red" }),
            "unknown_field",
            "items[2].colour",
        ),
    ];
    for (bad, code, param) in cases {
        let body = json!({ "items": [good, good, bad, good] });
        alice.post(PATH, body).await.refused(code, Some(param));
    }
    assert_nothing_stored(&app).await;
}

#[tokio::test]
async fn a_call_id_given_twice_among_the_first_messages_is_refused() {
    let app = TestApp::spawn().await;
    let message = |call_id: &str| json!({ "role": "user", "content": "x", "call_id": call_id });
    let body = json!({ "items": [message("a"), message("b"), message("c"), message("a")] });
    let refused = app.alice().post(PATH, body).await;
    refused.refused("invalid_value", Some("items[3].call_id"));
    assert_nothing_stored(&app).await;
}

#[tokio::test]
async fn a_first_message_may_be_sent_again_by_its_call_id() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let message = json!({ "role": "user", "content": "x", "call_id": "a" });
    let conversation = alice.conversation(json!({ "items": [message] })).await;
    let items = format!("{PATH}/{conversation}/items");
    alice.post(&items, message).await.expect(200);
}

#[tokio::test]
async fn metadata_has_limits_and_says_which_one_was_passed() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let pairs = |count: usize| -> Value {
        let pairs = (0..count).map(|number| (format!("key {number}"), json!("value")));
        Value::Object(pairs.collect())
    };
    let pair = |key: String, value: Value| Value::Object([(key, value)].into_iter().collect());
    let key = |length: usize| pair("é".repeat(length), json!("value"));
    let value = |length: usize| json!({ "key": "é".repeat(length) });
    let refused = [
        (pairs(17), "invalid_value", "metadata"),
        (key(65), "invalid_value", "metadata"),
        (key(0), "invalid_value", "metadata"),
        (value(513), "invalid_value", "metadata.key"),
        (json!({ "key": 7 }), "invalid_type", "metadata.key"),
        (json!({ "key": null }), "invalid_type", "metadata.key"),
        (json!({ "key": "\u{0}" }), "nul_character", "metadata.key"),
    ];
    let conversation = alice
        .conversation(json!({ "metadata": { "was": "there" } }))
        .await;
    let path = format!("{PATH}/{conversation}");
    for (metadata, code, param) in refused {
        let body = json!({ "metadata": metadata });
        let created = alice.post(PATH, body.clone()).await;
        created.refused(code, Some(param));
        alice.patch(&path, body).await.refused(code, Some(param));
    }
    let unchanged = alice.get(&path).await.expect(200);
    assert_eq!(unchanged["metadata"], json!({ "was": "there" }));
    assert_eq!(
        app.schema.value("select count(*) from conversations").await,
        "1"
    );

    for metadata in [pairs(16), key(64), value(512), value(0), json!({})] {
        let body = json!({ "metadata": metadata });
        let created = alice.post(PATH, body.clone()).await.expect(201);
        assert_eq!(created["metadata"], metadata);
        let changed = alice.patch(&path, body).await.expect(200);
        assert_eq!(changed["metadata"], metadata);
        assert_eq!(alice.get(&path).await.expect(200)["metadata"], metadata);
    }
}
