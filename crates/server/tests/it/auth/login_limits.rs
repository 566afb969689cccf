//! Guessing of passwords is slowed down and stopped, and other callers are not affected.

use crate::answer::Answer;
use crate::app::{PASSWORD, TestApp};
use chrono::TimeDelta;
use domain::auth::Throttle;
use domain::limits::{Rate, Rates};
use reqwest::Method;
use serde_json::json;

/// A service behind a proxy that it trusts, with the usual limits. `X-Forwarded-For` is the caller's
/// address.
async fn behind_a_proxy(change: impl FnOnce(&mut Rates)) -> TestApp {
    behind("127.0.0.1/32", change).await
}

/// The same, where the proxies are said to be in this network.
async fn behind(network: &str, change: impl FnOnce(&mut Rates)) -> TestApp {
    let mut rates = Rates {
        registration: None,
        ..Rates::USUAL
    };
    change(&mut rates);
    TestApp::spawn_with(|parts| {
        parts.limits = crate::app::limits(&rates, &parts.clock);
        parts.proxies.0.push(network.parse().unwrap());
    })
    .await
}

async fn attempt(app: &TestApp, from: &str, email: &str, password: &str) -> Answer {
    let anon = app.anon();
    let request = anon.request(Method::POST, "/auth/login");
    let request = request.header("x-forwarded-for", from);
    let body = json!({ "email": email, "password": password });
    anon.sent(request.json(&body)).await
}

/// The answer to an attempt that is made to wait: two seconds pass as soon as it waits. One that is
/// answered without having waited ends this, too.
async fn waited_for(app: &TestApp, attempt: impl Future<Output = Answer>) -> Answer {
    tokio::select! {
        answer = attempt => answer,
        never = app.clock.passes(TimeDelta::seconds(2)) => match never {},
    }
}

#[tokio::test]
async fn ten_failures_from_one_address_to_one_account_and_no_more() {
    let app = behind_a_proxy(|rates| rates.sign_in_from_anywhere = None).await;
    app.account("ada@example.org").await;
    for _ in 0..10 {
        let answer = attempt(&app, "192.0.2.1", "ada@example.org", "wrong").await;
        answer.refused("sign_in_failed", None);
    }
    let answer = attempt(&app, "192.0.2.1", "ada@example.org", PASSWORD).await;
    answer.refused("rate_limited", None);
    let wait: i64 = answer.header("retry-after").parse().unwrap();
    // Their own other account, and the victim from elsewhere, are not affected.
    app.account("eve@example.org").await;
    let own = attempt(&app, "192.0.2.1", "eve@example.org", PASSWORD).await;
    own.expect(200);
    let victim = attempt(&app, "192.0.2.2", "ada@example.org", PASSWORD).await;
    victim.expect(200);
    app.clock.advance(TimeDelta::seconds(wait));
    let answer = attempt(&app, "192.0.2.1", "ada@example.org", PASSWORD).await;
    answer.expect(200);
}

#[tokio::test]
async fn attempts_that_are_refused_at_one_account_shut_out_no_other() {
    let app = behind_a_proxy(|rates| {
        rates.sign_in = Rate::parse("5/15m");
        rates.sign_in_to_account = Rate::parse("2/15m");
    })
    .await;
    app.account("eve@example.org").await;
    for number in 0..10 {
        let answer = attempt(&app, "192.0.2.1", "ada@example.org", "wrong").await;
        assert_eq!(answer.status, if number < 2 { 401 } else { 429 });
    }
    let other = attempt(&app, "192.0.2.1", "eve@example.org", PASSWORD).await;
    other.expect(200);
}

#[tokio::test]
async fn a_success_gives_back_no_attempt_that_it_did_not_take() {
    let app = behind_a_proxy(|rates| {
        rates.sign_in_from_anywhere = Rate::parse("1/24h");
    })
    .await;
    app.account("ada@example.org").await;
    let answer = attempt(&app, "192.0.2.1", "ada@example.org", "wrong").await;
    answer.refused("sign_in_failed", None);
    for number in 1..=2 {
        let before = app.clock.waits_of(Throttle::DELAY);
        let slowed = attempt(&app, "192.0.2.2", "ada@example.org", PASSWORD);
        waited_for(&app, slowed).await.expect(200);
        assert_eq!(
            app.clock.waits_of(Throttle::DELAY),
            before + 1,
            "attempt {number} is slowed"
        );
    }
}

