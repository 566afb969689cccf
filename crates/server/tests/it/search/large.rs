//! An owner with millions of messages.

use super::indexing::index_all;
use super::tenancy::multiplied;
use crate::app::TestApp;
use crate::reads::{named, report};
use chrono::TimeDelta;
use serde_json::json;

const LOOKS: &str = "select idx_scan from pg_stat_user_indexes
    where schemaname = current_schema() and indexrelname = 'search_blocks_by_word'";

#[tokio::test]
async fn for_words_that_are_not_rare_the_blocks_of_a_large_owner_are_not_all_read() {
    let app = with_messages(&["odd", "usual"]).await;
    let alice = app.alice();
    app.schema.rows(&multiplied("odd", 10_001, 10_040)).await;
    app.schema.rows(&multiplied("usual", 20_001, 22_000)).await;
    app.schema.rows("analyze search_blocks").await;
    let search = async || {
        report(&app.schema).await;
        let before: u64 = app.schema.value(LOOKS).await.parse().unwrap();
        let found = alice.get("/v1/search?q=odd%20words").await.expect(200);
        let rare = alice.get("/v1/search?q=absent").await.expect(200);
        assert_eq!(rare["data"], json!([]));
        report(&app.schema).await;
        let after: u64 = app.schema.value(LOOKS).await.parse().unwrap();
        (found, after - before)
    };
    let (found, looks) = search().await;
    assert_eq!(found["data"].as_array().unwrap().len(), 20);
    assert!(looks >= 2, "{looks}");
    app.schema.rows(&stores(3 << 30)).await;
    let (again, looks) = search().await;
    assert_eq!(again, found);
    assert_eq!(looks, 0);
}

#[tokio::test]
async fn a_walk_goes_on_for_as_long_as_it_is_less_work_than_a_look() {
    let app = with_messages(&["old odd", "usual", "new odd"]).await;
    let alice = app.alice();
    app.schema.rows(&multiplied("old", 10_001, 10_040)).await;
    // Two blocks each.
    app.schema.rows(&multiplied("usual", 20_001, 20_600)).await;
    // Four hits in the newest blocks are too few to go on for an owner with few messages.
    app.schema.rows(&multiplied("new", 30_001, 30_003)).await;
    app.schema.rows("analyze search_blocks").await;
    let search = async || {
        report(&app.schema).await;
        let before: u64 = app.schema.value(LOOKS).await.parse().unwrap();
        let path = "/v1/search?q=odd%20words&role=user";
        let found = alice.get(path).await.expect(200);
        report(&app.schema).await;
        let after: u64 = app.schema.value(LOOKS).await.parse().unwrap();
        (found, after - before)
    };
    let (found, looks) = search().await;
    assert_eq!(found["data"].as_array().unwrap().len(), 20);
    assert_eq!(looks, 1);
    app.schema.rows(&stores(1 << 30)).await;
    let (again, looks) = search().await;
    assert_eq!(again, found);
    assert_eq!(looks, 0);
}

/// A service in which Alice has a conversation for each title, with an indexed message of its words.
async fn with_messages(titles: &[&str]) -> TestApp {
    let schema = named().await;
    let database = schema.patient_database(1);
    let app = TestApp::serve(schema, database, |_| {});
    let alice = app.alice();
    for title in titles {
        let conversation = alice.conversation(json!({ "title": title })).await;
        let words = format!("{title} words");
        alice.say(&conversation, &words).await;
        app.clock.advance(TimeDelta::minutes(1));
    }
    index_all(&app).await;
    app
}

/// The bytes that the owner has, as they were counted.
fn stores(bytes: u64) -> String {
    format!(
        "insert into usage (owner_id, storage_bytes) select distinct owner_id, {bytes} from conversations
        on conflict (owner_id) do update set storage_bytes = excluded.storage_bytes"
    )
}
