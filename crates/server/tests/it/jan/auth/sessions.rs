use crate::app::TestApp;
use crate::jan::refused;
use serde_json::json;

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
