//! No body keeps a worker: the processor time of each of the process's workers is looked at, which
//! does not depend on what else the machine does.

use crate::app::Actor;
use crate::db::Schema;
use crate::extent;
use crate::operations::{Operation, operations, resolved};
use crate::process::Process;
use reqwest::Method;
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

const MIB: usize = 1024 * 1024;

/// How many times a worker's time for a plain body of the same size a body may take. A worker has to take
/// both from the connection. A body that is also read on a worker takes thousands of times as much, or its
/// square.
const MOST: u32 = 20;

/// The processor time that each worker has used, by its thread's id.
fn workers(process: &Process) -> BTreeMap<PathBuf, Duration> {
    let tasks = fs::read_dir(format!("/proc/{}/task", process.id())).unwrap();
    let tasks = tasks.filter_map(|task| {
        let path = task.ok()?.path();
        let name = fs::read_to_string(path.join("comm")).ok()?;
        // The kernel keeps 15 characters of `actix-server worker 0`.
        if !name.starts_with("actix-server wo") && !name.starts_with("actix-rt") {
            return None;
        }
        let used = fs::read_to_string(path.join("schedstat")).ok()?;
        let used = used.split(' ').next()?.parse().ok()?;
        Some((path, Duration::from_nanos(used)))
    });
    let tasks: BTreeMap<_, _> = tasks.collect();
    assert!(!tasks.is_empty(), "the workers have other names now");
    tasks
}

/// A body of about so many bytes: pieces between a beginning and an end.
fn filled(begin: &str, piece: &str, end: &str, bytes: usize) -> String {
    let pieces = bytes.saturating_sub(begin.len() + end.len()) / (piece.len() + 1);
    format!("{begin}{}{end}", vec![piece; pieces].join(","))
}

fn fields(prefix: &str, value: &str, bytes: usize) -> String {
    let number = bytes / (prefix.len() + value.len() + 12);
    let fields = (0..number).map(|n| format!("\"{prefix}{n}\":{value}"));
    format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
}

/// Values that take long to read, or make much of little.
fn values(bytes: usize) -> Vec<(&'static str, String)> {
    let deep = bytes / 2 - 8;
    vec![
        ("empty objects", filled("[", "{}", "]", bytes)),
        ("empty texts", filled("[", "\"\"", "]", bytes)),
        ("pairs", fields("p", "\"x\"", bytes)),
        ("depth", format!("{}{}", "[".repeat(deep), "]".repeat(deep))),
        ("escapes", format!("\"{}\"", "\\\\".repeat(bytes / 2 - 8))),
        ("digits", "1".repeat(bytes)),
        ("spaces", format!("{}null", " ".repeat(bytes))),
    ]
}

/// Bodies for an operation: many fields, and each of its own fields with each of the values, or with one
/// of them in turn.
fn bodies(operation: &Operation, bytes: usize, all: bool) -> Vec<(String, String)> {
    let document = crate::operations::document();
    let body = &operation.described["requestBody"]["content"]["application/json"]["schema"];
    let schema = resolved(document, body);
    let mut bodies = vec![
        ("many fields".to_owned(), fields("f", "0", bytes)),
        ("an array".to_owned(), filled("[", "[]", "]", bytes)),
    ];
    let own = schema["properties"].as_object();
    let values = values(bytes - 64);
    for (turn, name) in own.into_iter().flat_map(|fields| fields.keys()).enumerate() {
        for (number, (kind, value)) in values.iter().enumerate() {
            if all || number == turn % values.len() {
                bodies.push((format!("{name}: {kind}"), format!("{{\"{name}\":{value}}}")));
            }
        }
    }
    bodies
}

/// The time of the busiest worker for this request, and the status of its answer. A body that is
/// too large is refused before all of it has come; a client that goes on writing may find the connection
/// closed, and has no status then.
async fn cost(
    process: &Process,
    actor: &Actor,
    (method, path): (&Method, &str),
    body: String,
) -> (Duration, Option<u16>) {
    let before = workers(process);
    let request = actor.request(method.clone(), path);
    let request = request.header("content-type", "application/json");
    let status = match request.body(body).send().await {
        Ok(answer) => {
            let status = answer.status().as_u16();
            answer.bytes().await.unwrap();
            Some(status)
        }
        Err(error) if error.is_request() => None,
        Err(error) => panic!("{error:?}"),
    };
    let after = workers(process).into_iter();
    let used = after.map(|(task, after)| {
        let before = before.get(&task).copied().unwrap_or_default();
        after.saturating_sub(before)
    });
    (used.max().unwrap(), status)
}

/// Checks that a request takes less than `most` of each worker, and returns the time of the busiest and the
/// status. The time is taken up to five times: on a busy machine one may be far too long, and that of a body that
/// is read on a worker always is.
async fn must_take_less(
    most: Duration,
    process: &Process,
    actor: &Actor,
    line: (&Method, &str),
    body: String,
    what: &str,
) -> (Duration, Option<u16>) {
    let mut taken = Vec::new();
    for _ in 0..5 {
        let (used, status) = cost(process, actor, line, body.clone()).await;
        if used < most {
            println!("{what} ({status:?}): {used:?}");
            return (used, status);
        }
        taken.push((used, status));
    }
    panic!("{what}: {taken:?}, and not less than {most:?}");
}

