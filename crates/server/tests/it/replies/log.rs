//! The log about a failure of the provider: its reason and request, once, and no contents.

use super::{contents, path, said};
use crate::app::Actor;
use crate::db::Schema;
use crate::process::{Log, Process};
use crate::provider::{
    Play, Provider, STREAM, answers, event, nobody, refuses, says, says_when_told,
};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

/// Texts that must stay out of the log: the key, the question, the reply, and the provider's own text about
/// its failure.
const KEY: &str = "sk-test";
const QUESTION: &str = "Keep it secret.";
const REPLY: &str = "Between you and me,";
const TEXT: &str = "a private text";

/// The log's word for a failure that a client was told of.
const FAILED: &str = "the model provider failed";

/// A failure: the provider's behaviour, a part of the reason in the log, and whether the client gets the
/// provider's text.
type Case = (Play, &'static str, bool);

/// The type of a failure.
#[derive(Clone, Copy, PartialEq)]
enum Of {
    Anything,
    /// Without `stream` this would not be an answer at all.
    Stream,
    /// Without storing, this may be a good answer.
    Reply,
}

fn cases() -> impl Iterator<Item = (Case, Of)> {
    let of = |of, cases: Vec<Case>| cases.into_iter().map(move |case| (case, of));
    let anything = of(Of::Anything, failures());
    anything
        .chain(of(Of::Stream, broken_streams()))
        .chain(of(Of::Reply, unkept()))
}

/// Failures before anything is said.
fn failures() -> Vec<Case> {
    let html = "Content-Type: text/html\r\n";
    vec![
        (refuses("400 Bad Request", TEXT), "it answered 400", true),
        (refuses("401 Unauthorized", TEXT), "LLM_API_KEY", false),
        (
            refuses("402 Payment Required", TEXT),
            "it answered 402",
            true,
        ),
        (refuses("404 Not Found", TEXT), "it answered 404", true),
        (
            refuses("413 Content Too Large", TEXT),
            "it answered 413",
            true,
        ),
        (
            refuses("422 Unprocessable Content", TEXT),
            "it answered 422",
            true,
        ),
        (
            refuses("429 Too Many Requests", TEXT),
            "it answered 429",
            true,
        ),
        (
            refuses("500 Internal Server Error", TEXT),
            "it answered 500",
            true,
        ),
        (
            refuses("503 Service Unavailable", TEXT),
            "it answered 503",
            true,
        ),
        (
            answers("302 Found", "Location: /a\r\n", ""),
            "it answered 302",
            false,
        ),
        (
            answers("200 OK", html, TEXT),
            "not one of OpenAI's API",
            true,
        ),
        (Play::Bytes(Vec::new()), "ended without an answer", false),
        (Play::Hangs(Vec::new()), "TimedOut", false),
    ]
}

/// Failures of an answer that has begun.
fn broken_streams() -> Vec<Case> {
    let begun = format!("{STREAM}{}", event(REPLY));
    let midway = format!("{begun}data: {{\"error\":{{\"message\":\"{TEXT}\"}}}}\n\n");
    let promised = begun.replace("Connection", "Content-Length: 9999\r\nConnection");
    let endless = Play::Repeats(format!("{STREAM}data: ").into(), vec![b'x'; 1 << 20], 100);
    vec![
        (Play::Bytes(begun.clone().into()), "broke off", false),
        (Play::Bytes(promised.into()), "broke off", false),
        (Play::Bytes(midway.into()), "gave up midway", true),
        (Play::Hangs(begun.into()), "TimedOut", false),
        (endless, "its answer is too long", false),
    ]
}

/// Replies that cannot be kept.
fn unkept() -> Vec<Case> {
    // A provider that cannot stream, so that all requests get the same.
    let choice = json!({ "message": { "content": REPLY }, "finish_reason": "tool_calls" });
    let json = "Content-Type: application/json\r\n";
    let called = answers("200 OK", json, &json!({ "choices": [choice] }).to_string());
    let long = "x".repeat(500_000);
    vec![
        (says(&[]), "its reply is empty", false),
        (says(&[REPLY, "\0"]), "NUL character", false),
        (
            says(&[REPLY, &long, &long]),
            "more than 1,000,000 characters",
            false,
        ),
        (called, "it called a tool", false),
    ]
}

/// A service whose provider is at `url` and takes so many requests at once, and whose log has all
/// there is.
async fn service(schema: &Schema, url: &str, concurrency: &str) -> Process {
    waiting(schema, url, concurrency, "60").await
}

/// The same, which waits so many seconds for each word of the provider.
async fn waiting(schema: &Schema, url: &str, concurrency: &str, seconds: &str) -> Process {
    let settings = [
        ("LLM_BASE_URL", url),
        ("LLM_API_KEY", KEY),
        ("LLM_TIMEOUT_SECONDS", seconds),
        ("LLM_MAX_CONCURRENCY", concurrency),
        ("LLM_OWNER_CONCURRENCY", concurrency),
        ("LOG_FORMAT", "json"),
        ("LOG_LEVEL", "debug"),
    ];
    let process = Process::external(schema.url(), &settings).await;
    process.ready().await;
    process
}

const CHAT: &str = "/v1/chat/completions";

fn chat(conversation: Option<&String>, stream: bool) -> (&'static str, Value) {
    let body = json!({
        "messages": [{ "role": "user", "content": QUESTION }],
        "conversation": conversation, "stream": stream,
    });
    (CHAT, body)
}

/// All ways in which a reply can be asked for, each by a request that can be found in the log.
struct Asking {
    alice: Actor,
    conversation: String,
    regenerate: String,
    /// Others, each with its way to regenerate: turns of one conversation wait for each other.
    others: Vec<(String, String)>,
}

impl Asking {
    async fn of(process: &Process) -> Self {
        let alice = process.alice();
        let place = async || {
            let (conversation, ids) = said(&alice, &[("user", QUESTION)]).await;
            let regenerate = path(&conversation, &ids[0]);
            (conversation, regenerate)
        };
        let (conversation, regenerate) = place().await;
        let others = vec![place().await, place().await, place().await];
        Self {
            alice,
            conversation,
            regenerate,
            others,
        }
    }

    /// Asks; returns the failure as the client gets it.
    async fn failed(&self, id: &str, path: &str, body: Value) -> String {
        let request = self.alice.request(Method::POST, path).json(&body);
        let answer = self.alice.sent(request.header("x-request-id", id)).await;
        let text = answer.text().to_owned();
        assert!(text.contains("\"error\""), "{id}: {text}");
        text
    }

    /// What asks for a stream that is kept: a request's id, its path and its body.
    fn streams(&self) -> [(&'static str, &str, Value); 2] {
        let regenerate = (self.regenerate.as_str(), json!({ "stream": true }));
        let chat = chat(Some(&self.conversation), true);
        [
            ("regenerated", regenerate.0, regenerate.1),
            ("chatted", chat.0, chat.1),
        ]
    }

    /// Asks in all ways for which this is a failure, at once; returns the requests' ids and the answers.
    async fn all_failed(&self, id: &str, of: Of) -> Vec<(String, String)> {
        let [first, second, third] = self.others.as_slice() else {
            panic!("there are three others");
        };
        let mut ways = vec![
            (self.regenerate.as_str(), json!({})),
            (first.1.as_str(), json!({ "stream": true })),
            chat(Some(&second.0), true),
        ];
        if of != Of::Stream {
            ways.push(chat(Some(&third.0), false));
        }
        if of != Of::Reply {
            ways.push(chat(None, true));
        }
        if of == Of::Anything {
            ways.push(chat(None, false));
        }
        let asked = ways
            .into_iter()
            .enumerate()
            .map(async |(way, (path, body))| {
                let id = format!("{id}-{way}");
                let told = self.failed(&id, path, body).await;
                (id, told)
            });
        join_all(asked).await
    }
}

/// All that the log says up to now.
async fn whole(process: &Process) -> Vec<String> {
    let anon = process.anon();
    let request = anon.request(Method::GET, "/healthz");
    anon.sent(request.header("x-request-id", "up-to-here"))
        .await;
    process.log.line("up-to-here").await;
    process.log.lines()
}

/// The lines that say this and name this request.
fn about<'a>(lines: &'a [String], said: &str, id: &str) -> Vec<&'a String> {
    let named = format!("\"request_id\":\"{id}\"");
    let about = |line: &&String| line.contains(&named) && line.contains(said);
    lines.iter().filter(about).collect()
}

