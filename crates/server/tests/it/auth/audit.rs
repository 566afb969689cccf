//! The audit trail: one event for each thing of note, and no secret in it.

use crate::app::{Actor, PASSWORD, TestApp, id, limits};
use crate::db::{RUNTIME, Schema};
use crate::process::Process;
use crate::purge::until;
use chrono::TimeDelta;
use domain::limits::{Rate, Rates};
use infra::tasks::BackgroundTasks;
use nix::sys::signal::Signal;
use reqwest::Method;
use serde_json::{Value, json};
use server::ServiceParts;
use std::sync::Arc;
use std::time::Duration;

const FAMILIES: &str = "select count(distinct family) from refresh_tokens";

/// A service of which Ada's next attempt to sign in has to wait. She makes it, and resets the
/// connection meanwhile.
async fn left_while_signing_in(change: impl FnOnce(&mut ServiceParts)) -> TestApp {
    let mut rates = Rates::NONE;
    rates.sign_in_from_anywhere = Rate::parse("1/24h");
    let app = TestApp::spawn_with(|parts| {
        parts.limits = limits(&rates, &parts.clock);
        change(parts);
    })
    .await;
    app.account("ada@example.org").await;
    let body = |password| json!({ "email": "ada@example.org", "password": password });
    let wrong = app.anon().post("/auth/login", body("wrong")).await;
    wrong.refused("sign_in_failed", None);
    app.trail.names();
    let before = app.clock.waits();
    let body = body(PASSWORD).to_string();
    let connection = app
        .asked_by_alice(b"POST /auth/login", body.as_bytes())
        .await;
    app.clock.more_waits_than(before).await;
    connection.set_zero_linger().unwrap();
    drop(connection);
    // The service has noticed it when it has answered a later client.
    app.anon().get("/healthz").await.expect(200);
    assert_eq!(app.schema.value(FAMILIES).await, "1");
    app
}

#[tokio::test]
async fn a_reset_of_the_connection_does_not_stop_work_under_way() {
    let app = left_while_signing_in(|_| {}).await;
    app.clock.advance(TimeDelta::seconds(2));
    until(&app.schema, FAMILIES, 20, |count| count == 2).await;
    let mut names = app.trail.names();
    while names.is_empty() {
        tokio::task::yield_now().await;
        names = app.trail.names();
    }
    assert_eq!(names, ["signed_in"]);
}

#[tokio::test]
async fn a_service_that_stops_finishes_work_for_a_client_that_is_gone() {
    let tasks = Arc::new(BackgroundTasks::new(RUNTIME.handle().clone()));
    let app = left_while_signing_in(|parts| parts.tasks = Arc::clone(&tasks)).await;
    // The client does not wait for an answer any more.
    app.stop().await;
    tokio::join!(tasks.finish(Duration::from_secs(30)), async {
        app.clock.advance(TimeDelta::seconds(2));
    });
    assert_eq!(app.schema.value(FAMILIES).await, "2");
    assert_eq!(app.trail.names(), ["signed_in"]);
}

#[tokio::test]
async fn each_thing_of_note_leaves_one_event() {
    let app = TestApp::spawn().await;
    let (ada, session) = app.account("ada@example.org").await;
    let owner = session["user"]["id"].as_str().unwrap().to_owned();
    let about = |name| (name, owner.clone());
    assert_eq!(app.trail.events(), [about("registered")]);

    let login = |password: &str| json!({ "email": "ada@example.org", "password": password });
    app.anon().post("/auth/login", login("wrong")).await;
    app.anon()
        .post("/auth/login", login(PASSWORD))
        .await
        .expect(200);
    let nobody = json!({ "email": "nobody@example.org", "password": PASSWORD });
    app.anon().post("/auth/login", nobody).await;
    let expected = [
        about("sign_in_failed"),
        about("signed_in"),
        ("sign_in_failed", String::new()),
    ];
    assert_eq!(app.trail.events(), expected);

    let key = ada.key("Mine").await;
    let path = format!("/auth/api-keys/{}", id(&key));
    ada.delete(&path).await.expect_nothing(204);
    assert_eq!(
        app.trail.events(),
        [about("api_key_made"), about("api_key_revoked")]
    );

    let token = json!({ "refresh_token": session["refresh_token"] });
    app.anon()
        .post("/auth/refresh-token", token.clone())
        .await
        .expect(200);
    assert_eq!(app.trail.events(), []);
    app.session_time_passes("1 minute").await;
    app.anon().post("/auth/refresh-token", token.clone()).await;
    assert_eq!(app.trail.events(), [about("refresh_token_reused")]);
    // An ended session is unknown.
    app.anon()
        .post("/auth/logout", token)
        .await
        .expect_nothing(204);
    assert_eq!(app.trail.events(), []);

    let again = app.anon().post("/auth/login", login(PASSWORD)).await;
    let again = app.holding(&again.expect(200));
    app.trail.events();
    again.delete("/auth/me").await.expect_nothing(204);
    assert_eq!(app.trail.events(), [about("account_removed")]);

    let (guest, session) = app.guest().await;
    let email = json!({ "email": "ada@example.org", "password": PASSWORD });
    guest.post("/auth/upgrade", email).await.expect(200);
    let token = json!({ "refresh_token": session["refresh_token"] });
    app.anon()
        .post("/auth/logout", token)
        .await
        .expect_nothing(204);
    assert_eq!(
        app.trail.names(),
        ["guest_made", "guest_upgraded", "signed_out"]
    );
}

#[tokio::test]
async fn in_the_log_each_event_has_its_request_and_no_secret() {
    let schema = Schema::empty().await;
    let settings = [
        ("LOG_FORMAT", "json"),
        ("REGISTRATION", "true"),
        ("LOG_LEVEL", "debug"),
    ];
    let mut process = Process::external(schema.url(), &settings).await;
    process.ready().await;
    let email = "ada@example.org";
    let body = json!({ "email": email, "password": PASSWORD, "name": "Ada L." });
    let anon = process.anon();
    let session = anon.post("/auth/register", body).await.expect(201);
    let access = session["access_token"].as_str().unwrap().to_owned();
    let ada = Actor::of(&process.url, Some(access.clone()));
    let key = ada.key("of Ada").await["key"].as_str().unwrap().to_owned();
    let login = json!({ "email": email, "password": "a wrong password" });
    let request = anon.request(Method::POST, "/auth/login");
    let request = request.header("x-request-id", "the-one-that-failed");
    let failed = anon.sent(request.json(&login)).await;
    failed.refused("sign_in_failed", None);
    let by_key = Actor::of(&process.url, Some(key.clone()));
    by_key.get("/v1/projects").await.expect(200);
    process.signal(Signal::SIGTERM);
    process.ended().await;
    process.log.line("\"stopped\"").await;

    let lines = process.log.lines();
    let refresh = session["refresh_token"].as_str().unwrap();
    for secret in [
        email,
        PASSWORD,
        "a wrong password",
        "Ada L.",
        &access,
        refresh,
        &key,
        "argon2id",
    ] {
        let line = lines.iter().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret} is in the log");
    }
    let parsed = lines.iter().map(|line| serde_json::from_str(line).unwrap());
    let trail: Vec<Value> = parsed
        .filter(|line: &Value| line["target"] == "audit")
        .collect();
    let names: Vec<_> = trail.iter().map(|line| line["event"].clone()).collect();
    assert_eq!(names, ["registered", "api_key_made", "sign_in_failed"]);
    for line in &trail {
        assert_eq!(line["owner_id"], session["user"]["id"], "{line}");
    }
    assert_eq!(trail[2]["span"]["request_id"], "the-one-that-failed");
}