#[tokio::test]
async fn a_success_forgets_the_failures_before_it() {
    let app = behind_a_proxy(|rates| rates.sign_in_from_anywhere = None).await;
    app.account("ada@example.org").await;
    for _ in 0..4 {
        for _ in 0..9 {
            let answer = attempt(&app, "192.0.2.1", "ada@example.org", "wrong").await;
            answer.refused("sign_in_failed", None);
        }
        let answer = attempt(&app, "192.0.2.1", "ada@example.org", PASSWORD).await;
        answer.expect(200);
    }
}

#[tokio::test]
async fn fifty_failures_from_one_address_for_any_accounts() {
    let app = behind_a_proxy(|_| {}).await;
    app.account("ada@example.org").await;
    for number in 0..50 {
        let email = format!("nobody{number}@example.org");
        let answer = attempt(&app, "192.0.2.1", &email, "wrong").await;
        answer.refused("sign_in_failed", None);
    }
    let answer = attempt(&app, "192.0.2.1", "ada@example.org", PASSWORD).await;
    answer.refused("rate_limited", None);
    // Neighbours behind the same proxy are told apart.
    let answer = attempt(&app, "192.0.2.2", "ada@example.org", PASSWORD).await;
    answer.expect(200);
}

#[tokio::test]
async fn an_ipv6_network_is_one_address() {
    let app = behind_a_proxy(|rates| rates.sign_in = Rate::parse("3/m")).await;
    for number in 1..=3 {
        let from = format!("2001:db8:1:2::{number}");
        let answer = attempt(&app, &from, "ada@example.org", "wrong").await;
        answer.refused("sign_in_failed", None);
    }
    let answer = attempt(&app, "2001:db8:1:2:ffff::1", "ada@example.org", "wrong").await;
    answer.refused("rate_limited", None);
    let answer = attempt(&app, "2001:db8:1:3::1", "ada@example.org", "wrong").await;
    answer.refused("sign_in_failed", None);
}

#[tokio::test]
async fn the_port_somebody_calls_from_does_not_matter() {
    let app = behind_a_proxy(|rates| rates.sign_in = Rate::parse("2/m")).await;
    for (from, status) in [
        ("192.0.2.1:40001", 401),
        ("192.0.2.1:40002", 401),
        ("192.0.2.1:40003", 429),
        ("192.0.2.2:40001", 401),
        ("[2001:db8::1]:40001", 401),
        ("[2001:db8::2]:40002", 401),
        ("[2001:db8::3]", 429),
    ] {
        let answer = attempt(&app, from, "ada@example.org", "wrong").await;
        assert_eq!(answer.status, status, "{from}");
    }
}

#[tokio::test]
async fn a_proxys_network_may_be_written_as_ipv6() {
    let app = behind("::ffff:127.0.0.0/104", |rates| {
        rates.sign_in = Rate::parse("1/m")
    })
    .await;
    for number in 1..=3 {
        let from = format!("192.0.2.{number}");
        let answer = attempt(&app, &from, "ada@example.org", "wrong").await;
        answer.refused("sign_in_failed", None);
    }
}

#[tokio::test]
async fn a_stranger_cannot_claim_addresses_to_try_from() {
    let app = TestApp::spawn_limited(|rates| rates.sign_in = Rate::parse("3/m")).await;
    for number in 1..=4 {
        let from = format!("192.0.2.{number}");
        let answer = attempt(&app, &from, "ada@example.org", "wrong").await;
        assert_eq!(answer.status, if number < 4 { 401 } else { 429 });
    }
}

#[tokio::test]
async fn a_botnet_slows_the_victim_down_and_never_locks_them_out() {
    let app = behind_a_proxy(|_| {}).await;
    app.account("ada@example.org").await;
    let before = app.clock.waits_of(Throttle::DELAY);
    for number in 0..10 {
        let from = format!("198.51.100.{number}");
        let answer = attempt(&app, &from, "ada@example.org", "wrong").await;
        answer.refused("sign_in_failed", None);
    }
    assert_eq!(
        app.clock.waits_of(Throttle::DELAY),
        before,
        "no request has had to wait yet"
    );
    // The victim, from an address that never failed, waits for two seconds and is let in.
    let victim = attempt(&app, "192.0.2.1", "ada@example.org", PASSWORD);
    waited_for(&app, victim).await.expect(200);
    // Other accounts are not slower.
    app.account("eve@example.org").await;
    let answer = attempt(&app, "192.0.2.1", "eve@example.org", PASSWORD).await;
    answer.expect(200);
    assert_eq!(app.clock.waits_of(Throttle::DELAY), before + 1);
}
