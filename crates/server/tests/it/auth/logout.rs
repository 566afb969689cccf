use super::hold_activity;
use crate::app::TestApp;
use crate::purge::until;
use chrono::TimeDelta;
use domain::limits::Rate;
use serde_json::{Value, json};

const PATH: &str = "/auth/logout";

fn token(session: &Value) -> Value {
    json!({ "refresh_token": session["refresh_token"] })
}

#[tokio::test]
async fn it_ends_the_session_and_no_other() {
    let app = TestApp::spawn().await;
    let (guest, first) = app.guest().await;
    let (_, other) = app.guest().await;
    let refresh = "/auth/refresh-token";
    let next = app.anon().post(refresh, token(&first)).await.expect(200);
    app.anon()
        .post(PATH, token(&next))
        .await
        .expect_nothing(204);
    let answer = app.anon().post(refresh, token(&next)).await;
    answer.refused("refresh_token_invalid", None);
    app.anon().post(refresh, token(&other)).await.expect(200);
    // An access token lives out its hour.
    guest.get("/v1/conversations").await.expect(200);
    // The second time there is no session to end.
    app.anon()
        .post(PATH, token(&next))
        .await
        .expect_nothing(204);
}

#[tokio::test]
async fn a_spent_token_ends_its_session_too() {
    let app = TestApp::spawn().await;
    let (_, first) = app.guest().await;
    let refresh = "/auth/refresh-token";
    let next = app.anon().post(refresh, token(&first)).await.expect(200);
    app.session_time_passes("1 day").await;
    app.anon()
        .post(PATH, token(&first))
        .await
        .expect_nothing(204);
    let answer = app.anon().post(refresh, token(&next)).await;
    answer.refused("refresh_token_invalid", None);
}

#[tokio::test]
async fn refreshing_that_races_signing_out_leaves_no_session() {
    let app = TestApp::spawn_with(|parts| parts.workers = Some(2)).await;
    let anon = app.anon();
    for _ in 0..20 {
        let (_, session) = app.guest().await;
        let refreshing = anon.post("/auth/refresh-token", token(&session));
        let leaving = anon.post(PATH, token(&session));
        let (refreshed, left) = tokio::join!(refreshing, leaving);
        left.expect_nothing(204);
        if refreshed.status == 200 {
            let body = token(&refreshed.expect(200));
            let answer = anon.post("/auth/refresh-token", body).await;
            answer.refused("refresh_token_invalid", None);
        }
    }
    let tokens = "select count(*) from refresh_tokens";
    assert_eq!(app.schema.value(tokens).await, "0");
}

#[tokio::test]
async fn a_token_that_is_being_made_ends_with_its_session() {
    let app = TestApp::spawn_with(|parts| parts.workers = Some(2)).await;
    let (anon, (_, session)) = (app.anon(), app.guest().await);
    // The refresh has made the next token, and waits for this lock before it ends.
    app.clock.advance(TimeDelta::days(2));
    let (holder, pid) = hold_activity(&app).await;
    let waiting = format!(
        "with recursive waiting (pid) as (
            select {pid} union
            select a.pid from pg_stat_activity a
            join waiting w on w.pid = any(pg_blocking_pids(a.pid))
        )
        select count(*) - 1 from waiting"
    );
    let refreshing = anon.post("/auth/refresh-token", token(&session));
    let leaving = async {
        until(&app.schema, &waiting, 20, |count| count == 1).await;
        anon.post(PATH, token(&session)).await
    };
    let release = async {
        until(&app.schema, &waiting, 20, |count| count == 2).await;
        holder.batch_execute("commit").await.unwrap();
    };
    let (refreshed, left, ()) = tokio::join!(refreshing, leaving, release);
    drop(holder);
    left.expect_nothing(204);
    let body = token(&refreshed.expect(200));
    let answer = anon.post("/auth/refresh-token", body).await;
    answer.refused("refresh_token_invalid", None);
}

#[tokio::test]
async fn tokens_cannot_be_tried_without_end() {
    let app = TestApp::spawn_limited(|rates| rates.refresh = Rate::parse("3/h")).await;
    let (_, session) = app.guest().await;
    let bad = json!({ "refresh_token": "rt_nothing" });
    for path in [PATH, "/auth/refresh-token", PATH] {
        assert!(app.anon().post(path, bad.clone()).await.status < 429);
    }
    for path in [PATH, "/auth/refresh-token"] {
        let answer = app.anon().post(path, bad.clone()).await;
        answer.refused("rate_limited", None);
    }
    // An owner of a session can leave it all the same.
    let (_, leaving) = app.guest().await;
    let answer = app.anon().post(PATH, token(&leaving)).await;
    answer.expect_nothing(204);
    app.clock.advance(TimeDelta::minutes(21));
    // Good ones are not counted.
    let mut session = session;
    for _ in 0..5 {
        let answer = app
            .anon()
            .post("/auth/refresh-token", token(&session))
            .await;
        session = answer.expect(200);
    }
}
