use crate::app::{PASSWORD, TestApp};
use crate::jan::refused;
use serde_json::json;

const PATH: &str = "/jan/auth/upgrade";

#[tokio::test]
async fn a_guest_becomes_an_account_once() {
    let app = TestApp::spawn().await;
    let (guest, _) = app.guest().await;
    let before = guest.get("/jan/auth/me").await.expect(200);
    let body = json!({ "username": "ada", "email": "Ada@example.org", "full_name": "Ada",
        "password": PASSWORD });
    let upgraded = guest.post(PATH, body.clone()).await.expect(200);
    assert_eq!(upgraded, json!({ "status": "upgraded" }));
    refused(&guest.post(PATH, body).await, "not_a_guest", None);
    let after = guest.get("/jan/auth/me").await.expect(200);
    assert_eq!(after["id"], before["id"]);
    assert_eq!(
        (&after["is_guest"], &after["email"]),
        (&json!(false), &json!("ada@example.org"))
    );
    let login = json!({ "email": "ada@example.org", "password": PASSWORD });
    app.anon().post("/auth/login", login).await.expect(200);
}

#[tokio::test]
async fn without_a_password_the_account_has_only_its_session() {
    let app = TestApp::spawn().await;
    let (guest, _) = app.guest().await;
    let body = json!({ "email": "ada@example.org" });
    guest.post(PATH, body).await.expect(200);
    let login = json!({ "email": "ada@example.org", "password": PASSWORD });
    let answer = app.anon().post("/auth/login", login).await;
    answer.refused("sign_in_failed", None);
}

#[tokio::test]
async fn the_address_of_another_account_is_refused() {
    let app = TestApp::spawn().await;
    app.account("ada@example.org").await;
    let (guest, _) = app.guest().await;
    let answer = guest
        .post(PATH, json!({ "email": "ada@example.org" }))
        .await;
    refused(&answer, "upgrade_refused", None);
    let me = guest.get("/jan/auth/me").await.expect(200);
    assert_eq!(me["is_guest"], true);
}

#[tokio::test]
async fn a_mistake_is_named() {
    let app = TestApp::spawn().await;
    let (guest, _) = app.guest().await;
    for (body, code, param) in [
        (json!({}), "missing_field", "email"),
        (json!({ "email": 7 }), "invalid_type", "email"),
        (json!({ "email": "ada" }), "invalid_value", "email"),
        (
            json!({ "email": "ada@example.org", "password": "short" }),
            "invalid_value",
            "password",
        ),
    ] {
        refused(&guest.post(PATH, body).await, code, Some(param));
    }
}
