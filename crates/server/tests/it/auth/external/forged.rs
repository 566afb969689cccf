//! Tokens that no issuer has made.

use super::issuer::{OTHER_RSA, RSA, SigningKey, accepting};
use super::tokens::{answer, changed};
use crate::answer::Answer;
use crate::app::SECRET;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

/// Tokens that are signed with a shared secret, or not at all: the fault of each, and the token.
fn unsigned(good: &Value) -> Vec<(&'static str, String)> {
    let public = RSA.public();
    let modulus = public["n"].as_str().unwrap();
    let modulus = BASE64_URL_SAFE_NO_PAD.decode(modulus).unwrap();
    let symmetric = |algorithm, secret: &[u8]| {
        let header = Header {
            alg: algorithm,
            ..RSA.header()
        };
        jsonwebtoken::encode(&header, good, &EncodingKey::from_secret(secret)).unwrap()
    };
    let encode = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
    let claims = encode(&good.to_string());
    let published = public.to_string();
    let (short, long) = (Algorithm::HS256, Algorithm::HS512);
    vec![
        (
            "no signature",
            format!("{}.{claims}.", encode(r#"{"alg":"none"}"#)),
        ),
        ("HMAC with the modulus", symmetric(short, &modulus)),
        (
            "HMAC with the published key",
            symmetric(short, published.as_bytes()),
        ),
        ("a longer HMAC with it", symmetric(long, &modulus)),
        (
            "HMAC with our own secret",
            symmetric(short, SECRET.as_bytes()),
        ),
    ]
}

/// Tokens that name another key, or are signed with another one.
fn by_other_keys(good: &Value) -> Vec<(&'static str, String)> {
    let named = |id: &str| {
        let kid = Some(id.to_owned());
        let header = Header {
            kid,
            ..RSA.header()
        };
        RSA.sign(&header, good)
    };
    let curve = SigningKey::of("one", Algorithm::ES256);
    let mut brought = OTHER_RSA.header();
    brought.jwk = serde_json::from_value(OTHER_RSA.public()).ok();
    let kid = Some("one".to_owned());
    let same = Header {
        kid,
        ..OTHER_RSA.header()
    };
    vec![
        ("an unknown key", named("three")),
        ("a key that is a path", named("../../../../dev/null")),
        ("a key that is SQL", named("' or 1=1; drop table items; --")),
        ("a key that is long", named(&"k".repeat(4_000))),
        ("a key of another family", curve.sign(&curve.header(), good)),
        ("another key of that name", OTHER_RSA.sign(&same, good)),
        ("a key that it brings along", OTHER_RSA.sign(&brought, good)),
    ]
}

/// Tokens whose header or claims are not the signed ones, or are for another purpose.
fn altered(good: &Value) -> Vec<(&'static str, String)> {
    let raw = |header: Value| RSA.sign_raw(&header.to_string(), &good.to_string());
    let fine = RSA.sign(&RSA.header(), good);
    let parts: Vec<_> = fine.split('.').collect();
    let other = changed(good, &json!({ "sub": "bob" })).to_string();
    let other = BASE64_URL_SAFE_NO_PAD.encode(other);
    vec![
        (
            "another padding",
            raw(json!({ "alg": "PS256", "kid": "one" })),
        ),
        (
            "critical extensions",
            raw(json!({ "alg": "RS256", "kid": "one", "crit": ["x"], "x": 1 })),
        ),
        (
            "another kind",
            raw(json!({ "alg": "RS256", "kid": "one", "typ": "logout+jwt" })),
        ),
        ("other claims", format!("{}.{other}.{}", parts[0], parts[2])),
        ("a cut signature", fine[..fine.len() - 4].to_owned()),
    ]
}

/// Texts that are not tokens.
fn unreadable(good: &Value) -> Vec<(&'static str, String)> {
    let raw = |header: Value| RSA.sign_raw(&header.to_string(), &good.to_string());
    let fine = RSA.sign(&RSA.header(), good);
    vec![
        (
            "a key that is a number",
            raw(json!({ "alg": "RS256", "kid": 7 })),
        ),
        ("no algorithm", raw(json!({ "kid": "one" }))),
        ("four parts", format!("{fine}.{fine}")),
        ("two parts", fine.rsplit_once('.').unwrap().0.to_owned()),
        ("garbage", "garbage".to_owned()),
        ("garbage in three parts", "eyJ.garbage.x".to_owned()),
    ]
}

/// The answer does not reveal the fault of such a token.
#[track_caller]
fn refused(answer: &Answer) {
    let told = "The token is not accepted here. Get a new one from where you signed in.";
    answer.refused("token_invalid", None);
    assert_eq!(answer.json()["error"]["message"], told);
}

#[tokio::test]
async fn no_forged_token_passes() {
    let (app, issuer) = accepting(&RSA).await;
    let good = issuer.claims(&app, "ada");
    let kind = Header {
        typ: Some("at+JWT".to_owned()),
        ..RSA.header()
    };
    answer(&app, &RSA.sign(&kind, &good)).await.expect(200);
    let forged = [
        unsigned(&good),
        by_other_keys(&good),
        altered(&good),
        unreadable(&good),
    ];
    for (name, token) in forged.concat() {
        println!("{name}");
        refused(&answer(&app, &token).await);
    }
    let long = changed(&good, &json!({ "groups": "g".repeat(15_000) }));
    let refused = answer(&app, &RSA.sign(&RSA.header(), &long)).await;
    assert!([401, 431].contains(&refused.status), "{}", refused.status);
}
