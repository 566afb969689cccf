//! A database that is away: at the start, in between, or silent. Each request is answered within five
//! seconds, none with 500, and the service recovers by itself.

use crate::answer::Answer;
use crate::app::Actor;
use crate::db::Schema;
use crate::process::{Process, Scratch};
use crate::proxy::{Proxy, Way};
use futures_util::future::join_all;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use reqwest::Method;
use serde_json::json;
use std::cell::Cell;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// One request of each kind that asks the database.
fn requests(actor: &Actor) -> Vec<reqwest::RequestBuilder> {
    let unknown = "/v1/conversations/conv_01ARZ3NDEKTSV4RRFFQ69G5FAV";
    let message = json!({ "role": "user", "content": "Hello" });
    vec![
        actor.request(Method::GET, "/v1/conversations"),
        actor.request(Method::POST, "/v1/conversations"),
        actor.request(Method::GET, unknown),
        actor.request(Method::DELETE, unknown),
        actor
            .request(Method::POST, &format!("{unknown}/items"))
            .json(&message),
        actor
            .request(Method::POST, "/v1/projects")
            .json(&json!({ "title": "T" })),
        actor.request(Method::POST, "/auth/guest-login"),
        actor
            .request(Method::POST, "/auth/refresh-token")
            .json(&json!({ "refresh_token": format!("rt_{}", "x".repeat(43)) })),
        actor.request(Method::GET, "/readyz"),
    ]
}

#[track_caller]
/// `lag` is how long a request takes that needs no database: this machine may be busy.
fn assert_unavailable(answer: &Answer, took: Duration, lag: Duration) {
    answer.refused("database_unavailable", None);
    let seconds: u32 = answer.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&seconds));
    let limit = Duration::from_secs(5) + lag * 4;
    assert!(took < limit, "it took {took:?} of {limit:?}");
    // The address of this service is in `doc_url` alone.
    let mut told = answer.json();
    told["error"]["doc_url"].take();
    let text = told.to_string().to_lowercase();
    for internal in [
        "postgres",
        "127.0.0.1",
        "socket",
        "refused",
        "timeout",
        "pool",
    ] {
        assert!(!text.contains(internal), "{text}");
    }
}

/// Each kind of request, and more of them at once than there are connections, is told to wait.
async fn assert_away(process: &Process) {
    let actor = process.alice();
    let many = (0..40).map(|_| actor.request(Method::GET, "/v1/conversations"));
    let all = requests(&actor).into_iter().chain(many);
    let timed = all.map(|request| async {
        let started = Instant::now();
        let answer = actor.sent(request).await;
        (answer, started.elapsed())
    });
    let is_done = Cell::new(false);
    let timed = async {
        let timed = join_all(timed).await;
        is_done.set(true);
        timed
    };
    let lag = async {
        let mut lag = Duration::ZERO;
        while !is_done.get() {
            let started = Instant::now();
            actor.get("/healthz").await.expect(200);
            lag = lag.max(started.elapsed());
            sleep(Duration::from_millis(20)).await;
        }
        lag
    };
    let (timed, lag) = tokio::join!(timed, lag);
    for (answer, took) in timed {
        assert_unavailable(&answer, took, lag);
    }
    // Requests that do not need the database go on.
    actor.get("/healthz").await.expect(200);
    actor.get("/version").await.expect(200);
    actor
        .get("/v1/conversations/x")
        .await
        .refused("conversation_not_found", None);
    process
        .anon()
        .get("/v1/conversations")
        .await
        .refused("token_missing", None);
}

/// It recovers by itself, and the worst answer on the way is "not yet".
async fn assert_recovers(process: &Process) {
    let actor = process.alice();
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let answers = join_all(requests(&actor).into_iter().map(|r| actor.sent(r))).await;
        for answer in &answers {
            let fine = answer.status < 500 || answer.status == 503;
            assert!(fine, "{} {}", answer.status, answer.text());
        }
        if answers.iter().all(|answer| answer.status < 500) {
            break;
        }
        assert!(Instant::now() < deadline, "it does not recover");
    }
    let id = actor.conversation(json!({})).await;
    let item = actor.say(&id, "Hello again").await;
    let found = actor
        .get(&format!("/v1/conversations/{id}"))
        .await
        .expect(200);
    assert_eq!(found["items"], json!([item]));
}

