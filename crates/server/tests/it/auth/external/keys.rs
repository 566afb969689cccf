//! Where keys come from, how they change, and how issuers may behave meanwhile.

use super::issuer::{Issuer, OTHER_RSA, Play, RSA, accept, accepting, half_a_minute_passes};
use crate::app::TestApp;
use chrono::TimeDelta;
use domain::clock::Clock as _;
use jsonwebtoken::Header;
use std::time::Duration;

#[tokio::test]
async fn thirty_unknown_keys_make_at_most_one_fetch() {
    let (app, issuer) = accepting(&RSA).await;
    let claims = issuer.claims(&app, "ada");
    let before = issuer.fetches();
    half_a_minute_passes(&app);
    let ask = |number| {
        let header = Header {
            kid: Some(format!("unknown {number}")),
            ..RSA.header()
        };
        let actor = app.bearing(Some(RSA.sign(&header, &claims)));
        async move { actor.get("/auth/me").await }
    };
    for answer in futures_util::future::join_all((0..30).map(ask)).await {
        answer.refused("token_invalid", None);
    }
    assert_eq!(issuer.fetches(), before + 1);
    half_a_minute_passes(&app);
    ask(30).await.refused("token_invalid", None);
    assert_eq!(issuer.fetches(), before + 2);
}

#[tokio::test]
async fn a_key_that_is_announced_before_its_use_is_known_in_time() {
    let (app, issuer) = accepting(&RSA).await;
    let before = issuer.fetches();
    issuer.publishes(&[&RSA, &OTHER_RSA]);
    app.clock.advance(TimeDelta::seconds(300));
    issuer.fetched_more_often_than(before).await;
    // Requests do not wait for it, and are not refused.
    let (old, new) = (
        issuer.bearer(&app, &RSA, "ada"),
        issuer.bearer(&app, &OTHER_RSA, "ada"),
    );
    let (one, two) = (&old, &new);
    let both = |_| async move {
        one.get("/auth/me").await.expect(200);
        two.get("/auth/me").await.expect(200);
    };
    futures_util::future::join_all((0..10).map(both)).await;
    let known = issuer.fetches();
    // The old one goes when the issuer takes it away.
    issuer.publishes(&[&OTHER_RSA]);
    app.clock.advance(TimeDelta::seconds(300));
    issuer.fetched_more_often_than(known).await;
    let mut refused = old.get("/auth/me").await;
    while refused.status == 200 {
        refused = old.get("/auth/me").await;
    }
    refused.refused("token_invalid", None);
    new.get("/auth/me").await.expect(200);
}

#[tokio::test]
async fn a_key_that_comes_unannounced_is_known_after_half_a_minute_at_most() {
    let (app, issuer) = accepting(&RSA).await;
    issuer.publishes(&[&OTHER_RSA]);
    let new = issuer.bearer(&app, &OTHER_RSA, "ada");
    new.get("/auth/me").await.refused("token_invalid", None);
    half_a_minute_passes(&app);
    new.get("/auth/me").await.expect(200);
}

/// The answer of an issuer without keys.
fn failures(elsewhere: &Issuer) -> Vec<(&'static str, Play)> {
    let bytes = |text: &str| Play::Bytes(text.as_bytes().to_vec());
    let moved = format!(
        "HTTP/1.1 302 Found\r\nLocation: {}/keys\r\nContent-Length: 0\r\n\r\n",
        elsewhere.url()
    );
    let endless = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"keys\":[".to_vec();
    vec![
        ("it is down", bytes("")),
        (
            "it fails",
            bytes("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"),
        ),
        (
            "garbage",
            bytes("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>"),
        ),
        ("no keys", Play::Keys(Vec::new())),
        ("it leads elsewhere", bytes(&moved)),
        ("100 MB", Play::Repeats(endless, vec![b' '; 1 << 20], 100)),
        (
            "it is cut off",
            bytes("HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n{\"keys\":["),
        ),
    ]
}

