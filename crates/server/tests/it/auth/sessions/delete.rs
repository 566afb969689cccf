use super::PATH;
use crate::app::{Actor, PASSWORD, TestApp};
use serde_json::{Value, json};

const REFRESH: &str = "/auth/refresh-token";

fn token(session: &Value) -> Value {
    json!({ "refresh_token": session["refresh_token"] })
}

/// Ada, and her two sessions.
async fn ada(app: &TestApp) -> (Actor, Value, Value) {
    let (ada, one) = app.account("ada@example.org").await;
    let login = json!({ "email": "ada@example.org", "password": PASSWORD });
    let other = app.anon().post("/auth/login", login).await.expect(200);
    (ada, one, other)
}

#[tokio::test]
async fn it_ends_one_session_and_access_tokens_live_out_their_hour() {
    let app = TestApp::spawn().await;
    let (ada, one, other) = ada(&app).await;
    app.trail.names();
    let path = format!("{PATH}/{}", app.session_of(&other));
    ada.delete(&path.to_lowercase()).await.expect_nothing(204);
    assert_eq!(app.trail.names(), ["session_ended"]);
    let answer = app.anon().post(REFRESH, token(&other)).await;
    answer.refused("refresh_token_invalid", None);
    app.holding(&other)
        .get("/v1/conversations")
        .await
        .expect(200);
    ada.delete(&path).await.refused("session_not_found", None);
    // One's own as well, and with it the tokens that were spent before.
    let next = app.anon().post(REFRESH, token(&one)).await.expect(200);
    let own = format!("{PATH}/{}", app.session_of(&next));
    assert_eq!(app.session_of(&one), app.session_of(&next));
    ada.delete(&own).await.expect_nothing(204);
    for ended in [&one, &next] {
        let answer = app.anon().post(REFRESH, token(ended)).await;
        answer.refused("refresh_token_invalid", None);
    }
    let left = "select count(*) from refresh_tokens";
    assert_eq!(app.schema.value(left).await, "0");
}

#[tokio::test]
async fn a_session_of_another_owner_is_not_found() {
    let app = TestApp::spawn().await;
    let (ada, ..) = ada(&app).await;
    let (_, of_guest) = app.guest().await;
    for session in [
        &*app.session_of(&of_guest),
        "sess_x",
        "sess_81ARZ3NDEKTSV4RRFFQ69G5FAV",
        "x",
    ] {
        let answer = ada.delete(&format!("{PATH}/{session}")).await;
        answer.refused("session_not_found", None);
    }
    app.anon().post(REFRESH, token(&of_guest)).await.expect(200);
}

#[tokio::test]
async fn of_two_requests_that_end_a_session_at_once_one_does() {
    let app = TestApp::spawn_with(|parts| parts.workers = Some(2)).await;
    let (ada, ..) = ada(&app).await;
    for _ in 0..5 {
        let login = json!({ "email": "ada@example.org", "password": PASSWORD });
        let session = app.anon().post("/auth/login", login).await.expect(200);
        let path = format!("{PATH}/{}", app.session_of(&session));
        let (one, other) = tokio::join!(ada.delete(&path), ada.delete(&path));
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 404]);
    }
}
