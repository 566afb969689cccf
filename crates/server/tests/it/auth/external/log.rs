//! The log about a refused token, of a real process.

use super::issuer::{AUDIENCE, Issuer, OTHER_RSA, Play, RSA};
use crate::app::Actor;
use crate::db::Schema;
use crate::process::Process;
use domain::clock::Clock as _;
use infra::clock::SystemClock;
use jsonwebtoken::Header;
use serde_json::{Value, json};

/// Tokens that are refused, each with a part of the reason.
fn refused(good: &Value, now: i64) -> Vec<(&'static str, String)> {
    let with = |changes: Value| {
        let mut claims = good.clone();
        let changes = changes.as_object().unwrap().clone();
        claims.as_object_mut().unwrap().extend(changes);
        RSA.sign(&RSA.header(), &claims)
    };
    let forged = Header {
        kid: RSA.header().kid,
        ..OTHER_RSA.header()
    };
    let raw = |header: &str| RSA.sign_raw(header, &good.to_string());
    vec![
        ("algorithm (alg) \"none\"", raw(r#"{"alg":"none"}"#)),
        (
            "algorithm (alg) \"HS256\"",
            raw(r#"{"alg":"HS256","kid":"one"}"#),
        ),
        ("but not by a text", raw(r#"{"alg":"RS256","kid":7}"#)),
        ("it is not a JWT", "gar-bage".to_owned()),
        ("it expired at", with(json!({ "exp": now - 100 }))),
        ("another audience (aud)", with(json!({ "aud": "other" }))),
        ("another client (azp)", with(json!({ "azp": "other" }))),
        (
            "is not configured",
            with(json!({ "iss": "https://other.example\nx" })),
        ),
        ("no such key", OTHER_RSA.sign(&OTHER_RSA.header(), good)),
        ("its signature is wrong", OTHER_RSA.sign(&forged, good)),
    ]
}

#[tokio::test]
async fn the_log_tells_why_a_token_is_refused_without_the_token() {
    let schema = Schema::migrated().await;
    let issuer = Issuer::with(&[&RSA]);
    let entry = format!("{}|{AUDIENCE}||web", issuer.url());
    let settings = [("OIDC_ISSUERS", entry.as_str()), ("LOG_LEVEL", "trace")];
    let service = Process::external(schema.url(), &settings).await;
    service.ready().await;
    let now = SystemClock.now().timestamp();
    let good = json!({
        "iss": issuer.url(), "sub": "ada-of-the-token", "aud": AUDIENCE, "azp": "web",
        "name": "Ada of the token", "iat": now - 300, "exp": now + 300,
    });
    let mut tokens = vec![RSA.sign(&RSA.header(), &good)];
    let ada = Actor::of(&service.url, tokens.first().cloned());
    let me = ada.get("/auth/me").await.expect(200);
    assert_eq!(me["name"], "Ada of the token");
    for (reason, token) in refused(&good, now) {
        let actor = Actor::of(&service.url, Some(token.clone()));
        actor.get("/auth/me").await.refused("token_invalid", None);
        service.log.line_with(&["is refused", reason]).await;
        tokens.push(token);
    }
    for line in service.log.lines() {
        assert!(
            !line.contains("of the token") && !line.contains("ada-of-the"),
            "{line}"
        );
        for part in tokens.iter().flat_map(|token| token.split('.')) {
            assert!(!line.contains(part), "{line}");
        }
    }
}

#[tokio::test]
async fn the_log_tells_once_that_the_keys_of_an_issuer_cannot_be_fetched() {
    let schema = Schema::migrated().await;
    let issuer = Issuer::with(&[&RSA]);
    issuer.plays(Play::Keys(Vec::new()));
    let entry = format!("{}|{AUDIENCE}", issuer.url());
    let settings = [("OIDC_ISSUERS", entry.as_str()), ("LOG_LEVEL", "debug")];
    let service = Process::external(schema.url(), &settings).await;
    let unfetched = "the keys of an issuer cannot be fetched; its tokens are refused";
    service
        .log
        .line_with(&["WARN", unfetched, "pause=5s"])
        .await;
    service
        .log
        .line_with(&["DEBUG", unfetched, "pause=10s"])
        .await;
    let lines = service.log.lines();
    let warned = lines
        .iter()
        .filter(|line| line.contains("WARN") && line.contains(unfetched));
    assert_eq!(warned.count(), 1, "{lines:#?}");
}
