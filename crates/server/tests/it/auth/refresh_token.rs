use crate::answer::Answer;
use crate::app::TestApp;
use crate::clock::PinnedClock;
use crate::db::Schema;
use chrono::TimeDelta;
use domain::limits::Rate;
use infra::security::HmacSuccessors;
use serde_json::{Value, json};
use std::sync::Arc;

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
async fn a_client_that_lost_the_answer_asks_again_and_gets_the_same_token() {
    let app = TestApp::spawn().await;
    let (_, session) = app.guest().await;
    let next = refresh(&app, &session).await.expect(200);
    // As often as it takes, and whatever this machine's clock says meanwhile.
    app.clock.advance(TimeDelta::hours(1));
    // It is good for half a minute, of which a busy machine takes a part.
    app.session_time_passes("10 seconds").await;
    for _ in 0..3 {
        let again = refresh(&app, &session).await.expect(200);
        assert_eq!(again["refresh_token"], next["refresh_token"]);
        assert_eq!(again["user"], session["user"]);
        let access = app.holding(&again);
        access.get("/v1/conversations").await.expect(200);
    }
    refresh(&app, &next).await.expect(200);
}

#[tokio::test]
async fn windows_that_ask_at_once_get_the_same_token() {
    let app = TestApp::spawn_with(|parts| parts.workers = Some(2)).await;
    for _ in 0..10 {
        let (_, session) = app.guest().await;
        let (one, two, three) = tokio::join!(
            refresh(&app, &session),
            refresh(&app, &session),
            refresh(&app, &session)
        );
        let one = one.expect(200);
        for other in [two, three] {
            assert_eq!(other.expect(200)["refresh_token"], one["refresh_token"]);
        }
        refresh(&app, &one).await.expect(200);
    }
    let alive = "select count(*) from refresh_tokens where spent_at is null";
    assert_eq!(app.schema.value(alive).await, "10");
}

#[tokio::test]
async fn another_instance_gives_the_same_token() {
    let schema = Schema::migrated().await;
    let clock = Arc::new(PinnedClock::new());
    let (twin, old) = (
        Schema::at(schema.url().to_owned()),
        Schema::at(schema.url().to_owned()),
    );
    let (one, two, three) = (
        schema.patient_database(4),
        twin.patient_database(4),
        old.patient_database(4),
    );
    let here = TestApp::serve_at(clock.clone(), schema, one, |_| {});
    let elsewhere = TestApp::serve_at(clock.clone(), twin, two, |_| {});
    // One that has another secret, or gives random tokens as older versions do.
    let stranger = TestApp::serve_at(clock, old, three, |parts| {
        parts.successors = Arc::new(HmacSuccessors::new(b"another secret"));
    });
    let (_, session) = here.guest().await;
    let next = refresh(&here, &session).await.expect(200);
    let again = refresh(&elsewhere, &session).await.expect(200);
    assert_eq!(again["refresh_token"], next["refresh_token"]);
    // A token that it cannot give again does not count as theft.
    assert_refused(&refresh(&stranger, &session).await);
    // Its tokens are valid everywhere.
    let next = refresh(&stranger, &next).await.expect(200);
    let next = refresh(&here, &next).await.expect(200);
    refresh(&elsewhere, &next).await.expect(200);
}

#[tokio::test]
async fn a_token_whose_successor_is_spent_is_refused_and_the_session_lives() {
    let app = TestApp::spawn().await;
    let (_, first) = app.guest().await;
    let second = refresh(&app, &first).await.expect(200);
    let third = refresh(&app, &second).await.expect(200);
    let fourth = refresh(&app, &third).await.expect(200);
    for spent in [&first, &second, &first] {
        assert_refused(&refresh(&app, spent).await);
    }
    let again = refresh(&app, &third).await.expect(200);
    assert_eq!(again["refresh_token"], fourth["refresh_token"]);
    refresh(&app, &fourth).await.expect(200);
}

#[tokio::test]
async fn good_tokens_are_not_counted_nor_refused_for_a_neighbours_bad_ones() {
    let app = TestApp::spawn_limited(|rates| rates.refresh = Rate::parse("2/h")).await;
    let (_, session) = app.guest().await;
    let next = refresh(&app, &session).await.expect(200);
    for _ in 0..4 {
        refresh(&app, &session).await.expect(200);
    }
    let last = refresh(&app, &next).await.expect(200);
    for number in 0..4 {
        assert_refused(&refresh(&app, &session).await);
        let bad = json!({ "refresh_token": format!("rt_{number:043}") });
        let code = ["refresh_token_invalid", "rate_limited"][usize::from(number >= 2)];
        refresh(&app, &bad).await.refused(code, None);
    }
    refresh(&app, &last).await.expect(200);
}

#[tokio::test]
async fn a_spent_token_that_comes_again_later_ends_the_family() {
    let app = TestApp::spawn().await;
    let (_, session) = app.guest().await;
    let (_, other) = app.guest().await;
    let next = refresh(&app, &session).await.expect(200);
    app.session_time_passes("31 seconds").await;
    assert_refused(&refresh(&app, &session).await);
    assert_refused(&refresh(&app, &next).await);
    // Another sign-in is another family.
    refresh(&app, &other).await.expect(200);
}

#[tokio::test]
async fn a_token_waits_thirty_days() {
    let app = TestApp::spawn().await;
    let (_, session) = app.guest().await;
    let (_, other) = app.guest().await;
    app.session_time_passes("29 days 23 hours 59 minutes").await;
    let next = refresh(&app, &session).await.expect(200);
    app.session_time_passes("1 minute").await;
    assert_refused(&refresh(&app, &other).await);
    // Each rotation starts a new window.
    app.session_time_passes("29 days").await;
    refresh(&app, &next).await.expect(200);
}

#[tokio::test]
async fn an_unknown_token_is_refused() {
    let app = TestApp::spawn().await;
    let (_, session) = app.guest().await;
    let before = app.schema.contents().await;
    let long = "x".repeat(15_000);
    let access = session["access_token"].as_str().unwrap();
    for token in [
        "",
        "x",
        "rt_",
        "rt_2rXbQ0a7cJ9n4kVfLw8sZpYtG3mHdE6uTiRoKjNxC1B",
        "rt_2rXbQ0a7cJ9n4kVfLw8sZpYtG3mHdE6uTiRoKjNxé",
        access,
        &long,
    ] {
        assert_refused(&refresh(&app, &json!({ "refresh_token": token })).await);
    }
    assert_eq!(app.schema.contents().await, before);
}
