use super::held;
use crate::app::TestApp;
use crate::rows;
use crate::slow_reader::SlowReader;
use api::connection::{ClientTimeouts, ConnectionLimits, Unlimited};
use api::memory::Memory;
use chrono::TimeDelta;
use serde_json::json;
use std::time::Duration;
use tokio::time::{Instant, sleep};

const MIB: u64 = 1024 * 1024;

/// A service whose readers must take something within half a second, and a conversation of alice's
/// that no socket holds.
async fn with_much_to_read(memory: &Memory) -> (TestApp, String) {
    let app = TestApp::spawn_with(|parts| {
        parts.memory = memory.clone();
        parts.terms.patience = ClientTimeouts {
            answer: Duration::from_millis(500),
            ..ClientTimeouts::USUAL
        };
    });
    let app = app.await;
    let conversation = app.alice().conversation(json!({})).await;
    let content = "repeat('0123456789abcdef', 60000)";
    rows::items(&app.schema, &conversation, 12, content).await;
    (app, conversation)
}

#[tokio::test]
async fn a_client_that_does_not_read_is_disconnected_and_its_memory_comes_back() {
    let memory = Memory::new(64 * MIB);
    let (app, conversation) = with_much_to_read(&memory).await;
    for way in ["/items?limit=100", "", "/export", "/export?format=md"] {
        println!("{way}");
        let path = format!("/v1/conversations/{conversation}{way}");
        let mut reader = SlowReader::get(&app.url(""), &app.alice(), &path).await;
        reader.some(1_000).await;
        held(&memory, |held| held > 256 * 1024).await;
        // Between two parts, an answer that still goes on holds nothing either.
        let mut free_since = Instant::now();
        while free_since.elapsed() < Duration::from_secs(1) {
            if memory.held() > 0 {
                free_since = Instant::now();
            }
            sleep(Duration::from_millis(5)).await;
        }
        let read = reader.drained().await;
        assert!(read < 11_000_000, "{way}: all of it came: {read}");
    }
}

#[tokio::test]
async fn unread_answers_hold_a_quarter_and_others_are_answered() {
    let memory = Memory::new(64 * MIB);
    let patient = ClientTimeouts {
        answer: Duration::from_secs(600),
        ..ClientTimeouts::USUAL
    };
    let app = TestApp::spawn_with(|parts| {
        parts.memory = memory.clone();
        parts.terms.patience = patient;
    });
    let app = app.await;
    let conversation = app.alice().conversation(json!({})).await;
    let content = "repeat('0123456789abcdef', 60000)";
    rows::items(&app.schema, &conversation, 3, content).await;
    let path = format!("/v1/conversations/{conversation}/items?limit=100");
    let mut readers = Vec::new();
    for _ in 0..2 {
        let mut reader = SlowReader::get(&app.url(""), &app.alice(), &path).await;
        reader.some(100).await;
        readers.push(reader);
    }
    held(&memory, |held| held > 6 * MIB).await;
    // The third waits for its turn, which does not come.
    app.alice().get(&path).await.refused("server_busy", None);
    assert!(memory.held() <= 16 * MIB, "{} are held", memory.held());
    app.bob().get("/v1/conversations").await.expect(200);
    drop(readers);
    held(&memory, |held| held == 0).await;
    assert_eq!(app.alice().get(&path).await.status, 200);
}