#[track_caller]
fn assert_no_secret(log: &Log) {
    for line in log.lines() {
        for secret in [KEY, QUESTION, REPLY, TEXT] {
            assert!(!line.contains(secret), "{line}");
        }
    }
}

#[tokio::test]
async fn each_failure_is_in_the_log_once_with_its_reason_and_its_request_and_without_a_secret() {
    let schema = Schema::migrated().await;
    let provider = Provider::that(says(&[]));
    // A busy machine needs its time.
    for (seconds, is_silent) in [("120", false), ("1", true)] {
        let process = waiting(&schema, &provider.url(), "15", seconds).await;
        let asking = Asking::of(&process).await;
        let cases = cases().filter(|((play, ..), _)| matches!(play, Play::Hangs(_)) == is_silent);
        each_is_told(&process, &provider, &asking, cases).await;
        let others = asking.others.iter().map(|(conversation, _)| conversation);
        for conversation in others.chain([&asking.conversation]) {
            assert_eq!(contents(&asking.alice, conversation).await, [QUESTION]);
        }
    }
}

/// The client is told of each failure, and so is the log.
async fn each_is_told(
    process: &Process,
    provider: &Provider,
    asking: &Asking,
    cases: impl Iterator<Item = (Case, Of)>,
) {
    let mut expected = Vec::new();
    for (number, ((play, reason, is_quoted), of)) in cases.enumerate() {
        provider.does(play);
        let told = asking.all_failed(&format!("case-{number}"), of).await;
        for (name, told) in told {
            assert_eq!(told.contains(TEXT), is_quoted, "{name}, {reason}: {told}");
            expected.push((name, reason));
        }
    }
    let lines = whole(process).await;
    for (name, reason) in expected {
        let found = about(&lines, FAILED, &name);
        assert_eq!(found.len(), 1, "{name}, {reason}: {found:#?}");
        assert!(found[0].contains(reason), "{reason}: {}", found[0]);
        assert!(found[0].contains("\"level\":\"WARN\""), "{}", found[0]);
        if reason.starts_with("it answered") {
            let asked = format!("asked at {}/chat/completions", provider.url());
            assert!(found[0].contains(&asked), "{}", found[0]);
        }
    }
    // The service is not at fault, so the operator is not called.
    let errors = lines
        .iter()
        .filter(|line| line.contains("\"level\":\"ERROR\""));
    assert_eq!(errors.count(), 0);
    assert_no_secret(&process.log);
}

