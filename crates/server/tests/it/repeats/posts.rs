//! Each POST of the description, so that a new one cannot escape.

use super::{KEY, REPLAYED, ids, is_replayed};
use crate::answer::Answer;
use crate::app::{TestApp, repeats};
use crate::clock::PinnedClock;
use crate::db::Schema;
use crate::durability::cutter::Cutter;
use crate::durability::endpoints::{Guest, is_acknowledged, until_ready};
use crate::extent;
use crate::operations::{Operation, operations};
use infra::clock::{RandomIds, SystemClock};
use reqwest::Method;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// Requests that may come again: every POST but those about credentials.
fn posts() -> Vec<Operation> {
    let here = |o: &Operation| o.method == Method::POST && !o.path.starts_with("/auth/");
    let posts: Vec<_> = operations().into_iter().filter(here).collect();
    assert!(posts.len() > 10, "only {}", posts.len());
    posts
}

async fn call(
    app: &TestApp,
    guest: &Guest,
    operation: &Operation,
    body: Option<&str>,
    key: &str,
) -> Answer {
    let parameters = operation.parameters();
    let ids: Vec<_> = parameters.iter().map(|p| guest.named(p)).collect();
    let actor = app.bearing(guest.actor.token.clone());
    let request = actor.request(Method::POST, &operation.at(&ids));
    let request = request.header(KEY, key);
    let Some(body) = body else {
        return actor.sent(request).await;
    };
    let request = request.header("content-type", "application/json");
    actor.sent(request.body(body.to_owned())).await
}

/// All stored data of users.
async fn made(schema: &Schema) -> Vec<Vec<Option<String>>> {
    let beside = ["repeats", "usage", "jobs", "users"];
    let mut contents = schema.contents().await;
    contents.retain(|row| !beside.contains(&row[0].as_deref().unwrap_or_default()));
    contents
}

/// An answer's facts about the object: not its form, which may differ in a replay.
fn told(answer: &Answer) -> Vec<Value> {
    let text = answer.text();
    let json = |text: &str| serde_json::from_str::<Value>(text).ok();
    let essence = |value: Value| match value.get("choices").is_some() {
        true => value["conversation"].clone(),
        false => value.get("item").cloned().unwrap_or(value),
    };
    match answer
        .header("content-type")
        .starts_with("text/event-stream")
    {
        true => {
            let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
            let last = data.filter_map(json).next_back();
            last.into_iter().map(essence).collect()
        }
        false => json(text).into_iter().map(essence).collect(),
    }
}

#[tokio::test]
async fn every_post_is_done_once_and_answered_again() {
    let app = TestApp::spawn().await;
    for operation in posts() {
        let name = &operation.name;
        let guest = Guest::of(&app, &operation).await;
        for variant in 0..guest.bodies(&operation).len() {
            let guest = Guest::of(&app, &operation).await;
            let body = guest.bodies(&operation).swap_remove(variant);
            let body = body.map(|body| body.to_string());
            let body = body.as_deref();
            let first = call(&app, &guest, &operation, body, "once").await;
            assert!(is_acknowledged(&first), "{name}: {}", first.text());
            assert!(!is_replayed(&first), "{name}");
            let stored = made(&app.schema).await;
            let again = call(&app, &guest, &operation, body, "once").await;
            assert!(is_replayed(&again), "{name} ({variant}): {}", again.text());
            assert_eq!(again.status, first.status, "{name}");
            assert_eq!(told(&again), told(&first), "{name}");
            assert_eq!(again.header("location"), first.header("location"), "{name}");
            assert_eq!(made(&app.schema).await, stored, "{name} was done twice");
            // One byte more is another body.
            if let Some(body) = body {
                let other = call(&app, &guest, &operation, Some(&format!("{body} ")), "once").await;
                other.refused("idempotency_key_reused", Some(KEY));
                assert_eq!(other.header("x-should-retry"), "false");
            }
            let other = call(&app, &guest, &operation, body, "another").await;
            assert!(!is_replayed(&other), "{name}");
        }
    }
}

