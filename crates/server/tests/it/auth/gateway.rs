//! A gateway that names its callers: only with its secret, and only from a trusted proxy.

use super::external::issuer::{Issuer, RSA, accept};
use crate::answer::Answer;
use crate::app::{Actor, TestApp};
use api::client_address::TrustedProxies;
use domain::auth::Gateway;
use domain::secret::Secrets as _;
use infra::security::RandomSecrets;
use reqwest::Method;
use serde_json::json;
use server::ServiceParts;

pub(super) const SECRET: &str = "the secret of a gateway";

pub(super) fn trusting(parts: &mut ServiceParts) {
    parts.proxies = TrustedProxies(vec!["127.0.0.0/8".parse().unwrap()]);
}

pub(super) fn behind(parts: &mut ServiceParts, issuer: &Issuer) {
    accept(parts, vec![issuer.settings()]);
    parts.gateway = Some(Gateway {
        secret: RandomSecrets.digest(SECRET),
        issuer: issuer.url(),
    });
}

pub(super) async fn with(actor: &Actor, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = actor.request(Method::GET, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    actor.sent(request).await
}

#[tokio::test]
async fn whom_it_names_is_the_owner_of_that_subjects_tokens() {
    let issuer = Issuer::with(&[&RSA]);
    let app = TestApp::spawn_with(|parts| {
        trusting(parts);
        behind(parts, &issuer);
    })
    .await;
    let ada = issuer.bearer(&app, &RSA, "ada");
    let me = ada.get("/auth/me").await.expect(200);
    let named = [
        ("X-Gateway-Auth", SECRET),
        ("X-User-Subject", "ada"),
        ("X-User-Username", "Ada"),
        ("X-User-Email", "ada@example.org"),
    ];
    let told = with(&app.anon(), "/auth/me", &named).await.expect(200);
    assert_eq!(told["id"], me["id"]);
    assert_eq!(
        (&told["name"], &told["email"]),
        (&json!("Ada"), &json!("ada@example.org"))
    );
    // Kong's plugin removes the key that the caller has sent; other headers of the caller do not count.
    let bob = issuer.bearer(&app, &RSA, "bob");
    assert_eq!(
        with(&bob, "/auth/me", &named).await.expect(200)["id"],
        me["id"]
    );
    // If the gateway names no user, the credentials count.
    let unnamed = &named[..1];
    assert_ne!(
        with(&bob, "/auth/me", unnamed).await.expect(200)["id"],
        me["id"]
    );
    with(&app.anon(), "/auth/me", unnamed)
        .await
        .refused("token_missing", None);
}

/// The headers of a gateway that has this secret.
fn named(secret: &str) -> [(&str, &str); 2] {
    [("X-Gateway-Auth", secret), ("X-User-Subject", "ada")]
}

#[tokio::test]
async fn only_the_gateway_is_believed() {
    let issuer = Issuer::with(&[&RSA]);
    // The secret is right, but the connection does not come from a trusted proxy.
    let app = TestApp::spawn_with(|parts| behind(parts, &issuer)).await;
    let claims = [&named(SECRET)[..], &[("X-Forwarded-For", "127.0.0.1")]].concat();
    with(&app.anon(), "/auth/me", &claims)
        .await
        .refused("token_missing", None);
    // A trusted proxy, but with a wrong secret, or an unknown one.
    let app = TestApp::spawn_with(|parts| {
        trusting(parts);
        behind(parts, &issuer);
    })
    .await;
    for secret in [
        "",
        "wrong",
        &SECRET[1..],
        &format!("{SECRET}x"),
        &SECRET.to_uppercase(),
    ] {
        let answer = with(&app.anon(), "/auth/me", &named(secret)).await;
        answer.refused("token_missing", None);
    }
    let twice = [&named(SECRET)[..], &named("wrong")[..1]].concat();
    with(&app.anon(), "/auth/me", &twice)
        .await
        .refused("token_missing", None);
    with(&app.anon(), "/auth/me", &named(SECRET)[1..])
        .await
        .refused("token_missing", None);
    let app = TestApp::spawn_with(trusting).await;
    with(&app.anon(), "/auth/me", &named(SECRET))
        .await
        .refused("token_missing", None);
}
