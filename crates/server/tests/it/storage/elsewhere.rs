//! An external database that reports that it is full.

use crate::app::TestApp;
use crate::db::Schema;
use infra::storage::DiskRoom;
use serde_json::json;

/// PostgreSQL's own words for a disk without room: the message, its detail, and its hint.
const EXTEND: [&str; 3] = [
    "could not extend file \"base/5/16384\": No space left on device",
    "",
    "Check free disk space.",
];

/// Where a part of a page found room.
const PART: [&str; 3] = [
    "could not extend file \"base/5/16384\": wrote only 4096 of 8192 bytes at block 7",
    "",
    "Check free disk space.",
];

/// A disk without room for the outcome of a transaction.
const STATUS: [&str; 3] = [
    "could not access status of transaction 8191",
    "Could not write to file \"pg_xact/0000\" at offset 8192: No space left on device.",
    "",
];

/// Has PostgreSQL say so, by a trigger: the disk of these tests is not full.
async fn fill(schema: &Schema, table: &str, [message, detail, hint]: [&str; 3]) {
    let trigger = format!(
        "create function full_{table}() returns trigger language plpgsql as $$ begin
            raise exception using errcode = '53100', message = '{message}', detail = '{detail}',
            hint = '{hint}';
        end $$;
        create trigger full_disk before insert on {table} for each row execute function full_{table}()"
    );
    schema.rows(&trigger).await;
}

/// Has PostgreSQL say so twice, and never again, when a conversation is deleted.
async fn fill_for_a_moment(schema: &Schema) {
    let [message, _, hint] = EXTEND;
    let trigger = format!(
        "create sequence tries;
        create function full_twice() returns trigger language plpgsql as $$ begin
            if nextval('tries') <= 2 then
                raise exception using errcode = '53100', message = '{message}', hint = '{hint}';
            end if;
            return old;
        end $$;
        create trigger full_twice before delete on conversations
            for each row execute function full_twice()"
    );
    schema.rows(&trigger).await;
}

/// A service that is told when its database is full.
async fn told() -> TestApp {
    TestApp::spawn_with(|parts| {
        let storage = DiskRoom::unmeasured();
        parts.database = parts.database.clone().reporting_to(storage.clone());
        parts.room = storage;
    })
    .await
}

#[tokio::test]
async fn deletions_that_find_no_room_for_a_moment_are_tried_again() {
    let app = told().await;
    let alice = app.alice();
    let mut conversations = Vec::new();
    for _ in 0..3 {
        conversations.push(alice.conversation(json!({})).await);
    }
    fill(&app.schema, "projects", EXTEND).await;
    let refused = alice.post("/v1/projects", json!({ "title": "x" })).await;
    refused.failure("storage_full");
    fill_for_a_moment(&app.schema).await;
    let path = format!("/v1/conversations/{}", conversations[0]);
    alice.delete(&path).await.expect_nothing(204);
    app.schema.rows("alter sequence tries restart").await;
    let body = json!({ "conversation_ids": conversations[1..] });
    let deleted = alice.post("/v1/conversations/bulk-delete", body).await;
    assert_eq!(deleted.expect(200)["deleted_count"], 2);
}

#[tokio::test]
async fn operations_that_need_room_are_refused_and_the_others_go_on() {
    let app = told().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    alice.say(&conversation, "before").await;
    for (table, words) in [
        ("conversations", EXTEND),
        ("items", PART),
        ("projects", STATUS),
    ] {
        fill(&app.schema, table, words).await;
    }
    let items = format!("/v1/conversations/{conversation}/items");
    let message = json!({ "role": "user", "content": "after" });
    for (path, body) in [
        ("/v1/conversations", json!({})),
        (&items, message),
        ("/v1/projects", json!({ "title": "x" })),
    ] {
        let refused = alice.post(path, body).await;
        refused.failure("storage_full");
        assert_eq!((refused.status, refused.header("retry-after")), (503, "60"));
    }
    let kept = alice
        .get(&format!("/v1/conversations/{conversation}"))
        .await;
    assert_eq!(kept.expect(200)["item_count"], 1);
    // For a minute it is known; no request is refused for that alone.
    let ready = app.anon().get("/readyz").await.expect(200);
    assert_eq!(ready["storage"], "full");
    alice
        .delete(&format!("/v1/conversations/{conversation}"))
        .await
        .expect_nothing(204);
    let drop = "drop function full_conversations() cascade";
    app.schema.rows(drop).await;
    alice.conversation(json!({})).await;
}
