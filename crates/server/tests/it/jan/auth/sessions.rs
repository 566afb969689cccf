use crate::app::TestApp;
use crate::jan::refused;
use serde_json::json;

#[tokio::test]
async fn a_guest_signs_in_refreshes_and_signs_out() {
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
