//! Sessions that were refreshed very often end as fast as any other: their spent tokens are not in the way.

use super::PATH;
use crate::app::{PASSWORD, TestApp};
use crate::rows;
use serde_json::{Value, json};

const REFRESH: &str = "/auth/refresh-token";

/// More than a request takes away at once.
const SPENT: u64 = 8_000;

fn token(session: &Value) -> Value {
    json!({ "refresh_token": session["refresh_token"] })
}

/// The tokens of a session.
fn tokens(app: &TestApp, session: &Value) -> String {
    let family = rows::stored(&app.session_of(session));
    format!("refresh_tokens where family = '{family}'")
}

/// As if this session had been refreshed so often.
async fn wear(app: &TestApp, session: &Value) {
    let more = format!(
        "insert into refresh_tokens (digest, owner_id, family, created_at, expires_at, spent_at)
        select sha256((n || family::text)::bytea), owner_id, family, created_at, expires_at,
            now() - interval '1 day'
        from generate_series(1, {SPENT}) n, {} and spent_at is null",
        tokens(app, session)
    );
    app.schema.rows(&more).await;
}

/// It has ended for good, with few of its spent tokens: they are not waited for.
async fn assert_ended(app: &TestApp, session: &Value, spent: &Value) {
    let tokens = tokens(app, session);
    let count = format!("select count(*) from {tokens}");
    let left = app.schema.value(&count);
    let left: u64 = left.await.parse().unwrap();
    assert!((2_000..=SPENT).contains(&left), "{left} are left");
    app.trail.names();
    for token_of in [session, spent] {
        let answer = app.anon().post(REFRESH, token(token_of)).await;
        answer.refused("refresh_token_invalid", None);
    }
    // Spent tokens of an ended session get the same answer, whether they are deleted by now or not.
    assert_eq!(app.trail.names(), [""; 0]);
    let here = app.holding(session);
    let key = here.post("/auth/api-keys", json!({ "name": "Mine" })).await;
    key.refused("token_invalid", None);
    let listed = here.get(PATH).await.expect(200);
    let id = app.session_of(session);
    let listed = listed["data"].as_array().unwrap();
    assert!(listed.iter().all(|other| other["id"] != id), "{listed:?}");
    // Another sign-out has no session to end, and succeeds all the same.
    let answer = app.anon().post("/auth/logout", token(spent)).await;
    answer.expect_nothing(204);
}

#[tokio::test]
async fn a_session_of_very_many_refreshes_ends_in_every_way() {
    let app = TestApp::spawn().await;
    for way in [
        "signed_out",
        "refresh_token_reused",
        "session_ended",
        "sessions_ended",
    ] {
        let (_, first) = app.guest().await;
        let session = app.anon().post(REFRESH, token(&first)).await.expect(200);
        app.session_time_passes("1 day").await;
        wear(&app, &session).await;
        let here = app.holding(&session);
        here.post("/auth/api-keys", json!({ "name": "Mine" }))
            .await
            .expect(201);
        app.trail.names();
        println!("{way}");
        match way {
            "signed_out" => {
                let answer = app.anon().post("/auth/logout", token(&session)).await;
                answer.expect_nothing(204);
            }
            "refresh_token_reused" => {
                let answer = app.anon().post(REFRESH, token(&first)).await;
                answer.refused("refresh_token_invalid", None);
            }
            "session_ended" => {
                let path = format!("{PATH}/{}", app.session_of(&session));
                here.delete(&path).await.expect_nothing(204);
            }
            _ => here.delete(PATH).await.expect_nothing(204),
        }
        assert_eq!(app.trail.names(), [way]);
        assert_ended(&app, &session, &first).await;
    }
}

#[tokio::test]
async fn others_of_very_many_refreshes_end_with_a_change_of_password() {
    let app = TestApp::spawn().await;
    let (ada, first) = app.account("ada@example.org").await;
    let worn = app.anon().post(REFRESH, token(&first)).await.expect(200);
    app.session_time_passes("1 day").await;
    wear(&app, &worn).await;
    let login = json!({ "email": "ada@example.org", "password": PASSWORD });
    let here = app.anon().post("/auth/login", login).await.expect(200);
    let body = json!({
        "current_password": PASSWORD, "new_password": "another sentence is as easy",
    });
    let changed = app.holding(&here).post("/auth/password", body).await;
    changed.expect_nothing(204);
    assert_ended(&app, &worn, &first).await;
    app.anon().post(REFRESH, token(&here)).await.expect(200);
    ada.get("/v1/conversations").await.expect(200);
}
