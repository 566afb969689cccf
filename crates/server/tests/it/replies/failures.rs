//! Whatever goes wrong with the provider, the client is told, and the conversation stays as it was.

use super::{path, said};
use crate::answer::Answer;
use crate::app::TestApp;
use crate::events::events;
use crate::provider::{Play, Provider, STREAM, answers, connected, end, event, refuses, says};
use chrono::TimeDelta;
use domain::clock::Clock as _;
use infra::clock::SystemClock;
use serde_json::json;
use std::time::Duration;

/// Checks the client's answer to this behaviour of the provider, streamed and not, and that the conversation stays.
async fn assert_told(play: Play, code: &str, message: &str) -> Answer {
    let provider = Provider::that(play.clone());
    let app = TestApp::spawn_with(|parts| {
        // A busy machine needs its time.
        parts.provider = provider.connected_with(|it| match play {
            Play::Hangs(_) => it.silence = Duration::from_secs(1),
            _ => it.silence = Duration::from_secs(120),
        });
    })
    .await;
    assert_untouched(&app, code, message, &beginning(&play)).await
}

fn beginning(play: &Play) -> String {
    format!("{play:?}").chars().take(80).collect()
}

async fn assert_untouched(app: &TestApp, code: &str, message: &str, what: &str) -> Answer {
    let alice = app.alice();
    let (conversation, ids) = said(&alice, &[("user", "Why?"), ("assistant", "Hm.")]).await;
    let (other, first) = said(&alice, &[("user", "Why?")]).await;
    let before = app.schema.contents().await;
    for path in [path(&conversation, &ids[1]), path(&other, &first[0])] {
        let streamed = alice.post(&path, json!({ "stream": true })).await;
        let error = match streamed.status {
            // The text before the failure was sent.
            200 => {
                let (name, data) = events(streamed.text()).pop().unwrap();
                assert_eq!(name, "error", "{what}");
                let request_id = streamed.header("x-request-id");
                assert_eq!(data["error"]["request_id"], request_id, "{what}");
                assert_eq!(data["error"]["code"], code, "{what}");
                data["error"].clone()
            }
            _ => streamed.failure(code),
        };
        assert_eq!(error["message"], message, "{what}");
    }
    let answer = alice.post(&path(&conversation, &ids[1]), json!({})).await;
    assert_eq!(answer.failure(code)["message"], message, "{what}");
    assert_eq!(app.schema.contents().await, before, "{what}");
    answer
}

const ERROR: &str = "model_provider_error";

#[tokio::test]
async fn a_provider_that_refuses_is_quoted() {
    for status in ["400 Bad Request", "404 Not Found", "413 Content Too Large"] {
        let message = "The model provider refused the request: no model of that name";
        let play = refuses(status, "no model of that name");
        assert_told(play, ERROR, message).await;
    }
    let message = "The model provider failed: out of memory";
    let play = refuses("500 Internal Server Error", "out of memory");
    assert_told(play, ERROR, message).await;
}

#[tokio::test]
async fn a_key_that_is_not_accepted_is_not_quoted() {
    let message = "The model provider failed: it answered 401: it does not accept this server's \
                   LLM_API_KEY.";
    let play = refuses("401 Unauthorized", "Incorrect API key provided: sk-test");
    let answer = assert_told(play, ERROR, message).await;
    assert!(!answer.text().contains("sk-"));
}

#[tokio::test]
async fn a_limit_of_the_providers_is_passed_on() {
    let play = answers(
        "429 Too Many Requests",
        "Retry-After: 7\r\nX-Internal: 1\r\n",
        "slow down",
    );
    let message = "The model provider limits how often it may be asked: slow down";
    let answer = assert_told(play, "model_provider_rate_limited", message).await;
    assert_eq!(answer.header("retry-after"), "7");
    assert_eq!(answer.header("x-internal"), "");
}

#[tokio::test]
async fn a_pause_of_milliseconds_or_until_a_date_is_passed_on_in_seconds() {
    let provider = Provider::that(says(&[]));
    let app = TestApp::spawn_with(|parts| parts.provider = provider.connected()).await;
    let alice = app.alice();
    let (conversation, ids) = said(&alice, &[("user", "Why?")]).await;
    let question = json!({ "role": "user", "content": "Why?" });
    let chat = json!({ "conversation": conversation, "messages": [question] });
    let date = (SystemClock.now() + TimeDelta::seconds(300)).format("%a, %d %b %Y %H:%M:%S GMT");
    for (pause, seconds) in [
        ("retry-after-ms: 90000\r\n".to_owned(), 90..=90),
        (
            "Retry-After: 7\r\nretry-after-ms: 90000\r\n".to_owned(),
            90..=90,
        ),
        (format!("Retry-After: {date}\r\n"), 270..=300),
        (
            "Date: Wed, 25 Nov 2026 10:00:00 GMT\r\nRetry-After: Wed, 25 Nov 2026 10:05:00 GMT\r\n"
                .to_owned(),
            300..=300,
        ),
    ] {
        provider.does(answers("429 Too Many Requests", &pause, "slow down"));
        for (path, body) in [
            ("/v1/chat/completions".to_owned(), &chat),
            (path(&conversation, &ids[0]), &json!({})),
        ] {
            let answer = alice.post(&path, body.clone()).await;
            answer.failure("model_provider_rate_limited");
            let told: u64 = answer.header("retry-after").parse().unwrap();
            assert!(seconds.contains(&told), "{pause:?}: {told}");
        }
    }
}

