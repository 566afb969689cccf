//! No row outlives its owner or its conversation, in any present or later table.

use crate::app::TestApp;
use crate::chat::user;
use crate::db::Schema;
use crate::provider::{Provider, says};
use crate::purge::{Worker, until};
use crate::rows;
use chrono::TimeDelta;
use infra::postgres::NewTitles;
use infra::postgres::citus::{PLACES, Place};
use reqwest::Method;
use serde_json::json;

/// The tables with this column.
async fn tables(schema: &Schema, column: &str) -> Vec<String> {
    let query = format!(
        "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
            and a.attname = '{column}' and not a.attisdropped order by 1"
    );
    let rows = schema.rows(&query).await;
    rows.into_iter().flatten().flatten().collect()
}

/// Those of them that have a row with this value.
async fn filled(schema: &Schema, column: &str, value: &str) -> Vec<String> {
    let mut filled = Vec::new();
    for table in tables(schema, column).await {
        let count = format!("select count(*) from \"{table}\" where {column} = '{value}'");
        if schema.value(&count).await != "0" {
            filled.push(table);
        }
    }
    filled
}

/// Makes an account that has a row in each table. A new table with an owner or a conversation must be filled
/// here.
async fn settle(app: &TestApp) -> (crate::app::Actor, String, String) {
    let (ada, session) = app.account("ada@example.org").await;
    let owner = rows::stored(session["user"]["id"].as_str().unwrap());
    let project = ada.project("Mine").await;
    let body = json!({ "project_id": project, "items": [user("Hello")] });
    let conversation = ada.conversation(body).await;
    let item = ada.say(&conversation, "first").await;
    let item = format!(
        "/v1/conversations/{conversation}/items/{}",
        item["id"].as_str().unwrap()
    );
    let text = json!({ "content": "second" });
    ada.call_with(Method::PUT, &format!("{item}/edit"), &text)
        .await
        .expect(200);
    ada.share(&conversation, json!({})).await;
    ada.key("Mine").await;
    ada.get("/auth/me").await.expect(200);
    let profile = json!({ "profile": { "nickname": "Ada" } });
    ada.patch("/v1/users/me/settings", profile)
        .await
        .expect(200);
    let repeatable = ada.request(Method::POST, "/v1/projects");
    let repeatable = repeatable.header("Idempotency-Key", "once");
    ada.sent(repeatable.json(&json!({ "title": "Another" })))
        .await
        .expect(201);
    let body = json!({ "input": "Hello", "conversation": conversation });
    ada.post("/openai/v1/responses", body).await.expect(200);
    let stored = rows::stored(&conversation);
    // Tables that stay empty unless an instance of an earlier version runs, or one is killed.
    let queue = format!(
        "insert into purge_queue (owner_id, conversation_id, queued_at)
        values ('{owner}', '{stored}', now());
        insert into title_queue (owner_id, conversation_id, due_at)
        values ('{owner}', '{stored}', now());
        insert into turn_queue (owner_id, conversation_id, place, token, leased_until)
        values ('{owner}', '{stored}', 9, '{stored}', now());
        insert into search_words (owner_id, id, conversation_id, sequence, words)
        values ('{owner}', '{stored}', '{stored}', 0, '{{1}}');
        insert into search_conversations (owner_id, conversation_id)
        values ('{owner}', '{stored}') on conflict do nothing;
        insert into search_blocks (owner_id, conversation_id, first_id, last_id, first_sequence, last_sequence, bytes)
        values ('{owner}', '{stored}', '{stored}', '{stored}', 0, 0, 1);
        insert into search_owners (owner_id, indexed_through, maker) values ('{owner}', now(), 1);
        insert into usage (owner_id) values ('{owner}') on conflict do nothing"
    );
    app.schema.rows(&queue).await;
    (ada, owner, conversation)
}

/// The first column of a query.
async fn names(schema: &Schema, query: &str) -> Vec<String> {
    let rows = schema.rows(query).await;
    rows.into_iter().flatten().flatten().collect()
}