#[tokio::test]
async fn why_a_provider_cannot_be_reached_is_in_the_log() {
    let nobody = nobody();
    let closed = format!("http://{}/v1", nobody.local_addr().unwrap());
    let plain = Provider::that(says(&["Hello"]));
    for (url, reason) in [
        (closed, "Connection refused"),
        (
            "http://nowhere.invalid/v1".to_owned(),
            "failed to lookup address",
        ),
        (
            plain.url().replace("http://", "https://"),
            "corrupt message",
        ),
    ] {
        let schema = Schema::migrated().await;
        let process = service(&schema, &url, "8").await;
        let asking = Asking::of(&process).await;
        let told = asking.all_failed("unreachable", Of::Anything).await;
        let lines = whole(&process).await;
        for (name, told) in told {
            // The client is not told the address of the provider, nor the failure of the connection.
            assert!(told.contains("it cannot be reached."), "{told}");
            // It was asked twice, and both times in vain.
            for said in ["asking the model provider once more", FAILED] {
                let found = about(&lines, said, &name);
                assert_eq!(found.len(), 1, "{name}, {reason}: {found:#?}");
                assert!(found[0].contains(reason), "{reason}: {}", found[0]);
            }
        }
        assert_no_secret(&process.log);
    }
}

#[tokio::test]
async fn the_reason_is_in_the_log_also_if_the_client_has_left() {
    let schema = Schema::migrated().await;
    let provider = Provider::that(says_when_told(&[REPLY, "\0"]));
    let process = service(&schema, &provider.url(), "8").await;
    let asking = Asking::of(&process).await;
    for (name, path, body) in asking.streams() {
        provider.go_on(1);
        let request = asking.alice.request(Method::POST, path).json(&body);
        let request = request.header("x-request-id", name);
        let mut response = request.send().await.unwrap();
        let first = response.chunk().await.unwrap().unwrap();
        assert!(String::from_utf8_lossy(&first).contains(REPLY));
        drop(response);
        provider.go_on(2);
        // Told or not: whether the service has noticed the disconnect by now is left to chance.
        let line = process.log.line_with(&["NUL character", name]).await;
        assert!(line.contains("\"level\":\"WARN\""), "{line}");
    }
    assert_no_secret(&process.log);
}

#[tokio::test]
async fn the_reason_is_in_the_log_also_if_the_client_left_before_the_answer() {
    let schema = Schema::migrated().await;
    // Far more than fits the buffers of a connection, and less than ends it.
    let piece = REPLY.repeat(1_000);
    let mut pieces = vec![piece.as_str(); 45];
    pieces.push("\0");
    let provider = Provider::that(says(&pieces));
    let process = service(&schema, &provider.url(), "1").await;
    let asking = Asking::of(&process).await;
    for (name, path, body) in asking.streams() {
        let request = asking.alice.request(Method::POST, path).json(&body);
        let request = request.header("x-request-id", name);
        let response = request.send().await.unwrap();
        // There is one place for an answer: that it is free again shows that the first has ended.
        let next = json!({ "messages": [{ "role": "user", "content": QUESTION }] });
        asking.alice.post(CHAT, next).await.expect(200);
        drop(response);
        let line = process.log.line_with(&["NUL character", name]).await;
        assert!(line.contains("\"level\":\"WARN\""), "{line}");
    }
    assert_no_secret(&process.log);
}

#[tokio::test]
async fn why_a_title_fails_is_in_the_log_without_a_secret() {
    let schema = Schema::migrated().await;
    let provider = Provider::that(refuses("400 Bad Request", TEXT));
    let process = service(&schema, &provider.url(), "8").await;
    let items = json!({ "items": [{ "role": "user", "content": QUESTION }] });
    process.alice().conversation(items).await;
    let line = process.log.line("a job failed; trying again later").await;
    assert!(line.contains("it answered 400"), "{line}");
    assert_no_secret(&process.log);
}
