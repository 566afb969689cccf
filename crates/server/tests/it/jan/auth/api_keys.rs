use crate::app::TestApp;
use crate::jan::refused;
use serde_json::json;

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
