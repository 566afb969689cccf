//! A gateway that names its callers: only with its secret, and only from a trusted proxy.

use super::external::issuer::{Issuer, RSA, accept};
use crate::answer::Answer;
use crate::app::{Actor, TestApp, limits};
use api::client_address::TrustedProxies;
use domain::auth::{Gateway, Secrets as _};
use domain::limits::{Quota, Quotas};
use infra::security::RandomSecrets;
use reqwest::Method;
use serde_json::json;
use server::Parts;

const SECRET: &str = "the secret of a gateway, and of nobody else";

fn trusting(parts: &mut Parts) {
    parts.proxies = TrustedProxies(vec!["127.0.0.0/8".parse().unwrap()]);
}

fn behind(parts: &mut Parts, issuer: &Issuer) {
    accept(parts, vec![issuer.settings()]);
    parts.gateway = Some(Gateway {
        secret: RandomSecrets.digest(SECRET),
        issuer: issuer.url(),
    });
}

async fn with(actor: &Actor, path: &str, headers: &[(&str, &str)]) -> Answer {
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

async fn validated(app: &TestApp, key: &str) -> Answer {
    // As Kong's plugin asks, and with a field that it may add some day.
    let body = json!({ "api_key": key, "trace": 1 });
    app.anon().post("/auth/validate-api-key", body).await
}

async fn key_of(actor: &Actor) -> String {
    actor.key("Mine").await["key"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn it_may_check_keys_and_name_their_holders() {
    let issuer = Issuer::with(&[&RSA]);
    let app = TestApp::spawn_with(|parts| {
        trusting(parts);
        behind(parts, &issuer);
    })
    .await;
    let (ada, session) = app.account("ada@example.org").await;
    let (guest, _) = app.guest().await;
    for holder in [&ada, &guest, &issuer.bearer(&app, &RSA, "eve")] {
        let id = holder.get("/auth/me").await.expect(200)["id"].clone();
        let key = key_of(holder).await;
        let told = validated(&app, &key).await.expect(200);
        assert_eq!(told["user_id"], id);
        assert_ne!(told["username"], "");
        let by_header = with(
            &app.anon(),
            "/auth/validate-api-key",
            &[("X-API-Key", &key)],
        )
        .await;
        assert_eq!(by_header.expect(200), told);
        // The headers of the plugin name the same owner.
        let subject = told["subject"].as_str().unwrap();
        let named = [("X-Gateway-Auth", SECRET), ("X-User-Subject", subject)];
        let me = with(&app.anon(), "/auth/me", &named).await.expect(200);
        assert_eq!(me["id"], id);
        // And it is still only a key.
        let keys = app.anon().request(Method::POST, "/auth/api-keys");
        let keys = named
            .iter()
            .fold(keys, |keys, (name, value)| keys.header(*name, *value));
        let more = app.anon().sent(keys.json(&json!({ "name": "More" }))).await;
        more.refused("api_key_not_allowed", None);
    }
    let own = session["user"]["id"].as_str().unwrap();
    let told = validated(&app, &key_of(&ada).await).await.expect(200);
    assert_eq!(told["email"], "ada@example.org");
    // A subject that only looks like that is an issuer's.
    let code = told["subject"]
        .as_str()
        .unwrap()
        .split_once('.')
        .unwrap()
        .1
        .to_owned();
    let (other, _) = app.account("bob@example.org").await;
    let other = other.get("/auth/me").await.expect(200)["id"].clone();
    for forged in [
        own.to_owned(),
        format!("{own}."),
        format!("{own}.{}", "0".repeat(43)),
        format!("{}.{code}", other.as_str().unwrap()),
    ] {
        let named = [
            ("X-Gateway-Auth", SECRET),
            ("X-User-Subject", forged.as_str()),
        ];
        let me = with(&app.anon(), "/auth/me", &named).await.expect(200);
        assert!(me["id"] != own && me["id"] != other, "{forged}");
        assert_eq!(me["kind"], "external");
    }
    for bad in ["", "sk_", &format!("sk_{}", "7".repeat(43))] {
        validated(&app, bad).await.refused("api_key_invalid", None);
    }
}

#[tokio::test]
async fn for_others_the_address_of_the_check_does_not_exist() {
    let app = TestApp::spawn().await;
    let key = key_of(&app.alice()).await;
    validated(&app, &key).await.refused("route_not_found", None);
    let headers = [
        ("X-API-Key", key.as_str()),
        ("X-Forwarded-For", "127.0.0.1"),
    ];
    let answer = with(&app.anon(), "/auth/validate-api-key", &headers).await;
    answer.refused("route_not_found", None);
    // The very words of an address that does not exist.
    let message = answer.json()["error"]["message"].clone();
    let never = "GET /auth/validate-api-key does not exist here. ";
    assert!(message.as_str().unwrap().starts_with(never), "{message}");
}

#[tokio::test]
async fn a_request_that_a_proxy_passes_on_is_not_the_proxys_own_check() {
    let app = TestApp::spawn_with(trusting).await;
    let key = key_of(&app.alice()).await;
    validated(&app, &key).await.expect(200);
    for name in ["X-Forwarded-For", "Forwarded", "X-Real-IP"] {
        let headers = [("X-API-Key", key.as_str()), (name, "203.0.113.7")];
        let answer = with(&app.anon(), "/auth/validate-api-key", &headers).await;
        answer.refused("route_not_found", None);
    }
}

#[tokio::test]
async fn bad_keys_of_one_caller_of_the_gateway_are_not_counted_for_all() {
    let app = TestApp::spawn_with(|parts| {
        trusting(parts);
        let quotas = Quotas {
            key_check: Quota::parse("3/h"),
            ..Quotas::NONE
        };
        parts.limits = limits(&quotas, &parts.clock);
    })
    .await;
    for number in 0..6 {
        let bad = format!("sk_{number:043}");
        validated(&app, &bad).await.refused("api_key_invalid", None);
    }
}
