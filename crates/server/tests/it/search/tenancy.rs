//! What a search reads is the owner's own: no hit, count, cursor or time tells what other owners have.

use super::indexing::index_all;
use super::list::encoded;
use crate::app::{Actor, TestApp};
use crate::db::Schema;
use crate::reads::{named, report};
use serde_json::{Value, json};

/// Rows and blocks that were read of the tables of a search, over all connections that have ended.
const READ: &str = "select
    (select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) from pg_stat_user_tables
        where schemaname = current_schema() and relname = any(names)),
    (select sum(coalesce(heap_blks_hit, 0) + coalesce(heap_blks_read, 0) + coalesce(idx_blks_hit, 0)
            + coalesce(idx_blks_read, 0) + coalesce(toast_blks_hit, 0) + coalesce(toast_blks_read, 0)
            + coalesce(tidx_blks_hit, 0) + coalesce(tidx_blks_read, 0)) from pg_statio_user_tables
        where schemaname = current_schema() and relname = any(names))
    from (select '{items,conversations,search_blocks,search_conversations,search_owners,search_words}'::name[])
        as t(names)";

const SEARCHES: [&str; 12] = [
    "/v1/search?q=common",
    "/v1/search?q=common&sort=relevance",
    "/v1/search?q=rare",
    "/v1/search?q=common%20rare",
    "/v1/search?q=%22common%20words%22",
    "/v1/search?q=rare%20-common",
    "/v1/search?q=comm*",
    "/v1/search?q=%E6%9D%B1%E4%BA%AC",
    "/v1/search?q=absent",
    "/v1/search?q=common&role=user&archived=false",
    "/v1/search?q=common&limit=3",
    "/v1/conversations?q=common",
];

/// Gives the owner whose title begins so as many conversations like that one, with messages and rows of the index.
pub(super) fn multiplied(title: &str, from: u32, to: u32) -> String {
    let id = |column: &str, length: u32| {
        format!(
            "encode(substring(uuid_send({column}) for 8) || int4send(n) || substring(uuid_send({column}) from {length}), 'hex')::uuid"
        )
    };
    let (conversation, item) = (id("x.id", 13), id("x.id", 13));
    let of = id("x.conversation_id", 13);
    let (first, last) = (id("x.first_id", 13), id("x.last_id", 13));
    let each = format!("cross join generate_series({from}, {to}) n");
    let one =
        format!("(select id from conversations where title like '{title}%' order by id limit 1)");
    format!(
        "insert into conversations (owner_id, id, created_at, updated_at, item_count, last_sequence, title, title_source)
        select owner_id, {conversation}, created_at, updated_at, item_count, last_sequence, title, title_source
        from conversations x {each} where id = {one};
        insert into items (owner_id, conversation_id, id, created_at, updated_at, sequence, role, content)
        select owner_id, {of}, {item}, created_at, updated_at, sequence, role, content
        from items x {each} where conversation_id = {one};
        insert into search_conversations (owner_id, conversation_id, maker, indexed_sequence, indexed_revisions,
            indexed_renames, renames)
        select owner_id, {of}, maker, indexed_sequence, indexed_revisions, indexed_renames, renames
        from search_conversations x {each} where conversation_id = {one};
        insert into search_blocks (owner_id, conversation_id, first_id, last_id, first_sequence, last_sequence, bytes,
            words, marks)
        select owner_id, {of}, {first}, {last}, first_sequence, last_sequence, bytes, words, marks
        from search_blocks x {each} where conversation_id = {one}"
    )
}

/// The answers to all searches, and the rows and blocks that were read for them.
async fn searched(schema: &Schema, alice: &Actor) -> (Vec<Value>, [u64; 2]) {
    let read = async || {
        report(schema).await;
        let row = schema.rows(READ).await.remove(0);
        [0, 1].map(|at| row[at].as_ref().unwrap().parse::<u64>().unwrap())
    };
    let before = read().await;
    let mut answers = Vec::new();
    for path in SEARCHES {
        for _ in 0..3 {
            answers.push(alice.get(path).await.expect(200));
        }
    }
    let after = read().await;
    (answers, [0, 1].map(|at| after[at] - before[at]))
}

#[tokio::test]
async fn what_a_search_reads_and_finds_does_not_depend_on_what_other_owners_have() {
    let schema = named().await;
    // PostgreSQL plans the first executions on each connection for their parameters: with more than one, their number is
    // not the same each time.
    let database = schema.patient_database(1);
    let app = TestApp::serve(schema, database, |_| {});
    let (alice, bob) = (app.alice(), app.bob());
    for (actor, title) in [(&alice, "common of alice"), (&bob, "common of bob")] {
        let conversation = actor.conversation(json!({ "title": title })).await;
        for text in ["common words", "rare common", "in 東京 words", "rare words"] {
            actor.say(&conversation, text).await;
        }
    }
    index_all(&app).await;
    app.schema
        .rows(&multiplied("common of alice", 10_001, 10_100))
        .await;
    app.schema
        .rows(&multiplied("common of bob", 20_001, 20_300))
        .await;
    // The newest texts are not in the index.
    let conversation = alice.conversation(json!({ "title": "T" })).await;
    alice.say(&conversation, "the newest common words").await;
    let theirs = bob.conversation(json!({ "title": "T" })).await;
    let analyze =
        "analyze items, conversations, search_blocks, search_conversations, search_owners";
    app.schema.rows(analyze).await;
    let (answers, few) = searched(&app.schema, &alice).await;
    app.schema
        .rows(&multiplied("common of bob", 20_301, 23_000))
        .await;
    for _ in 0..40 {
        bob.say(&theirs, "the newest common words, too").await;
    }
    app.schema.rows(analyze).await;
    let (with_many, many) = searched(&app.schema, &alice).await;
    assert_eq!(with_many, answers);
    assert!(few[0] > 1_000, "{few:?}");
    // Indexes of more rows may be a level deeper.
    assert!(
        many[0] <= few[0] + few[0] / 10,
        "rows: {few:?}, then {many:?}"
    );
    assert!(
        many[1] <= few[1] + few[1] / 3,
        "blocks: {few:?}, then {many:?}"
    );
    // A cursor is a place in time, of any owner.
    let theirs = bob.get("/v1/search?q=common&limit=1").await.expect(200);
    let after = encoded(theirs["next_after"].as_str().unwrap());
    let page = alice
        .get(&format!("/v1/search?q=common&after={after}"))
        .await
        .expect(200);
    for hit in page["data"].as_array().unwrap() {
        let id = hit["conversation"]["id"].as_str().unwrap();
        alice
            .get(&format!("/v1/conversations/{id}"))
            .await
            .expect(200);
    }
}
