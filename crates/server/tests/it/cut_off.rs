//! An answer that fails midway is cut off, and can never be taken for a whole one.

use crate::app::TestApp;
use crate::db::Schema;
use crate::rows;
use crate::slow_reader::SlowReader;
use serde_json::{Value, json};

/// Eight megabytes: more than the kernel takes off the service's hands.
async fn long_conversation(app: &TestApp) -> String {
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let content = "n || ' ' || repeat(md5(n::text), 128)";
    rows::items(&app.schema, &conversation, 2_000, content).await;
    conversation
}

/// Begins to read, lets something happen, and reads on.
async fn read_while(app: &TestApp, path: &str, happens: impl AsyncFnOnce()) -> (Vec<u8>, bool) {
    let mut reader = SlowReader::get(&app.url(""), &app.alice(), path).await;
    reader.some(2_000).await;
    happens().await;
    reader.into_answer().await
}

#[track_caller]
fn assert_cut_off((text, is_whole): (Vec<u8>, bool)) {
    assert!(!is_whole, "the answer came to a regular end");
    assert!(
        text.len() > 1_000,
        "there was hardly anything to cut: {}",
        text.len()
    );
    assert!(text.len() < 8_000_000, "all of it came: {}", text.len());
    let parsed = serde_json::from_slice::<Value>(&text);
    assert!(parsed.is_err(), "what came is valid JSON");
}

/// Every way to read a whole conversation.
const WAYS: [&str; 3] = ["", "/export", "/export?format=md"];

#[tokio::test]
async fn a_patient_slow_reader_gets_everything() {
    let app = TestApp::spawn().await;
    let conversation = long_conversation(&app).await;
    for way in WAYS {
        let path = format!("/v1/conversations/{conversation}{way}");
        let (text, is_whole) = read_while(&app, &path, async || {}).await;
        assert!(is_whole && text.len() > 8_000_000, "{way}: {}", text.len());
        if way.is_empty() {
            let parsed: Value = serde_json::from_slice(&text).unwrap();
            assert_eq!(parsed["items"].as_array().unwrap().len(), 2_000);
        }
    }
}

#[tokio::test]
async fn an_answer_is_cut_off_when_its_conversation_is_deleted() {
    for way in WAYS {
        let app = TestApp::spawn().await;
        let alice = app.alice();
        let conversation = long_conversation(&app).await;
        let path = format!("/v1/conversations/{conversation}");
        let whole = format!("{path}{way}");
        let read = read_while(&app, &whole, async || {
            alice.delete(&path).await.expect_nothing(204);
        });
        assert_cut_off(read.await);
    }
}

#[tokio::test]
async fn an_answer_is_cut_off_when_the_database_refuses() {
    for way in WAYS {
        let app = TestApp::spawn().await;
        let conversation = long_conversation(&app).await;
        let path = format!("/v1/conversations/{conversation}{way}");
        let read = read_while(&app, &path, async || {
            app.schema
                .rows("alter table items rename to elsewhere")
                .await;
        });
        assert_cut_off(read.await);
    }
}

#[tokio::test]
async fn an_answer_is_cut_off_when_the_database_goes_away() {
    // A database of its own, so that connections of other tests do not end.
    let cluster = Schema::empty().await;
    cluster.rows("create database cut_off").await;
    let url = cluster.url().replace("/postgres?", "/cut_off?");
    assert_ne!(url, cluster.url());
    let url = url.split("&options=").next().unwrap().to_owned();
    crate::db::migrate(&url).await.unwrap();
    for way in WAYS {
        let schema = Schema::at(url.clone());
        let database = schema.database(4);
        let app = TestApp::serve(schema, database, |_| {});
        let conversation = long_conversation(&app).await;
        let path = format!("/v1/conversations/{conversation}{way}");
        let read = read_while(&app, &path, async || {
            cluster
                .rows("alter database cut_off allow_connections false")
                .await;
            let all = "select pg_terminate_backend(pid) from pg_stat_activity \
                       where datname = 'cut_off'";
            cluster.rows(all).await;
        });
        assert_cut_off(read.await);
        let refused = app.alice().get("/v1/conversations").await;
        refused.refused("database_unavailable", None);
        cluster
            .rows("alter database cut_off allow_connections true")
            .await;
        // The ids of the next service begin where those of this one began. The test's own connection
        // has ended with the others.
        let again = Schema::at(url.clone());
        again.rows("truncate conversations, items").await;
    }
}

#[tokio::test]
async fn messages_deleted_midway_are_left_out_and_the_answer_is_whole() {
    let app = TestApp::spawn().await;
    let conversation = long_conversation(&app).await;
    let path = format!("/v1/conversations/{conversation}");
    let (text, is_whole) = read_while(&app, &path, async || {
        let delete = "delete from items where sequence > 1500; \
                      update conversations set item_count = 1500";
        app.schema.rows(delete).await;
    })
    .await;
    assert!(is_whole);
    let parsed: Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(parsed["items"].as_array().unwrap().len(), 1_500);
}
