//! Search beside many writers, while texts are indexed.

use super::indexing::{index_all, leave_jobs};
use super::list::found;
use crate::app::{TestApp, id};
use crate::purge::Worker;
use chrono::{DateTime, Utc};
use domain::clock::Clock as _;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn under_load_messages_are_found_by_the_next_request_and_not_after_their_deletion() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let _worker = Worker::by(&app.schema, app.clock.clone());
    let writers = (0..8).map(async |writer| {
        let conversation = alice.conversation(json!({ "title": "T" })).await;
        for round in 0..6 {
            let word = format!("w{writer}r{round}");
            let item = id(&alice.say(&conversation, &format!("common {word}")).await);
            assert_eq!(found(&alice, &word, "").await, [item.as_str()]);
            if round % 2 == 0 {
                leave_jobs(&app).await;
                let path = format!("/v1/conversations/{conversation}/items/{item}");
                alice.delete(&path).await.expect_nothing(204);
                assert!(found(&alice, &word, "").await.is_empty(), "{word}");
            }
        }
    });
    join_all(writers).await;
    assert_eq!(found(&alice, "common", "&limit=100").await.len(), 24);
}

#[tokio::test]
async fn a_restore_a_bulk_deletion_and_the_removal_of_an_account_count_at_once() {
    let app = TestApp::spawn().await;
    let (ada, _) = app.account("ada@example.org").await;
    let mut conversations = Vec::new();
    for word in ["first", "second", "third"] {
        let conversation = ada.conversation(json!({ "title": "T" })).await;
        let item = id(&ada.say(&conversation, &format!("the {word} text")).await);
        conversations.push((conversation, item));
    }
    let (conversation, item) = &conversations[0];
    let path = format!("/v1/conversations/{conversation}/items/{item}");
    for is_indexed in [false, true] {
        let edit = json!({ "content": "edited" });
        let edit_path = format!("{path}/edit");
        ada.call_with(Method::PUT, &edit_path, &edit)
            .await
            .expect(200);
        if is_indexed {
            index_all(&app).await;
        }
        assert!(found(&ada, "first", "").await.is_empty());
        let restore = format!("{path}/versions/1/restore");
        ada.call(Method::POST, &restore).await.expect(200);
        assert_eq!(found(&ada, "first", "").await, [item.as_str()]);
        assert!(found(&ada, "edited", "").await.is_empty());
    }
    let page = ada.get("/v1/search?q=text").await.expect(200);
    // Changes of the newest minutes may still become visible.
    let through = app.clock.now() - chrono::TimeDelta::minutes(2);
    let shown = page["indexed_through"].as_str().unwrap();
    let shown: DateTime<Utc> = shown.parse().unwrap();
    assert_eq!(shown.timestamp(), through.timestamp());
    let ids: Vec<_> = conversations[1..].iter().map(|(id, _)| id).collect();
    for (path, one, word) in [
        ("/v1/conversations/bulk", &ids[..1], "second"),
        ("/v1/conversations/bulk-delete", &ids[1..], "third"),
    ] {
        let mut body = json!({ "conversation_ids": one });
        if path.ends_with("bulk") {
            body["action"] = json!("delete");
        }
        assert_eq!(found(&ada, word, "").await.len(), 1, "{word}");
        ada.post(path, body).await.expect(200);
        assert!(found(&ada, word, "").await.is_empty(), "{word}");
    }
    ada.delete("/auth/me").await.expect_nothing(204);
    assert_eq!(ada.get("/v1/search?q=first").await.status, 401);
}