#[tokio::test]
async fn the_last_good_keys_serve_through_an_hours_outage() {
    let (app, issuer) = accepting(&RSA).await;
    let elsewhere = Issuer::with(&[&OTHER_RSA]);
    for (name, play) in failures(&elsewhere) {
        println!("{name}");
        issuer.plays(play);
        let before = issuer.fetches();
        app.clock.advance(TimeDelta::hours(1));
        issuer.fetched_more_often_than(before).await;
        issuer
            .bearer(&app, &RSA, "ada")
            .get("/auth/me")
            .await
            .expect(200);
        issuer
            .bearer(&app, &OTHER_RSA, "ada")
            .get("/auth/me")
            .await
            .refused("token_invalid", None);
    }
    assert_eq!(elsewhere.fetches(), 0, "a redirect was followed");
    // When it is back, its new keys are known, too.
    issuer.publishes(&[&OTHER_RSA]);
    half_a_minute_passes(&app);
    let new = issuer.bearer(&app, &OTHER_RSA, "ada");
    while new.get("/auth/me").await.status != 200 {
        half_a_minute_passes(&app);
    }
}

#[tokio::test]
async fn a_slow_issuer_delays_requests_only_briefly() {
    let (app, issuer) = accepting(&RSA).await;
    let (old, new) = (
        issuer.bearer(&app, &RSA, "ada"),
        issuer.bearer(&app, &OTHER_RSA, "ada"),
    );
    issuer.plays(Play::Hangs);
    half_a_minute_passes(&app);
    let before = issuer.fetches();
    let waiting = new.get("/auth/me");
    let meanwhile = async {
        issuer.fetched_more_often_than(before).await;
        // Requests with a known key are not affected.
        old.get("/auth/me").await.expect(200);
        app.clock.advance(TimeDelta::seconds(5));
    };
    let (answer, ()) = tokio::join!(waiting, meanwhile);
    answer.refused("token_invalid", None);
}

#[tokio::test]
async fn before_the_first_keys_are_there_the_answer_is_503_and_not_401() {
    let issuer = Issuer::with(&[&RSA]);
    issuer.plays(Play::Bytes(Vec::new()));
    let settings = issuer.settings();
    let app = TestApp::spawn_with(|parts| accept(parts, vec![settings])).await;
    let ada = issuer.bearer(&app, &RSA, "ada");
    let answer = ada.get("/auth/me").await;
    assert_eq!(answer.header("retry-after"), "5");
    answer.refused("issuer_unavailable", None);
    // Other tokens do not depend on it.
    app.alice().get("/auth/me").await.expect(200);
    issuer.publishes(&[&RSA]);
    while ada.get("/auth/me").await.status != 200 {
        app.clock.advance(TimeDelta::seconds(5));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn an_issuer_that_stays_away_is_asked_less_and_less() {
    let issuer = Issuer::with(&[&RSA]);
    issuer.plays(Play::Bytes(Vec::new()));
    let settings = issuer.settings();
    let app = TestApp::spawn_with(|parts| accept(parts, vec![settings])).await;
    let began = app.clock.now();
    while issuer.fetches() < 5 {
        app.clock.advance(TimeDelta::seconds(1));
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    // Four pauses, each twice as long as the one before.
    let passed = app.clock.now() - began;
    assert!(passed >= TimeDelta::seconds(5 + 10 + 20 + 40), "{passed}");
}

#[tokio::test]
async fn keys_are_where_the_setting_says_or_where_the_issuers_own_configuration_does() {
    let issuer = Issuer::with(&[&RSA]);
    issuer.is_called("http://another.example");
    let keys = format!("{}/keys", issuer.url());
    let told = issuer.settings().with_keys_at(&keys).unwrap();
    let app = TestApp::spawn_with(|parts| accept(parts, vec![told])).await;
    issuer
        .bearer(&app, &RSA, "ada")
        .get("/auth/me")
        .await
        .expect(200);
    // A configuration that names another issuer is not this one's.
    let settings = issuer.settings();
    let app = TestApp::spawn_with(|parts| accept(parts, vec![settings])).await;
    let refused = issuer.bearer(&app, &RSA, "ada").get("/auth/me").await;
    refused.refused("issuer_unavailable", None);
}
