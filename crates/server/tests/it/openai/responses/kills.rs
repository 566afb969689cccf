//! `kill -9` of the service while responses are written, and the moment after.

use super::{PATH, ended, events};
use crate::app::{SECRET, id};
use crate::kills::answered;
use crate::openai::{LIST, all, conversation};
use crate::process::{Process, Scratch};
use crate::provider::{Provider, says, says_when_told};
use reqwest::Method;
use serde_json::json;
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_response_that_said_completed_is_there_after_a_kill() {
    let provider = Provider::that(says(&["Os", "lo."]));
    let (scratch, url) = (Scratch::new(), provider.url());
    let settings = [
        ("JWT_SECRET", SECRET),
        ("LLM_BASE_URL", url.as_str()),
        ("LLM_TITLES", "false"),
    ];
    let mut process = Process::embedded(&scratch, &settings).await;
    process.ready().await;
    let one = conversation(&process.alice(), json!({})).await;
    for (turn, is_streamed) in [false, true, false].into_iter().enumerate() {
        let body = json!({ "input": "Capital?", "conversation": one, "stream": is_streamed });
        let answer = process.alice().post(PATH, body).await;
        process.kill().await;
        let response = match is_streamed {
            false => answer.expect(200),
            true => events(answer.text()).pop().unwrap()["response"].clone(),
        };
        assert_eq!(response["status"], "completed");
        process = Process::embedded(&scratch, &settings).await;
        process.ready().await;
        let alice = process.alice();
        let path = format!("{PATH}/{}", id(&response));
        let stored = answered(alice.request(Method::GET, &path))
            .await
            .expect(200);
        assert_eq!(stored, response);
        let items = all(&alice, &one).await;
        assert_eq!(items.len(), 2 * (turn + 1));
        assert_eq!(items.last().unwrap()["id"], response["output"][0]["id"]);
    }
}

#[tokio::test]
async fn a_response_that_a_kill_has_cut_fails_within_a_minute() {
    if std::env::var("JAN_TEST_ALL").is_err() {
        println!("skipped (scripts/test --all)");
        return;
    }
    let provider = Provider::that(says_when_told(&["Os", "lo."]));
    let (scratch, url) = (Scratch::new(), provider.url());
    let settings = [("JWT_SECRET", SECRET), ("LLM_BASE_URL", url.as_str())];
    let mut process = Process::embedded(&scratch, &settings).await;
    process.ready().await;
    let one = conversation(&process.alice(), json!({})).await;
    let body = json!({ "input": "Capital?", "conversation": one, "background": true });
    let queued = process.alice().post(PATH, body).await.expect(200);
    provider.was_asked(1).await;
    provider.go_on(1);
    process.kill().await;
    let killed = Instant::now();
    process = Process::embedded(&scratch, &settings).await;
    process.ready().await;
    let alice = process.alice();
    let response = ended(&alice, &id(&queued)).await;
    assert_eq!(response["status"], "failed");
    assert!(
        killed.elapsed() < Duration::from_secs(60),
        "{:?}",
        killed.elapsed()
    );
    let list = format!("{LIST}/{one}/items");
    assert_eq!(alice.get(&list).await.expect(200)["data"], json!([]));
    // The next turn finds its place free.
    provider.does(says(&["Oslo."]));
    let body = json!({ "input": "Capital?", "conversation": one });
    alice.post(PATH, body).await.expect(200);
    assert_eq!(all(&alice, &one).await.len(), 2);
}
