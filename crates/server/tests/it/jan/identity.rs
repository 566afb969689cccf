use super::refused;
use crate::app::TestApp;
use crate::auth::external::issuer::{RSA, accepting};
use serde_json::{Value, json};

#[tokio::test]
async fn a_guest_is_told_who_they_are_and_becomes_an_account() {
    let app = TestApp::spawn().await;
    let anon = app.anon();
    let login = anon
        .post_text("/jan/auth/guest-login", "{}}")
        .await
        .expect(201);
    for field in [
        "user_id",
        "username",
        "principal_id",
        "access_token",
        "refresh_token",
    ] {
        assert_ne!(login[field].as_str().unwrap_or_default(), "", "{field}");
    }
    assert_eq!(
        (&login["token_type"], &login["expires_in"]),
        (&json!("Bearer"), &json!(3600))
    );
    let guest = app.holding(&login);
    let me = guest.get("/jan/auth/me").await;
    assert_eq!(me.header("x-auth-method"), "jwt");
    assert_eq!(me.header("x-principal-id"), login["user_id"]);
    let me = me.expect(200);
    assert_eq!(
        (&me["is_guest"], &me["username"]),
        (&json!(true), &login["username"])
    );
    let body = json!({ "username": "ada", "email": "ada@example.org", "full_name": "Ada" });
    let upgraded = guest
        .post("/jan/auth/upgrade", body.clone())
        .await
        .expect(200);
    assert_eq!(upgraded, json!({ "status": "upgraded" }));
    refused(
        &guest.post("/jan/auth/upgrade", body).await,
        "not_a_guest",
        None,
    );
    let me = guest.get("/jan/auth/me").await.expect(200);
    assert_eq!(
        (&me["is_guest"], &me["email"]),
        (&json!(false), &json!("ada@example.org"))
    );

    let token = json!({ "refresh_token": login["refresh_token"] });
    let fresh = anon
        .post("/jan/auth/refresh-token", token)
        .await
        .expect(200);
    assert_eq!(fresh["user_id"], login["user_id"]);
    let token = json!({ "refresh_token": fresh["refresh_token"] });
    let left = anon
        .post("/jan/auth/logout", token.clone())
        .await
        .expect(200);
    assert_eq!(left["status"], "logged_out");
    let answer = anon.post("/jan/auth/refresh-token", token).await;
    refused(&answer, "refresh_token_invalid", None);
}

#[tokio::test]
async fn keys_are_made_used_and_revoked() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let keys = "/jan/auth/api-keys";
    let body = json!({ "name": "Automation", "expires_in_days": 90 });
    let made = alice.post(keys, body).await.expect(201);
    let secret = made["key"].as_str().unwrap();
    assert!(secret.starts_with(made["prefix"].as_str().unwrap()));
    assert!(secret.ends_with(made["suffix"].as_str().unwrap()));
    assert!(made["expires_at"].is_string());
    let list = alice.get(keys).await.expect(200);
    assert_eq!(list["items"][0]["id"], made["id"]);
    assert!(list["items"][0].get("key").is_none());
    let anon = app.anon();
    let request = || anon.request(reqwest::Method::GET, "/jan/v1/conversations");
    let answer = anon.sent(request().header("x-api-key", secret)).await;
    assert_eq!(
        (answer.status, answer.header("x-auth-method")),
        (200, "apikey")
    );
    assert_ne!(answer.header("x-user-id"), "");
    let path = format!("{keys}/{}", made["id"].as_str().unwrap());
    alice.delete(&path).await.expect_nothing(204);
    let answer = anon.sent(request().header("x-api-key", secret)).await;
    refused(&answer, "api_key_invalid", None);
    for days in [0, 366, i64::MAX] {
        let body = json!({ "name": "x", "expires_in_days": days });
        let answer = alice.post(keys, body).await;
        refused(&answer, "invalid_value", Some("expires_in_days"));
    }
}

#[tokio::test]
async fn health_is_asked_under_v1_too() {
    let app = TestApp::spawn().await;
    let anon = app.anon();
    assert_eq!(
        anon.get("/jan/v1/healthz").await.expect(200)["status"],
        "ok"
    );
    assert_eq!(
        anon.get("/jan/v1/readyz").await.expect(200)["status"],
        "ready"
    );
    assert!(anon.get("/jan/v1/version").await.expect(200)["version"].is_string());
}

#[tokio::test]
async fn a_token_of_another_issuer_tells_who_its_holder_is() {
    let (app, issuer) = accepting(&RSA).await;
    let mut claims = issuer.claims(&app, "ada");
    claims["name"] = "Ada".into();
    claims["email"] = "ada@example.org".into();
    let ada = app.bearing(Some(RSA.sign(&RSA.header(), &claims)));
    let me = ada.get("/jan/auth/me").await.expect(200);
    let told = ["name", "email", "username", "is_guest"].map(|name| &me[name]);
    assert_eq!(
        json!(told),
        json!(["Ada", "ada@example.org", "ada@example.org", false])
    );
    claims["email"] = Value::Null;
    claims["guest"] = true.into();
    let guest = app.bearing(Some(RSA.sign(&RSA.header(), &claims)));
    let me = guest.get("/jan/auth/me").await.expect(200);
    let told = ["name", "email", "username", "is_guest"].map(|name| &me[name]);
    assert_eq!(json!(told), json!(["Ada", null, "Ada", true]));
}
