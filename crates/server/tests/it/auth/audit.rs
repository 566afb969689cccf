//! The audit trail: one event for each thing of note, and no secret in it.

use crate::app::{PASSWORD, TestApp, id};
use chrono::TimeDelta;
use serde_json::json;

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
    app.clock.advance(TimeDelta::minutes(1));
    app.anon().post("/auth/refresh-token", token.clone()).await;
    assert_eq!(app.trail.events(), [about("refresh_token_reused")]);
    // Of a session that has ended, nothing is known.
    app.anon()
        .post("/auth/logout", token)
        .await
        .expect_nothing(204);
    assert_eq!(app.trail.events(), []);

    ada.delete("/auth/me").await.expect_nothing(204);
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