#[tokio::test]
async fn unread_streams_of_many_clients_end_and_the_next_is_answered() {
    // A part of each has 960,000 bytes.
    let memory = Memory::new(4 * MIB);
    let app = TestApp::spawn_with(|parts| {
        parts.memory = memory.clone();
        parts.terms.patience.answer = Duration::from_millis(500);
    });
    let app = app.await;
    let mut exports = Vec::new();
    for owner in 1..=5 {
        let owner = app.bearing(Some(app.token(owner, TimeDelta::hours(1))));
        let conversation = owner.conversation(json!({})).await;
        let content = "repeat('0123456789abcdef', 60000)";
        rows::items(&app.schema, &conversation, 12, content).await;
        exports.push((owner, format!("/v1/conversations/{conversation}/export")));
    }
    let (owner, path) = exports.pop().unwrap();
    let mut readers = Vec::new();
    for (owner, path) in exports {
        let mut reader = SlowReader::get(&app.url(""), &owner, &path).await;
        reader.some(100).await;
        readers.push(reader);
    }
    let answer = owner.get(&path).await;
    assert_eq!(answer.status, 200);
    assert!(memory.held() <= 4 * MIB);
    // A client that begins to read before the service has given it up gets all of it.
    held(&memory, |held| held == 0).await;
    for reader in readers {
        assert!(reader.drained().await < 11_000_000, "all of it came");
    }
    held(&memory, |held| held == 0).await;
}

/// The memory lets two answers stand still at a time. The next part of the others waits for it, so that
/// nothing is written to their clients: these are given up at the same time all the same.
#[tokio::test]
async fn silent_readers_are_disconnected_while_their_answers_wait_for_memory() {
    const READERS: usize = 24;
    let memory = Memory::new(16 * MIB);
    let connections = ConnectionLimits::new(1_000, 1_000, Unlimited::default());
    let patience = ClientTimeouts {
        answer: Duration::from_secs(1),
        request: Duration::from_secs(1),
        idle: Duration::from_secs(1),
    };
    let app = TestApp::spawn_with(|parts| {
        parts.memory = memory.clone();
        parts.terms.connections = connections.clone();
        parts.terms.patience = patience;
    });
    let app = app.await;
    let conversation = app.alice().conversation(json!({})).await;
    let content = "repeat('0123456789abcdef', 60000)";
    rows::items(&app.schema, &conversation, 12, content).await;
    let path = format!("/v1/conversations/{conversation}");
    let mut readers = Vec::new();
    for _ in 0..READERS {
        readers.push(SlowReader::get(&app.url(""), &app.alice(), &path).await);
    }
    let begun = Instant::now();
    while connections.open() > 0 {
        let took = begun.elapsed();
        let open = connections.open();
        assert!(
            took < 10 * patience.answer,
            "{open} are open after {took:?}"
        );
        sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(memory.held(), 0);
}

#[tokio::test]
async fn shared_documents_cost_no_memory() {
    let memory = Memory::new(1_000);
    let app = TestApp::spawn_with(|parts| parts.memory = memory.clone()).await;
    for path in ["/openapi.json", "/docs/swagger-ui-bundle.js"] {
        let mut reader = SlowReader::get(&app.url(""), &app.alice(), path).await;
        reader.some(1_000).await;
        assert_eq!(memory.held(), 0, "{path}");
        assert!(reader.drained().await > 200_000, "{path}");
    }
}

#[tokio::test]
async fn a_refusal_does_not_say_back_a_megabyte() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let name = "n".repeat(1_000_000);
    let message = r#""role":"user","content":"Hello""#;
    let conversation = alice.conversation(json!({})).await;
    for (path, body) in [
        (
            "/v1/chat/completions",
            format!(r#"{{"{name}":"\u0000","messages":[]}}"#),
        ),
        (
            "/v1/chat/completions",
            format!(r#"{{"{name}":1,"{name}":1,"messages":[]}}"#),
        ),
        (
            "/v1/chat/completions",
            format!(r#"{{"conversation":"{conversation}","messages":[{{{message},"{name}":1}}]}}"#),
        ),
        ("/v1/conversations", format!(r#"{{"{name}":1}}"#)),
        (
            "/v1/conversations",
            format!(r#"{{"metadata":{{"{name}":1}}}}"#),
        ),
        ("/v1/conversations", format!(r#"{{"project_id":"{name}"}}"#)),
    ] {
        let answer = alice.post_text(path, body).await;
        assert!((400..500).contains(&answer.status));
        assert!(answer.body.len() < 10_000, "{} bytes", answer.body.len());
    }
}
