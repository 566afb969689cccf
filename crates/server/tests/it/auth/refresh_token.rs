use crate::answer::Answer;
use crate::app::TestApp;
use chrono::TimeDelta;
use domain::limits::Quota;
use serde_json::{Value, json};

async fn refresh(app: &TestApp, session: &Value) -> Answer {
    let body = json!({ "refresh_token": session["refresh_token"] });
    app.anon().post("/auth/refresh-token", body).await
}

#[track_caller]
fn assert_refused(answer: &Answer) {
    answer.refused("refresh_token_invalid", None);
    assert_eq!(answer.header("www-authenticate"), "Bearer");
}

#[tokio::test]
async fn the_new_pair_works() {
    let app = TestApp::spawn().await;
    let (guest, session) = app.guest().await;
    let conversation = guest.conversation(json!({})).await;
    app.clock.advance(TimeDelta::hours(2));
    let next = refresh(&app, &session).await.expect(200);
    assert_eq!(next["user"], session["user"]);
    assert_eq!(next["expires_in"], 3600);
    app.holding(&next)
        .get(&format!("/v1/conversations/{conversation}"))
        .await
        .expect(200);
    refresh(&app, &next).await.expect(200);
}

#[tokio::test]
async fn a_spent_token_that_comes_again_at_once_is_refused_and_its_family_lives() {
    let app = TestApp::spawn().await;
    let (_, session) = app.guest().await;
    let next = refresh(&app, &session).await.expect(200);
    app.clock.advance(TimeDelta::seconds(10));
    assert_refused(&refresh(&app, &session).await);
    refresh(&app, &next).await.expect(200);
}

#[tokio::test]
async fn twins_are_not_counted_as_bad_tokens() {
    let app = TestApp::spawn_limited(|quotas| quotas.refresh = Quota::parse("2/h")).await;
    let (_, session) = app.guest().await;
    let next = refresh(&app, &session).await.expect(200);
    for _ in 0..4 {
        assert_refused(&refresh(&app, &session).await);
    }
    refresh(&app, &next).await.expect(200);
}

#[tokio::test]
async fn a_spent_token_that_comes_again_later_ends_the_family() {
    let app = TestApp::spawn().await;
    let (_, session) = app.guest().await;
    let (_, other) = app.guest().await;
    let next = refresh(&app, &session).await.expect(200);
    app.clock.advance(TimeDelta::microseconds(10_000_001));
    assert_refused(&refresh(&app, &session).await);
    assert_refused(&refresh(&app, &next).await);
    // Another sign-in is another family.
    refresh(&app, &other).await.expect(200);
}

#[tokio::test]
async fn of_two_at_once_one_wins_and_the_family_lives() {
    let app = TestApp::spawn_with(|parts| parts.workers = Some(2)).await;
    for _ in 0..10 {
        let (_, session) = app.guest().await;
        let (one, other) = tokio::join!(refresh(&app, &session), refresh(&app, &session));
        let (won, lost) = match one.status {
            200 => (one, other),
            _ => (other, one),
        };
        assert_refused(&lost);
        refresh(&app, &won.expect(200)).await.expect(200);
    }
}

#[tokio::test]
async fn a_token_waits_thirty_days() {
    let app = TestApp::spawn().await;
    let (_, session) = app.guest().await;
    let (_, other) = app.guest().await;
    app.clock
        .advance(TimeDelta::days(30) - TimeDelta::microseconds(1));
    let next = refresh(&app, &session).await.expect(200);
    app.clock.advance(TimeDelta::microseconds(1));
    assert_refused(&refresh(&app, &other).await);
    // Each rotation begins anew.
    app.clock.advance(TimeDelta::days(29));
    refresh(&app, &next).await.expect(200);
}

#[tokio::test]
async fn an_unknown_token_is_refused() {
    let app = TestApp::spawn().await;
    let (_, session) = app.guest().await;
    let before = app.schema.contents().await;
    let long = "x".repeat(10_000);
    let access = session["access_token"].as_str().unwrap();
    for token in [
        "",
        "x",
        "rt_",
        "rt_2rXbQ0a7cJ9n4kVfLw8sZpYtG3mHdE6uTiRoKjNxC1B",
        access,
        &long,
    ] {
        assert_refused(&refresh(&app, &json!({ "refresh_token": token })).await);
    }
    assert_eq!(app.schema.contents().await, before);
}
