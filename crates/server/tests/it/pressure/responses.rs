//! Responses of OpenAI's face: the memory of those that wait, and of their readers.

use super::held;
use crate::app::{Actor, TestApp, id};
use crate::provider::{Provider, says, says_when_told};
use crate::slow_reader::SlowReader;
use api::memory::Memory;
use serde_json::{Value, json};

const MIB: u64 = 1024 * 1024;
const PATH: &str = "/openai/v1/responses";

async fn asking(provider: &Provider, memory: &Memory) -> TestApp {
    TestApp::spawn_with(|parts| {
        parts.provider = provider.connected();
        parts.memory = memory.clone();
    })
    .await
}

/// Asks for a background response to this much.
async fn begun(actor: &Actor, bytes: usize) -> crate::answer::Answer {
    let body = json!({ "input": "x".repeat(bytes), "background": true });
    actor.post(PATH, body).await
}

/// The stored response, once it has ended.
async fn ended(actor: &Actor, id: &str) -> Value {
    loop {
        let response = actor.get(&format!("{PATH}/{id}")).await.expect(200);
        if !matches!(response["status"].as_str(), Some("queued" | "in_progress")) {
            return response;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn background_responses_that_wait_for_the_model_count_as_memory_of_their_owner() {
    let memory = Memory::new(16 * MIB);
    let provider = Provider::that(says_when_told(&["Yes."]));
    let app = asking(&provider, &memory).await;
    let (alice, bob) = (app.alice(), app.bob());
    let mut waiting = Vec::new();
    let refused = loop {
        let answer = begun(&alice, 400_000).await;
        match answer.status {
            200 => waiting.push(id(&answer.json())),
            _ => break answer,
        }
        assert!(waiting.len() < 20, "all of them are kept");
    };
    assert_eq!(refused.json()["error"]["code"], "too_much_under_way");
    assert!(waiting.len() >= 3, "{waiting:?}");
    let most = 4 * MIB;
    let share = memory.held();
    assert!((2 * MIB..=most).contains(&share), "{share} are held");
    let other = begun(&bob, 400_000).await.expect(200);
    provider.was_asked(waiting.len() + 1).await;
    provider.go_on(2 * (waiting.len() + 1));
    for id in &waiting {
        assert_eq!(ended(&alice, id).await["status"], "completed");
    }
    ended(&bob, &id(&other)).await;
    held(&memory, |held| held == 0).await;
    begun(&alice, 400_000).await.expect(200);
}

#[tokio::test]
async fn readers_of_a_long_response_that_do_not_read_hold_a_quarter_of_the_memory() {
    let memory = Memory::new(32 * MIB);
    let text = "0123456789abcdef".repeat(50_000);
    let provider = Provider::that(says(&[&text]));
    let app = asking(&provider, &memory).await;
    let alice = app.alice();
    let made = alice.post(PATH, json!({ "input": "x" })).await.expect(200);
    let path = format!("{PATH}/{}?stream=true", id(&made));
    let mut readers = Vec::new();
    for _ in 0..12 {
        readers.push(SlowReader::get(&app.url(""), &alice, &path).await);
    }
    // The first bytes of each answer: of some of them, that there is no memory.
    let mut answered = 0;
    for reader in &mut readers {
        reader.some(12).await;
        answered += usize::from(reader.read.starts_with(b"HTTP/1.1 200"));
    }
    assert!((2..=5).contains(&answered), "{answered} are answered");
    assert!(memory.held() <= 8 * MIB, "{} are held", memory.held());
    app.bob().get("/v1/conversations").await.expect(200);
    drop(readers);
    held(&memory, |held| held == 0).await;
    let read = alice.get(&path).await;
    assert!(read.text().ends_with("data: [DONE]\n\n"), "it is not whole");
}