#[tokio::test]
async fn answers_that_are_not_replies_are_not_stored() {
    let begun = format!("{STREAM}{}", event("Hel"));
    let rubbish = "The model provider failed: its answer is not one of OpenAI's API. It begins with: \
                   <html></html>";
    let html = answers("200 OK", "Content-Type: text/html\r\n", "<html></html>");
    assert_told(html, ERROR, rubbish).await;
    let broke_off = "The model provider failed: its answer broke off.";
    assert_told(Play::Bytes(begun.clone().into()), ERROR, broke_off).await;
    let called = "The model provider failed: it called a tool instead of replying.";
    for reason in ["tool_calls", "function_call"] {
        let end = end().replace("\"stop\"", &format!("\"{reason}\""));
        let play = Play::Bytes(format!("{begun}{end}").into());
        assert_told(play, ERROR, called).await;
    }
    let empty = "The model provider failed: its reply is empty.";
    assert_told(says(&[]), ERROR, empty).await;
    let nul = "The model provider failed: its reply has a NUL character (U+0000).";
    assert_told(says(&["a", "b\0c"]), ERROR, nul).await;
}

#[tokio::test]
async fn a_reply_may_have_a_million_characters_and_not_one_more() {
    let most = "☃".repeat(100_000);
    let pieces = [most.as_str(); 10];
    let provider = Provider::that(says(&pieces));
    let app = TestApp::spawn_with(|parts| parts.provider = provider.connected()).await;
    let alice = app.alice();
    let (conversation, ids) = said(&alice, &[("user", "Why?")]).await;
    let path = path(&conversation, &ids[0]);
    let streamed = alice.post(&path, json!({ "stream": true })).await;
    let mut told = events(streamed.text());
    let (name, completed) = told.pop().unwrap();
    assert_eq!(name, "item.completed");
    let deltas = told.iter().map(|(_, data)| data["text"].as_str().unwrap());
    assert!(deltas.collect::<String>() == most.repeat(10));
    assert!(completed["item"]["content"] == most.repeat(10));

    let long = "The model provider failed: its reply has more than 1,000,000 characters.";
    assert_told(says(&[&pieces[..], &["!"]].concat()), ERROR, long).await;
}

#[tokio::test]
async fn an_answer_of_100_megabytes_is_given_up() {
    let play = Play::Repeats(format!("{STREAM}data: ").into(), vec![b'x'; 1 << 20], 100);
    let message = "The model provider failed: its answer is too long.";
    assert_told(play, ERROR, message).await;
}

#[tokio::test]
async fn a_provider_that_hangs_is_given_up_in_time() {
    let message = "The model provider did not answer in time.";
    let begun = format!("{STREAM}{}", event("Hel"));
    for play in [Play::Hangs(Vec::new()), Play::Hangs(begun.into())] {
        assert_told(play, "model_provider_timeout", message).await;
    }
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_told_of() {
    let app = TestApp::spawn_with(|parts| {
        parts.provider = connected("http://nowhere.invalid/v1", |_| {});
    })
    .await;
    let message = "The model provider failed: it cannot be reached.";
    assert_untouched(&app, ERROR, message, "nowhere").await;
}

#[tokio::test]
async fn failures_that_would_repeat_tell_clients_not_to_retry() {
    let begun = format!("{STREAM}{}", event("Hel"));
    let called = end().replace("\"stop\"", "\"tool_calls\"");
    let called = Play::Bytes(format!("{begun}{called}").into());
    let html = answers("200 OK", "Content-Type: text/html\r\n", "<html></html>");
    let moved = answers("302 Found", "Location: http://127.0.0.1:1/\r\n", "");
    let long = "☃".repeat(500_001);
    let refused = |status| (refuses(status, "no"), "false");
    let passing = |status| (refuses(status, "no"), "");
    let provider = Provider::that(says(&[]));
    let app = TestApp::spawn_with(|parts| parts.provider = provider.connected()).await;
    let alice = app.alice();
    for (play, should_retry) in [
        refused("400 Bad Request"),
        refused("401 Unauthorized"),
        refused("402 Payment Required"),
        refused("403 Forbidden"),
        refused("404 Not Found"),
        refused("409 Conflict"),
        refused("413 Content Too Large"),
        refused("422 Unprocessable Content"),
        (moved, "false"),
        (called, "false"),
        (says(&["a", "b\0c"]), "false"),
        (says(&[&long, &long]), "false"),
        // It would most likely say as little the next time, and cost as much.
        (says(&[]), "false"),
        // A provider may recover.
        (html, ""),
        (Play::Bytes(begun.into()), ""),
        (Play::Bytes(Vec::new()), ""),
        passing("408 Request Timeout"),
        passing("425 Too Early"),
        passing("500 Internal Server Error"),
        passing("503 Service Unavailable"),
    ] {
        provider.does(play.clone());
        let (conversation, ids) = said(&alice, &[("user", "Why?")]).await;
        let answer = alice.post(&path(&conversation, &ids[0]), json!({})).await;
        answer.failure(ERROR);
        assert_eq!(answer.header("x-should-retry"), should_retry, "{play:.80?}");
    }
}
