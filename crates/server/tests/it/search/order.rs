//! The order of messages that one request has stored.

use super::indexing::index_all;
use super::list::hits;
use crate::app::TestApp;
use crate::clock::PinnedClock;
use crate::provider::{Provider, says};
use domain::clock::{Clock as _, Ids};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use ulid::Ulid;

/// Ids of one millisecond, each smaller than the one before: their order is the wrong way round.
struct BackwardIds(Arc<PinnedClock>, AtomicU64);

impl Ids for BackwardIds {
    fn ulid(&self) -> Ulid {
        let number = self.1.fetch_sub(1, Ordering::SeqCst);
        let milliseconds = self.0.now().timestamp_millis().cast_unsigned();
        Ulid::from_parts(milliseconds, u128::from(number) << 40)
    }
}

/// Messages that have the word and their number.
fn messages(word: &str) -> Vec<Value> {
    let each =
        (0..4).map(|number| json!({ "role": "user", "content": format!("{word} {number}") }));
    each.collect()
}

#[tokio::test]
async fn messages_of_one_request_are_found_in_their_order_and_before_the_title() {
    let clock = Arc::new(PinnedClock::new());
    let ids = Arc::new(BackwardIds(Arc::clone(&clock), AtomicU64::new(1_000_000)));
    let app = TestApp::spawn_with(|parts| {
        parts.ids = ids;
        parts.provider = Provider::that(says(&["chat 4"])).connected();
    })
    .await;
    let (alice, bob) = (app.alice(), app.bob());
    let body = json!({ "title": "created", "items": messages("created") });
    let conversation = alice.conversation(body).await;
    let path = format!("/v1/conversations/{conversation}/items/batch");
    let batch = json!({ "items": messages("batch") });
    alice.post(&path, batch).await.expect(201);
    let chat = json!({ "messages": messages("chat"), "conversation": conversation });
    alice.post("/v1/chat/completions", chat).await.expect(200);
    let openai = json!({ "items": messages("openai") });
    alice
        .post("/openai/v1/conversations", openai)
        .await
        .expect(200);
    let share = alice.share(&conversation, json!({})).await;
    let fork = format!("/conversations/share/{share}/fork");
    bob.post(&fork, json!({})).await.expect(201);
    for is_indexed in [false, true] {
        if is_indexed {
            index_all(&app).await;
        }
        for (actor, word, expected) in [
            (
                &alice,
                "created",
                "created 3, created 2, created 1, created 0, title created",
            ),
            (&alice, "batch", "batch 3, batch 2, batch 1, batch 0"),
            (&alice, "chat", "chat 4, chat 3, chat 2, chat 1, chat 0"),
            (
                &alice,
                "openai",
                "openai 3, openai 2, openai 1, openai 0, title openai 0",
            ),
            (
                &bob,
                "created",
                "created 3, created 2, created 1, created 0, title created",
            ),
        ] {
            let found = hits(actor, word, "").await;
            let texts: Vec<_> = found.iter().map(text).collect();
            assert_eq!(texts.join(", "), expected);
        }
    }
}

fn text(hit: &Value) -> String {
    let text = hit["snippet"].as_str().unwrap();
    match &hit["item_id"] {
        Value::Null => format!("title {text}"),
        _ => text.to_owned(),
    }
}
