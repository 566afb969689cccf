//! The check of API keys for a gateway, which is not there for others.

use super::external::issuer::{Issuer, RSA};
use super::gateway::{SECRET, behind, trusting, with};
use crate::answer::Answer;
use crate::app::{Actor, TestApp, limits};
use domain::limits::{Rate, Rates};
use reqwest::Method;
use serde_json::json;

async fn validated(app: &TestApp, key: &str) -> Answer {
    // As Kong's plugin asks, and with a field that it may add some day.
    let body = json!({ "api_key": key, "trace": 1 });
    app.anon().post("/auth/validate-api-key", body).await
}

async fn key_of(actor: &Actor) -> String {
    actor.key("Mine").await["key"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_gateway_checks_keys_and_learns_their_holders() {
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
        let rates = Rates {
            key_check: Rate::parse("3/h"),
            ..Rates::NONE
        };
        parts.limits = limits(&rates, &parts.clock);
    })
    .await;
    for number in 0..6 {
        let bad = format!("sk_{number:043}");
        validated(&app, &bad).await.refused("api_key_invalid", None);
    }
}