/// The most that a plain body of so many bytes takes of a worker.
async fn plain(process: &Process, actor: &Actor, bytes: usize) -> Duration {
    let body = format!("{{\"content\":\"{}\"}}", "x".repeat(bytes - 16));
    let mut most = Duration::ZERO;
    for _ in 0..5 {
        let line = (&Method::POST, "/v1/chat/completions");
        most = most.max(cost(process, actor, line, body.clone()).await.0);
    }
    println!("a plain body takes {most:?}");
    most
}

async fn service(schema: &Schema) -> Process {
    let off = [
        "LOGIN",
        "LOGIN_ACCOUNT",
        "REGISTRATION",
        "GUEST",
        "REFRESH",
        "KEY",
        "SHARE",
    ];
    let off: Vec<_> = off.iter().map(|name| format!("{name}_LIMIT")).collect();
    let off: Vec<_> = off.iter().map(|name| (name.as_str(), "off")).collect();
    let process = Process::external(schema.url(), &off).await;
    process.ready().await;
    process
}

#[tokio::test]
async fn no_body_of_any_operation_keeps_a_worker() {
    let schema = Schema::migrated().await;
    let process = service(&schema).await;
    let alice = process.alice();
    let all = extent::is_all();
    // A little more than the limit for reading on a worker shows bodies that take their square. Full bodies
    // take minutes without an optimizer, and so do all values for all fields: then each run has one.
    let bytes = match all {
        true => 16 * MIB - 1024,
        false => 144 * 1024,
    };
    let most = plain(&process, &alice, bytes).await * MOST;
    let conversation = alice.conversation(json!({})).await;
    let mut worst = (Duration::ZERO, String::new());
    for operation in operations()
        .iter()
        .filter(|operation| operation.takes_body())
    {
        let values = operation.parameters();
        let values = values.iter().map(|name| match name.as_str() {
            "conversation_id" => conversation.clone(),
            _ => "x".to_owned(),
        });
        let path = operation.at(&values.collect::<Vec<_>>());
        for (kind, body) in bodies(operation, bytes, all) {
            let what = format!("{}, {kind}", operation.name);
            let line = (&operation.method, path.as_str());
            let (used, _) = must_take_less(most, &process, &alice, line, body, &what).await;
            worst = worst.max((used, what));
        }
    }
    println!("the worst: {worst:?}");
}

#[tokio::test]
async fn the_largest_bodies_are_read_beside_the_workers() {
    let schema = Schema::migrated().await;
    let process = service(&schema).await;
    let alice = process.alice();
    // Without an optimizer, a quarter of the body takes as long as all of it with one.
    let bytes = match extent::is_all() {
        true => 16 * MIB - 1024,
        false => 4 * MIB,
    };
    let most = plain(&process, &alice, bytes).await * MOST;
    let message = r#"{"role":"user","content":"hello"}"#;
    // A title is looked for in each, and not found.
    let empty_lines = "\\n".repeat(bytes / 190);
    let says_nothing = format!("{{\"role\":\"user\",\"content\":\"{empty_lines}\"}}");
    let conversation = alice.conversation(json!({})).await;
    let items = format!("/v1/conversations/{conversation}/items");
    let batch = format!("{items}/batch");
    let part = r#"{"type":"input_text","text":"x"}"#;
    let parts = filled("\"role\":\"user\",\"parts\":[", part, "]", bytes - 64);
    let escapes = "\\u00e9".repeat(bytes / 6 - 64);
    for (path, body) in [
        (
            "/v1/conversations",
            filled("{\"items\":[", message, "]}", bytes),
        ),
        (
            "/v1/conversations",
            format!("{{\"metadata\":{}}}", fields("m", "\"x\"", bytes - 64)),
        ),
        (
            "/v1/chat/completions",
            filled("{\"messages\":[", message, "]}", bytes),
        ),
        (
            "/v1/chat/completions",
            filled("{\"messages\":[", "{}", "]}", bytes),
        ),
        (
            "/v1/conversations",
            filled("{\"items\":[", &says_nothing, "]}", bytes),
        ),
        (items.as_str(), format!("{{{parts}}}")),
        (batch.as_str(), format!("{{\"items\":[{{{parts}}}]}}")),
        ("/v1/conversations", format!("{{\"items\":[{{{parts}}}]}}")),
        (
            "/jan/v1/conversations",
            format!("{{\"items\":[{{\"type\":\"thing\",{parts}}}]}}"),
        ),
        // Stored and answered.
        (
            items.as_str(),
            format!("{{\"role\":\"user\",\"parts\":[{{\"type\":\"thing\",\"a\":\"{escapes}\"}}]}}"),
        ),
    ] {
        let what = format!("{path} {}", &body[..40]);
        must_take_less(most, &process, &alice, (&Method::POST, path), body, &what).await;
    }
}

#[tokio::test]
async fn long_answers_are_written_beside_the_workers() {
    let schema = Schema::migrated().await;
    let process = service(&schema).await;
    let alice = process.alice();
    let bytes = 300_000;
    let most = plain(&process, &alice, bytes).await * MOST;
    let conversation = alice.conversation(json!({})).await;
    for piece in ["<", "[", "`", "*a", "> "] {
        alice
            .say(&conversation, &piece.repeat(bytes / piece.len()))
            .await;
    }
    let export = format!("/v1/conversations/{conversation}/export");
    for path in [format!("{export}.md"), export] {
        let (line, none) = ((&Method::GET, path.as_str()), String::new());
        let (_, status) = must_take_less(most, &process, &alice, line, none, &path).await;
        assert_eq!(status, Some(200), "{path}");
    }
}
