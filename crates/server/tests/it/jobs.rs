//! Background work: fair, not held up by failures, and shared with earlier versions.

use crate::app::TestApp;
use crate::purge::{Worker, until};
use crate::rows;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn an_owner_with_thousands_of_deletions_delays_no_other() {
    let app = TestApp::spawn().await;
    let bob = app.bob();
    let conversation = bob.conversation(json!({})).await;
    bob.say(&conversation, "Hello").await;
    let many = "insert into jobs (owner_id, kind, key, conversation_id, created_at, due_at)
        select '00000000-0000-0000-0000-000000000001', 8, id, id, now(), now()
        from (select gen_random_uuid() as id from generate_series(1, 3000)) made";
    app.schema.rows(many).await;
    let path = format!("/v1/conversations/{conversation}");
    bob.delete(&path).await.expect_nothing(204);
    let _worker = Worker::start(&app.schema);
    until(&app.schema, "select count(*) from items", 20, |rows| {
        rows == 0
    })
    .await;
    let left = app
        .schema
        .value("select count(*) from jobs where kind = 8")
        .await;
    assert!(left.parse::<u32>().unwrap() > 2_000, "{left} are left");
}

#[tokio::test]
async fn a_job_that_fails_does_not_block_the_next_and_is_done_in_the_end() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let ids = rows::conversations(&app.schema, 3).await;
    rows::items_of_all(&app.schema, &ids, 50, "repeat('x', 200)").await;
    for conversation in &ids {
        let path = format!("/v1/conversations/{conversation}");
        alice.delete(&path).await.expect_nothing(204);
    }
    // A statement on the rows of the first one runs out of time.
    let other = app.schema.connected().await;
    let lock = format!(
        "begin; select from items where conversation_id = '{}' for update",
        rows::stored(&ids[0])
    );
    other.batch_execute(&lock).await.unwrap();
    let _worker = Worker::start(&app.schema);
    let failed = "select count(*) from jobs where kind = 8 and attempts > 0";
    until(&app.schema, failed, 20, |jobs| jobs == 1).await;
    until(&app.schema, "select count(*) from items", 20, |rows| {
        rows == 50
    })
    .await;
    drop(other);
    let left = "select (select count(*) from items) + (select count(*) from jobs where kind = 8)";
    until(&app.schema, left, 30, |rows| rows == 0).await;
}

#[tokio::test]
async fn the_many_versions_of_a_deleted_message_are_gone_at_once_and_their_rows_soon() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let first = alice.say(&conversation, "edited").await;
    let second = alice.say(&conversation, "stays").await;
    let many = "insert into item_versions (owner_id, conversation_id, created_at, sequence,
            version, content)
        select owner_id, conversation_id, created_at, sequence, n, 'version ' || n
        from items, generate_series(1, 3000) n where sequence = 1;
        update items set version = 3001 where sequence = 1;
        update conversations set counted_sequence = 0";
    app.schema.rows(many).await;
    let path = format!("/v1/conversations/{conversation}");
    let edit = format!("{path}/items/{}/edit", second["id"].as_str().unwrap());
    let text = json!({ "content": "stays, edited" });
    alice.call_with(Method::PUT, &edit, &text).await.expect(200);
    let item = format!("{path}/items/{}", first["id"].as_str().unwrap());
    alice.delete(&item).await.expect_nothing(204);
    let versions = "select count(*) from item_versions";
    let left: u64 = app.schema.value(versions).await.parse().unwrap();
    assert!((1_000..3_000).contains(&left), "{left} are left");
    rows::assert_consistent(&app.schema).await;
    // No reader sees one.
    let gone = alice.get(&format!("{item}/versions")).await;
    gone.refused("item_not_found", None);
    let export = alice.get(&format!("{path}/export?format=json")).await;
    let export = export.expect(200);
    assert_eq!(export["items"].as_array().unwrap().len(), 1, "{export}");
    assert!(!export.to_string().contains("version 2999"));
    let _worker = Worker::start(&app.schema);
    until(&app.schema, versions, 20, |rows| rows == 1).await;
    until(
        &app.schema,
        "select count(*) from jobs where kind = 7",
        20,
        |jobs| jobs == 0,
    )
    .await;
    rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn work_queued_by_earlier_versions_is_taken_over_unless_they_do_it() {
    let app = TestApp::spawn().await;
    let ids = rows::conversations(&app.schema, 3).await;
    rows::items_of_all(&app.schema, &ids, 5, "'x'").await;
    // As an instance of an earlier version deletes.
    let delete = "with gone as (delete from conversations returning owner_id, id)
        insert into purge_queue (owner_id, conversation_id, queued_at)
        select owner_id, id, now() from gone";
    app.schema.rows(delete).await;
    let removed = "insert into removed_owners (owner_id, removed_at, sweep_at)
        values ('00000000-0000-0000-0000-000000000002', now(), now())";
    app.schema.rows(removed).await;
    // And is at one of them.
    let other = app.schema.connected().await;
    other.batch_execute("begin").await.unwrap();
    let first = "select id from purge_queue order by id limit 1 for update skip locked";
    other.query_one(first, &[]).await.unwrap();
    let _worker = Worker::start(&app.schema);
    until(&app.schema, "select count(*) from items", 20, |rows| {
        rows == 5
    })
    .await;
    let queued = "select count(*) from purge_queue";
    assert_eq!(app.schema.value(queued).await, "1");
    let sweeps = "select count(*) from removed_owners where sweep_at is not null";
    assert_eq!(app.schema.value(sweeps).await, "0");
    assert_eq!(
        app.schema
            .value("select count(*) from jobs where kind = 6")
            .await,
        "1"
    );
    drop(other);
    until(&app.schema, "select count(*) from items", 20, |rows| {
        rows == 0
    })
    .await;
    assert_eq!(app.schema.value(queued).await, "0");
}