#[tokio::test]
async fn each_table_has_a_place_in_a_cluster_of_citus_where_its_constraints_hold() {
    let schema = Schema::migrated().await;
    const TABLES: &str = "select relname from pg_class where relkind in ('r', 'p')
        and relnamespace = current_schema()::regnamespace order by 1";
    let mut placed: Vec<_> = PLACES.iter().map(|(name, _)| *name).collect();
    placed.sort_unstable();
    assert_eq!(names(&schema, TABLES).await, placed);
    let by_owner = PLACES.iter().filter(|(_, place)| *place == Place::ByOwner);
    let by_owner: Vec<_> = by_owner.map(|(name, _)| format!("'{name}'")).collect();
    let by_owner = by_owner.join(", ");
    // A key that does not contain the owner cannot be kept where tables are divided by owner.
    let keys = format!(
        "select i.indexrelid::regclass::text from pg_index i
        where i.indrelid::regclass::text in ({by_owner}) and i.indisunique and not exists (
            select from pg_attribute a where a.attrelid = i.indrelid and a.attname = 'owner_id'
                and a.attnum = any(i.indkey)
        )"
    );
    assert_eq!(names(&schema, &keys).await, [""; 0]);
    // Nor can a reference to a table elsewhere, or from one.
    let references = format!(
        "select conname from pg_constraint where contype = 'f'
            and connamespace = current_schema()::regnamespace
            and (conrelid::regclass::text in ({by_owner})) <> (confrelid::regclass::text in ({by_owner}))"
    );
    assert_eq!(names(&schema, &references).await, [""; 0]);
}

async fn with_titles() -> TestApp {
    let provider = Provider::that(says(&["Better"]));
    TestApp::spawn_with(|parts| {
        parts.provider = provider.connected();
        parts.new_titles = NewTitles::Queued;
    })
    .await
}

#[tokio::test]
async fn after_a_removal_no_table_has_anything_of_its_owner() {
    let app = with_titles().await;
    let (ada, owner, _) = settle(&app).await;
    let mut before = filled(&app.schema, "owner_id", &owner).await;
    before.push("removed_owners".to_owned());
    before.sort();
    assert_eq!(
        before,
        tables(&app.schema, "owner_id").await,
        "the test must fill every table"
    );
    // As if no instance of an earlier version had run or queued work.
    app.schema.rows("delete from purge_queue").await;
    ada.delete("/auth/me").await.expect_nothing(204);
    // All work under way has ended.
    app.clock.advance(TimeDelta::seconds(151));
    let _worker = Worker::by(&app.schema, app.clock.clone());
    let jobs = format!("select count(*) from jobs where owner_id = '{owner}'");
    until(&app.schema, &jobs, 20, |jobs| jobs == 0).await;
    // That they were removed is remembered for 30 days.
    let left = filled(&app.schema, "owner_id", &owner).await;
    assert_eq!(left, ["removed_owners"]);
}

#[tokio::test]
async fn after_a_deletion_no_table_has_anything_of_its_conversation() {
    let app = with_titles().await;
    let (ada, _, conversation) = settle(&app).await;
    let stored = rows::stored(&conversation);
    let before = filled(&app.schema, "conversation_id", &stored).await;
    assert_eq!(
        before,
        tables(&app.schema, "conversation_id").await,
        "the test must fill every table"
    );
    app.schema.rows("delete from purge_queue").await;
    let path = format!("/v1/conversations/{conversation}");
    ada.delete(&path).await.expect_nothing(204);
    let _worker = Worker::start(&app.schema);
    let jobs = format!("select count(*) from jobs where conversation_id = '{stored}'");
    until(&app.schema, &jobs, 20, |jobs| jobs == 0).await;
    let left = filled(&app.schema, "conversation_id", &stored).await;
    assert_eq!(left, [""; 0]);
}
