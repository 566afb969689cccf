//! No body keeps a worker: the processor time of each of the process's workers is looked at, which
//! does not depend on what else the machine does.

use crate::app::Actor;
use crate::db::Schema;
use crate::operations::{Operation, operations, resolved};
use crate::process::Process;
use serde_json::json;
use std::fs;
use std::time::Duration;

const MIB: usize = 1024 * 1024;

/// What a worker may spend on one request, all in all. Without an optimizer, taking 16 MiB from a
/// connection takes a good part of it; reading so much JSON takes several times as much.
const MOST: Duration = Duration::from_millis(400);

/// The processor time of the worker that has used most since, by its thread's id.
fn workers(process: &Process) -> Vec<(String, Duration)> {
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
        Some((path.display().to_string(), Duration::from_nanos(used)))
    });
    let mut tasks: Vec<_> = tasks.collect();
    tasks.sort();
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

/// Bodies for an operation: many fields, and each of its own fields with each of the values.
fn bodies(operation: &Operation, bytes: usize) -> Vec<(String, String)> {
    let document = crate::operations::document();
    let body = &operation.described["requestBody"]["content"]["application/json"]["schema"];
    let schema = resolved(document, body);
    let mut bodies = vec![
        ("many fields".to_owned(), fields("f", "0", bytes)),
        ("an array".to_owned(), filled("[", "[]", "]", bytes)),
    ];
    let own = schema["properties"].as_object();
    for name in own.into_iter().flat_map(|fields| fields.keys()) {
        for (kind, value) in values(bytes - 64) {
            bodies.push((format!("{name}: {kind}"), format!("{{\"{name}\":{value}}}")));
        }
    }
    bodies
}

async fn sent(
    process: &Process,
    actor: &Actor,
    line: (&reqwest::Method, &str),
    what: &str,
    body: String,
) {
    let before = workers(process);
    assert!(!before.is_empty(), "the workers have other names now");
    let request = actor.request(line.0.clone(), line.1);
    let request = request.header("content-type", "application/json");
    let answer = actor.sent(request.body(body)).await;
    for ((task, before), (_, after)) in before.iter().zip(workers(process)) {
        let used = after.saturating_sub(*before);
        assert!(
            used < MOST,
            "{what} ({}): {used:?} in {task}",
            answer.status
        );
    }
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
    let process = Process::external(&schema.url, &off).await;
    process.ready().await;
    process
}

#[tokio::test]
async fn no_body_of_any_operation_keeps_a_worker() {
    let schema = Schema::migrated().await;
    let process = service(&schema).await;
    let alice = process.alice();
    // A quarter of a megabyte shows what takes its square. All of it takes minutes without an
    // optimizer.
    let bytes = match std::env::var_os("JAN_TEST_ALL") {
        Some(_) => 16 * MIB - 1024,
        None => MIB / 4,
    };
    let conversation = alice.conversation(json!({})).await;
    for operation in operations()
        .iter()
        .filter(|operation| operation.takes_body())
    {
        let values = operation.parameters();
        let values = values.iter().map(|name| match name.as_str() {
            "conv_id" => conversation.clone(),
            _ => "x".to_owned(),
        });
        let path = operation.at(&values.collect::<Vec<_>>());
        for (kind, body) in bodies(operation, bytes) {
            let what = format!("{}, {kind}", operation.name);
            sent(&process, &alice, (&operation.method, &path), &what, body).await;
        }
    }
}

#[tokio::test]
async fn the_largest_bodies_are_read_beside_the_workers() {
    let schema = Schema::migrated().await;
    let process = service(&schema).await;
    let alice = process.alice();
    let bytes = 16 * MIB - 1024;
    let message = r#"{"role":"user","content":"hello"}"#;
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
    ] {
        let what = format!("{path} {}", &body[..40]);
        sent(
            &process,
            &alice,
            (&reqwest::Method::POST, path),
            &what,
            body,
        )
        .await;
    }
}