#[tokio::test]
async fn bodies_that_may_be_left_out_are_claimed_like_any_other() {
    let app = TestApp::spawn().await;
    let mut accepted = 0;
    for operation in posts() {
        let name = &operation.name;
        for body in [None, Some("null"), Some(" null\n"), Some("{}")] {
            let guest = Guest::of(&app, &operation).await;
            let malformed = "k".repeat(256);
            let first = call(&app, &guest, &operation, body, "once").await;
            if !is_acknowledged(&first) {
                continue;
            }
            accepted += 1;
            let stored = made(&app.schema).await;
            let refused = call(&app, &guest, &operation, body, &malformed).await;
            refused.refused("invalid_value", Some(KEY));
            let again = call(&app, &guest, &operation, body, "once").await;
            assert!(is_replayed(&again), "{name} ({body:?}): {}", again.text());
            assert_eq!(told(&again), told(&first), "{name} ({body:?})");
            assert_eq!(made(&app.schema).await, stored, "{name} ({body:?})");
        }
    }
    // To create, restore, regenerate in two forms, share either, fork, and cancel.
    assert_eq!(accepted, 8 * 4);
}

#[test]
fn the_description_says_it_of_every_post() {
    for operation in posts() {
        let described = &operation.described;
        let parameters = described["parameters"].as_array().unwrap();
        let is_key = |p: &&Value| p["name"] == KEY && p["in"] == "header";
        let key = parameters.iter().find(is_key);
        let key = key.unwrap_or_else(|| panic!("{} takes no key", operation.name));
        assert_eq!(key["required"], false);
        let conflicts = described["responses"]["409"]["description"].as_str();
        for code in ["idempotency_key_reused", "idempotency_in_progress"] {
            assert!(conflicts.unwrap().contains(code), "{}", operation.name);
        }
        let responses = described["responses"].as_object().unwrap();
        for (status, response) in responses
            .iter()
            .filter(|(status, _)| status.starts_with('2'))
        {
            let headers = response["headers"].as_object().unwrap();
            let is_there = headers
                .keys()
                .any(|name| name.eq_ignore_ascii_case(REPLAYED));
            assert!(is_there, "{} {status}", operation.name);
        }
    }
}

/// Cuts the connection to the database at each of the statements in turn, and sends the request again
/// until it is acknowledged: it was done once, whatever was lost.
async fn cut_and_repeat(operation: &Operation, variant: usize) {
    let schema = Schema::migrated().await;
    let cutter = Cutter::to(&schema).await;
    let proxied = cutter.schema(&schema);
    let database = proxied.database(1);
    let clock = Arc::new(PinnedClock::new());
    let through = TestApp::serve_at(clock.clone(), proxied, database, |parts| {
        parts.ids = Arc::new(RandomIds(SystemClock));
        parts.repeats = repeats(&parts.database, &clock, ids(), Duration::from_millis(50));
    });
    let database = schema.patient_database(4);
    let plain = TestApp::serve(schema, database, |_| {});
    until_ready(&through).await;
    let mut usual = None;
    for statement in -1.. {
        let guest = Guest::of(&plain, operation).await;
        let body = guest.bodies(operation).swap_remove(variant);
        let body = body.map(|body| body.to_string());
        until_ready(&through).await;
        let before = made(&plain.schema).await.len();
        let cuts = cutter.cuts();
        cutter.cut_after(statement);
        let mut answer = call(&through, &guest, operation, body.as_deref(), "once").await;
        let was_cut = cutter.cuts() > cuts;
        cutter.let_all_through();
        for _ in 0..200 {
            if is_acknowledged(&answer) {
                break;
            }
            through.anon().get("/readyz").await;
            answer = call(&through, &guest, operation, body.as_deref(), "once").await;
        }
        let name = &operation.name;
        assert!(is_acknowledged(&answer), "{name}: {}", answer.text());
        let rows = made(&plain.schema).await.len() as i64 - before as i64;
        let usual = *usual.get_or_insert(rows);
        assert_eq!(rows, usual, "{name} ({variant}), cut at {statement}");
        if statement >= 0 && !was_cut {
            assert!(statement > 1, "{name} claims nothing");
            return;
        }
    }
}

#[tokio::test]
async fn a_request_whose_answer_was_lost_is_not_done_again() {
    for operation in posts() {
        if !extent::is_all() && operation.name != "create_item" {
            continue;
        }
        let app = TestApp::spawn().await;
        let variants = Guest::of(&app, &operation).await.bodies(&operation).len();
        for variant in 0..if extent::is_all() { variants } else { 1 } {
            cut_and_repeat(&operation, variant).await;
        }
    }
}
