use crate::app::{PASSWORD, TestApp};
use domain::auth::AuthService;
use serde_json::json;

#[tokio::test]
async fn a_removed_user_may_come_back_as_a_new_user() {
    let app = TestApp::spawn().await;
    let (ada, before) = app.account("ada@example.org").await;
    ada.conversation(json!({})).await;
    ada.delete("/auth/me").await.expect_nothing(204);
    ada.delete("/auth/me").await.refused("token_invalid", None);
    let body = json!({ "email": "ada@example.org", "password": PASSWORD });
    let answer = app.anon().post("/auth/login", body).await;
    answer.refused("sign_in_failed", None);
    let body = json!({ "refresh_token": before["refresh_token"] });
    let answer = app.anon().post("/auth/refresh-token", body).await;
    answer.refused("refresh_token_invalid", None);
    let (ada, after) = app.account("ada@example.org").await;
    assert_ne!(after["user"]["id"], before["user"]["id"]);
    let list = ada.get("/v1/conversations").await.expect(200);
    assert_eq!(list["data"], json!([]));
}

#[tokio::test]
async fn the_owner_of_an_embedded_database_stays() {
    let app = TestApp::spawn().await;
    let operator = AuthService::OPERATOR.ulid().0;
    let token = app.token(operator, chrono::TimeDelta::hours(1));
    let answer = app.bearing(Some(token)).delete("/auth/me").await;
    answer.refused("operator_stays", None);
}
