//! Very many links to one message.

use super::{link, message, share_item};
use crate::app::TestApp;
use crate::db::Schema;
use crate::purge::{Worker, until};
use crate::rows;
use serde_json::json;

/// More links than are ended in the request.
const LINKS: u64 = 3_000;

/// Makes copies of the links that there are.
pub(crate) async fn multiply(schema: &Schema, copies: u64) {
    let copy = format!(
        "with those as materialized (select * from shares),
        made as (
            insert into shares (owner_id, conversation_id, id, share_id, item_sequence, item_id,
                last_sequence, read_only, live, include_context, created_at)
            select owner_id, conversation_id, gen_random_uuid(), left(share_id, 19) || left(md5(n::text), 24),
                item_sequence, item_id, last_sequence, read_only, live, include_context, created_at
            from those, generate_series(1, {copies}) n
            returning owner_id, conversation_id, id, share_id
        )
        insert into share_digests (digest, owner_id, conversation_id, id)
        select sha256(share_id::bytea), owner_id, conversation_id, id from made"
    );
    schema.rows(&copy).await;
}

#[tokio::test]
async fn very_many_links_to_a_message_end_with_it_and_do_not_keep_it() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let item = message(&alice, &conversation, "user", "hello").await;
    share_item(&alice, &conversation, &item, json!({})).await;
    multiply(&app.schema, LINKS).await;
    let some = "select share_id from shares where revoked_at is null order by id desc limit 1";
    let share = app.schema.value(some).await;
    app.anon().get(&link(&share)).await.expect(200);
    let path = format!("/v1/conversations/{conversation}/items/{item}");
    alice.delete(&path).await.expect_nothing(204);
    // The request ends some of them, and all show no conversation any more.
    let left = "select count(*) from shares where revoked_at is null";
    let number: u64 = app.schema.value(left).await.parse().unwrap();
    assert!((1_000..LINKS).contains(&number), "{number} are left");
    assert_eq!(app.schema.value(some).await, share);
    app.anon()
        .get(&link(&share))
        .await
        .refused("share_ended", None);
    let _worker = Worker::start(&app.schema);
    until(&app.schema, left, 20, |count| count == 0).await;
    let jobs = "select count(*) from jobs where kind = 7";
    until(&app.schema, jobs, 20, |count| count == 0).await;
    app.anon()
        .get(&link(&share))
        .await
        .refused("share_ended", None);
    rows::assert_consistent(&app.schema).await;
}
