//! Which tokens are good.

use super::issuer::{AUDIENCE, Issuer, OTHER_RSA, RSA, SigningKey, accept, accepting};
use crate::answer::Answer;
use crate::app::TestApp;
use domain::clock::Clock as _;
use jsonwebtoken::{Algorithm, Header};
use serde_json::{Value, json};

pub(super) async fn answer(app: &TestApp, token: &str) -> Answer {
    app.bearing(Some(token.to_owned()))
        .get("/v1/conversations")
        .await
}

#[tokio::test]
async fn a_key_of_each_kind_signs_good_tokens() {
    let keys = [
        SigningKey::of("p256", Algorithm::ES256),
        SigningKey::of("p384", Algorithm::ES384),
        SigningKey::of("ed", Algorithm::EdDSA),
    ];
    let issuer = Issuer::with(&[&RSA, &keys[0], &keys[1], &keys[2]]);
    let settings = issuer.settings();
    let app = TestApp::spawn_with(|parts| accept(parts, vec![settings])).await;
    let claims = issuer.claims(&app, "ada");
    for key in &keys {
        answer(&app, &key.sign(&key.header(), &claims))
            .await
            .expect(200);
    }
    for algorithm in [Algorithm::RS256, Algorithm::RS384, Algorithm::RS512] {
        let header = Header {
            alg: algorithm,
            ..RSA.header()
        };
        answer(&app, &RSA.sign(&header, &claims)).await.expect(200);
    }
}

/// The claims of a good token with some changed; null takes one away.
pub(super) fn changed(claims: &Value, changes: &Value) -> Value {
    let mut claims = claims.clone();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => claims.as_object_mut().unwrap().remove(name),
            value => claims
                .as_object_mut()
                .unwrap()
                .insert(name.clone(), value.clone()),
        };
    }
    claims
}

#[tokio::test]
async fn a_token_whose_claims_do_not_fit_is_refused_with_one_message() {
    let (app, issuer) = accepting(&RSA).await;
    let now = app.clock.now().timestamp();
    let good = issuer.claims(&app, "ada");
    for changes in [
        json!({}),
        json!({ "aud": ["account", AUDIENCE] }),
        json!({ "exp": now - 59 }),
        json!({ "nbf": now + 60 }),
        json!({ "iat": null, "exp": now + 86_400 }),
        json!({ "typ": null, "azp": "anybody", "name": 7, "email": [], "realm_access": "x" }),
    ] {
        let token = RSA.sign(&RSA.header(), &changed(&good, &changes));
        println!("{changes}");
        answer(&app, &token).await.expect(200);
    }
    let mut messages = Vec::new();
    for changes in [
        json!({ "exp": now - 60 }),
        json!({ "exp": null }),
        json!({ "exp": "tomorrow" }),
        json!({ "nbf": now + 61 }),
        json!({ "iat": now + 61 }),
        json!({ "iat": now - 90_000 }),
        json!({ "iat": null, "exp": now + 86_500 }),
        json!({ "iss": "https://elsewhere.example" }),
        json!({ "iss": format!("{}/", issuer.url()) }),
        json!({ "iss": [issuer.url()] }),
        json!({ "iss": null }),
        json!({ "aud": "other" }),
        json!({ "aud": ["account", "other"] }),
        json!({ "aud": [] }),
        json!({ "aud": null }),
        json!({ "sub": null }),
        json!({ "sub": "" }),
        json!({ "sub": 7 }),
        json!({ "sub": "s".repeat(1_025) }),
        json!({ "typ": "ID" }),
        json!({ "typ": "Refresh" }),
    ] {
        let token = RSA.sign(&RSA.header(), &changed(&good, &changes));
        println!("{changes}");
        let answer = answer(&app, &token).await;
        assert_eq!(
            answer.header("www-authenticate"),
            "Bearer error=\"invalid_token\""
        );
        answer.refused("token_invalid", None);
        messages.push(answer.json()["error"]["message"].clone());
    }
    messages.dedup();
    assert_eq!(messages.len(), 1, "{messages:?}");
}

#[tokio::test]
async fn a_token_without_the_name_of_its_key_is_good_where_one_key_can_be_meant() {
    let (app, issuer) = accepting(&RSA).await;
    let unnamed = Header {
        kid: None,
        ..RSA.header()
    };
    let token = RSA.sign(&unnamed, &issuer.claims(&app, "ada"));
    answer(&app, &token).await.expect(200);
    issuer.publishes(&[&RSA, &OTHER_RSA]);
    super::issuer::half_a_minute_passes(&app);
    issuer
        .bearer(&app, &OTHER_RSA, "ada")
        .get("/auth/me")
        .await
        .expect(200);
    answer(&app, &token).await.refused("token_invalid", None);
}

#[tokio::test]
async fn where_a_client_is_named_only_its_tokens_are_good() {
    let issuer = Issuer::with(&[&RSA]);
    let mut settings = issuer.settings();
    settings.client = Some("web".to_owned());
    let app = TestApp::spawn_with(|parts| accept(parts, vec![settings])).await;
    let good = issuer.claims(&app, "ada");
    for (client, status) in [
        (json!("web"), 200),
        (json!("other"), 401),
        (json!(["web"]), 401),
        (Value::Null, 401),
    ] {
        let claims = changed(&good, &json!({ "azp": client }));
        let answer = answer(&app, &RSA.sign(&RSA.header(), &claims)).await;
        assert_eq!(answer.status, status, "{client}");
    }
}

#[tokio::test]
async fn without_an_issuer_no_external_token_is_good() {
    let app = TestApp::spawn().await;
    let issuer = Issuer::with(&[&RSA]);
    issuer
        .bearer(&app, &RSA, "ada")
        .get("/auth/me")
        .await
        .refused("token_invalid", None);
    assert_eq!(issuer.fetches(), 0);
}
