use crate::auth::external::issuer::{RSA, accepting};
use serde_json::{Value, json};

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