async fn assert_waits_at_the_start(way: Way) {
    let schema = Schema::empty().await;
    let proxy = Proxy::to(&schema, way).await;
    let process = Process::external(proxy.url(), &[("GUEST_LOGIN", "true")]).await;
    assert_away(&process).await;
    proxy.set(Way::Open).await;
    process.ready().await;
    assert_recovers(&process).await;
}

#[tokio::test]
async fn a_database_that_is_gone_at_the_start_is_waited_for() {
    assert_waits_at_the_start(Way::Gone).await;
}

#[tokio::test]
async fn a_database_that_is_silent_at_the_start_is_waited_for() {
    assert_waits_at_the_start(Way::Silent).await;
}

#[tokio::test]
async fn a_database_that_goes_away_in_between_comes_back() {
    let schema = Schema::empty().await;
    let proxy = Proxy::to(&schema, Way::Open).await;
    let process = Process::external(proxy.url(), &[("GUEST_LOGIN", "true")]).await;
    process.ready().await;
    for _ in 0..2 {
        // The pool has as many connections as it can, which are all cut off.
        let actor = process.alice();
        let many = (0..40).map(|_| actor.get("/v1/conversations"));
        assert!(
            join_all(many)
                .await
                .iter()
                .all(|answer| answer.status == 200)
        );
        proxy.set(Way::Gone).await;
        process.readiness(503).await;
        assert_away(&process).await;
        proxy.set(Way::Open).await;
        assert_recovers(&process).await;
    }
}

#[tokio::test]
async fn a_database_that_falls_silent_in_between_comes_back() {
    let schema = Schema::empty().await;
    let proxy = Proxy::to(&schema, Way::Open).await;
    let process = Process::external(proxy.url(), &[("GUEST_LOGIN", "true")]).await;
    process.ready().await;
    let actor = process.alice();
    let many = (0..40).map(|_| actor.get("/v1/conversations"));
    assert!(
        join_all(many)
            .await
            .iter()
            .all(|answer| answer.status == 200)
    );
    proxy.set(Way::Silent).await;
    assert_away(&process).await;
    proxy.set(Way::Open).await;
    process.ready().await;
    assert_recovers(&process).await;
}

#[tokio::test]
async fn an_embedded_database_that_is_killed_under_load_is_started_again() {
    let scratch = Scratch::new();
    let process = Process::embedded(&scratch, &[("JWT_SECRET", crate::app::SECRET)]).await;
    process.ready().await;
    for _ in 0..2 {
        let actor = process.alice();
        let conversation = actor.conversation(json!({})).await;
        let killed = kill(
            Pid::from_raw(scratch.postmaster().unwrap()),
            Signal::SIGKILL,
        );
        killed.unwrap();
        let path = format!("/v1/conversations/{conversation}/items");
        let message = json!({ "role": "user", "content": "Hello" });
        let mut accepted = 0;
        // Until the new one has answered for a while.
        while accepted < 50 {
            for answer in join_all((0..20).map(|_| actor.post(&path, message.clone()))).await {
                match answer.status {
                    201 => accepted += 1,
                    _ => answer.refused("database_unavailable", None),
                }
            }
        }
        process.log.line("PostgreSQL is back").await;
        // A connection from before may still be in the pool.
        let found = loop {
            let found = actor
                .get(&format!("/v1/conversations/{conversation}"))
                .await;
            match found.status {
                200 => break found.expect(200),
                _ => found.refused("database_unavailable", None),
            }
        };
        // A write that was not acknowledged may still have been stored.
        assert!(found["items"].as_array().unwrap().len() >= accepted);
        assert_eq!(
            found["item_count"],
            found["items"].as_array().unwrap().len()
        );
        process.ready().await;
    }
}
