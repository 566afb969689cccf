//! A million messages are deleted at once, and the service is killed while it reclaims them.

use crate::app::Actor;
use crate::db::Schema;
use crate::extent;
use crate::process::Process;
use crate::purge::until;
use crate::rows;
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

async fn hundred(actor: &Actor) -> Vec<String> {
    let mut ids = Vec::new();
    for _ in 0..100 {
        ids.push(actor.conversation(json!({})).await);
    }
    ids
}

async fn bulk_delete(actor: &Actor, ids: &[String]) -> Duration {
    let body = json!({ "conversation_ids": ids });
    let begun = Instant::now();
    let answer = actor.post("/v1/conversations/bulk-delete", body).await;
    let took = begun.elapsed();
    assert_eq!(answer.expect(200)["deleted_count"], 100);
    took
}

#[tokio::test]
async fn a_million_messages_are_deleted_at_once_and_reclaimed_through_kills() {
    if !extent::is_due() {
        return;
    }
    let schema = Schema::migrated().await;
    let mut process = Process::external(schema.url(), &[]).await;
    process.ready().await;
    let mut alice = process.alice();
    let empty = hundred(&alice).await;
    let full = hundred(&alice).await;
    rows::items_of_all(&schema, &full, 10_000, "'message ' || n").await;
    let empty = bulk_delete(&alice, &empty).await;
    let filled = bulk_delete(&alice, &full).await;
    let ratio = filled.as_secs_f64() / empty.as_secs_f64();
    println!(
        "100 empty conversations in {empty:?}, with 10,000 messages each in {filled:?}: {ratio:.2}"
    );
    for conversation in &full {
        let path = format!("/v1/conversations/{conversation}");
        alice
            .get(&path)
            .await
            .refused("conversation_not_found", None);
    }

    let items = "select count(*) from items";
    for left in [950_000, 800_000, 600_000] {
        until(&schema, items, 120, |rows| rows < left).await;
        process.kill().await;
        rows::assert_consistent(&schema).await;
        process = Process::external(schema.url(), &[]).await;
        process.ready().await;
        alice = process.alice();
        let gone = format!("/v1/conversations/{}", full[99]);
        alice
            .get(&gone)
            .await
            .refused("conversation_not_found", None);
    }
    // Others get on with their work meanwhile.
    let begun = Instant::now();
    let conversation = alice.conversation(json!({})).await;
    alice.say(&conversation, "stays").await;
    println!("meanwhile a message took {:?}", begun.elapsed());
    let rest = "select (select count(*) from items) + (select count(*) from jobs where kind = 8)";
    until(&schema, rest, 300, |rows| rows == 1).await;
    let kept = alice
        .get(&format!("/v1/conversations/{conversation}"))
        .await
        .expect(200);
    assert_eq!(kept["items"][0]["content"], "stays");
    rows::assert_consistent(&schema).await;
}
