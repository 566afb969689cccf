//! Search beside many writers, while texts are indexed.

use super::indexing::leave_jobs;
use super::list::found;
use crate::app::{TestApp, id};
use crate::purge::Worker;
use futures_util::future::join_all;
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
