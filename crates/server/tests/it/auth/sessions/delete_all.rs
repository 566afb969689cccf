use super::PATH;
use crate::app::{PASSWORD, TestApp, id};
use serde_json::{Value, json};

const REFRESH: &str = "/auth/refresh-token";

fn token(session: &Value) -> Value {
    json!({ "refresh_token": session["refresh_token"] })
}

#[tokio::test]
async fn a_refresh_that_races_the_end_leaves_no_session() {
    let app = TestApp::spawn_with(|parts| parts.workers = Some(2)).await;
    for everywhere in [false, true].repeat(8) {
        let (guest, session) = app.guest().await;
        let path = match everywhere {
            true => PATH.to_owned(),
            false => format!("{PATH}/{}", app.session_of(&session)),
        };
        let anon = app.anon();
        let refreshing = anon.post(REFRESH, token(&session));
        let (refreshed, ended) = tokio::join!(refreshing, guest.delete(&path));
        ended.expect_nothing(204);
        if refreshed.status == 200 {
            let answer = anon.post(REFRESH, token(&refreshed.expect(200))).await;
            answer.refused("refresh_token_invalid", None);
        }
        let left = "select count(*) from refresh_tokens";
        assert_eq!(app.schema.value(left).await, "0");
    }
}

#[tokio::test]
async fn signing_out_everywhere_ends_all_own_sessions_and_no_others() {
    let app = TestApp::spawn().await;
    let (ada, one) = app.account("ada@example.org").await;
    let login = json!({ "email": "ada@example.org", "password": PASSWORD });
    let other = app.anon().post("/auth/login", login).await.expect(200);
    let key = ada.key("Mine").await;
    let (_, of_guest) = app.guest().await;
    app.trail.names();
    ada.delete(PATH).await.expect_nothing(204);
    assert_eq!(app.trail.names(), ["sessions_ended"]);
    for ended in [&one, &other] {
        let answer = app.anon().post(REFRESH, token(ended)).await;
        answer.refused("refresh_token_invalid", None);
    }
    app.anon().post(REFRESH, token(&of_guest)).await.expect(200);
    // Keys stay, but have no say here.
    let by_key = app.bearing(key["key"].as_str().map(str::to_owned));
    by_key.get("/v1/conversations").await.expect(200);
    for answer in [
        by_key.get(PATH).await,
        by_key.delete(PATH).await,
        by_key
            .delete(&format!("{PATH}/{}", id(&key).replace("key_", "sess_")))
            .await,
    ] {
        answer.refused("api_key_not_allowed", None);
    }
    // The caller's own has ended, too: a second time it has no say.
    ada.delete(PATH).await.refused("token_invalid", None);
}
