use super::{answered, begun, head, held};
use crate::app::TestApp;
use crate::operations::operations;
use api::BodyRate;
use api::client_address::TrustedProxies;
use api::memory::Memory;
use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::sleep;

const KIB: u64 = 1024;
const CREATE: &str = "POST /v1/conversations";

/// A service with a megabyte of memory for bodies, a quarter of it for each caller.
async fn with_a_megabyte() -> (TestApp, Memory) {
    let memory = Memory::new(1_024 * KIB);
    let app = TestApp::spawn_with(|parts| parts.memory = memory.clone()).await;
    (app, memory)
}

#[tokio::test]
async fn stalled_bodies_of_one_owner_hold_a_quarter_and_anothers_is_accepted() {
    let (app, memory) = with_a_megabyte().await;
    let alice = app.alice();
    let mut stalled = Vec::new();
    for number in 1..=2 {
        stalled.push(begun(&app, CREATE, &alice, 100_000).await);
        held(&memory, |held| held >= number * 100_000).await;
    }
    let refused = answered(begun(&app, CREATE, &alice, 100_000).await).await;
    refused.refused("too_much_under_way", None);
    assert_eq!(refused.header("retry-after"), "5");
    assert!(memory.held() <= 256 * KIB, "{} are held", memory.held());

    let large = json!({ "title": "mine", "metadata": { "a": "x".repeat(512) } }).to_string();
    let large = large + &" ".repeat(100_000);
    let accepted = app
        .bob()
        .post_text("/v1/conversations", large.clone())
        .await;
    accepted.expect(201);
    // A client that leaves gives everything back.
    drop(stalled);
    held(&memory, |held| held == 0).await;
    alice
        .post_text("/v1/conversations", large)
        .await
        .expect(201);
    held(&memory, |held| held == 0).await;
}

/// A request through one of our proxies.
fn from(address: &str) -> String {
    format!("{CREATE} HTTP/1.1\r\nX-Forwarded-For: {address}\r\nX-Was:")
}

#[tokio::test]
async fn owners_of_one_address_hold_a_quarter_together_and_others_go_on() {
    let memory = Memory::new(1_024 * KIB);
    let app = TestApp::spawn_with(|parts| {
        parts.memory = memory.clone();
        parts.proxies = TrustedProxies(vec!["127.0.0.0/8".parse().unwrap()]);
    });
    let app = app.await;
    let one = from("203.0.113.7");
    let mut stalled = Vec::new();
    for owner in 1..=2 {
        let owner = app.bearing(Some(app.token(owner, TimeDelta::hours(1))));
        let before = memory.held();
        stalled.push(begun(&app, &one, &owner, 100_000).await);
        held(&memory, |held| held >= before + 100_000).await;
    }
    let third = app.bearing(Some(app.token(3, TimeDelta::hours(1))));
    let refused = answered(begun(&app, &one, &third, 100_000).await).await;
    refused.refused("too_much_under_way", None);
    // The same owner from elsewhere.
    let before = memory.held();
    stalled.push(begun(&app, &from("203.0.113.8"), &third, 100_000).await);
    held(&memory, |held| held >= before + 100_000).await;
    drop(stalled);
    held(&memory, |held| held == 0).await;
}

#[tokio::test]
async fn where_the_whole_is_full_the_next_is_told_to_come_back() {
    let (app, memory) = with_a_megabyte().await;
    let mut stalled = Vec::new();
    for owner in 1..=4 {
        let owner = app.bearing(Some(app.token(owner, TimeDelta::hours(1))));
        for _ in 0..2 {
            let before = memory.held();
            stalled.push(begun(&app, CREATE, &owner, 100_000).await);
            held(&memory, |held| held >= before + 100_000).await;
        }
    }
    let fifth = app.bearing(Some(app.token(5, TimeDelta::hours(1))));
    // A smaller body would fit into the remaining memory.
    let refused = answered(begun(&app, CREATE, &fifth, 250_000).await).await;
    refused.refused("server_busy", None);
    assert_eq!(refused.header("retry-after"), "5");
    drop(stalled);
    held(&memory, |held| held == 0).await;
}

#[tokio::test]
async fn strangers_of_one_address_share_a_quarter() {
    let (app, memory) = with_a_megabyte().await;
    let anybody = app.anon();
    let sign_ins = (0..40).map(|_| begun(&app, "POST /auth/login", &anybody, 15_000));
    let stalled = join_all(sign_ins).await;
    held(&memory, |held| held >= 200 * KIB).await;
    assert!(memory.held() <= 256 * KIB, "{} are held", memory.held());
    app.alice().conversation(json!({})).await;
    drop(stalled);
    held(&memory, |held| held == 0).await;
}

#[tokio::test]
async fn a_body_that_does_not_go_on_is_given_up() {
    let rate = BodyRate {
        every: Duration::from_millis(200),
        bytes: 1_000,
        parts: 1_000,
    };
    let memory = Memory::new(1_024 * KIB);
    let app = TestApp::spawn_with(|parts| {
        parts.body_rate = rate;
        parts.memory = memory.clone();
    });
    let app = app.await;
    for sent in [0, 500, 20_000] {
        let late = answered(begun(&app, CREATE, &app.alice(), sent).await).await;
        late.refused("request_timeout", None);
    }
    held(&memory, |held| held == 0).await;
}

#[tokio::test]
async fn the_more_a_body_holds_the_faster_it_must_come() {
    // Both go on with at most 80,000 bytes in two seconds: enough only for the small body, also on a
    // machine so busy that most of them come late.
    tokio::join!(
        goes_on_slowly(20_000, false),
        goes_on_slowly(1_000_000, true)
    );
}

/// A body of so many bytes at first goes on slowly, until it is given up, or the rate was checked.
async fn goes_on_slowly(begins_with: usize, is_given_up: bool) {
    let memory = Memory::new(16 * 1_024 * KIB);
    let app = TestApp::spawn_with(|parts| {
        parts.body_rate = BodyRate {
            every: Duration::from_secs(2),
            bytes: 4_000,
            parts: 4,
        };
        parts.memory = memory.clone();
    });
    let app = app.await;
    let mut stream = begun(&app, CREATE, &app.alice(), begins_with).await;
    held(&memory, |held| held >= begins_with as u64).await;
    assert!(memory.held() <= 5 * begins_with as u64 / 4 + 8 * KIB);
    let mut sent = 0;
    let enough = if is_given_up { 10_000_000 } else { 100_000 };
    while sent < enough && stream.write_all(&[b' '; 2_000]).await.is_ok() {
        sent += 2_000;
        sleep(Duration::from_millis(50)).await;
        if memory.held() == 0 {
            break;
        }
    }
    assert_eq!(memory.held() == 0, is_given_up, "{sent} were sent");
}

#[tokio::test]
async fn no_body_is_read_without_good_credentials() {
    let app = TestApp::spawn().await;
    let bad_key = format!("sk_{}", "x".repeat(43));
    for operation in operations() {
        if !operation.takes_body() || !operation.is_secured() {
            continue;
        }
        let path = operation.at(&vec!["x".to_owned(); operation.parameters().len()]);
        let line = format!("{} {path}", operation.method);
        for token in [None, Some("nonsense".to_owned()), Some(bad_key.clone())] {
            println!("{line} {token:?}");
            let mut stream = TcpStream::connect(app.address).await.unwrap();
            let head = head(&line, &app.bearing(token), 10_000);
            stream.write_all(head.as_bytes()).await.unwrap();
            let answer = answered(stream).await;
            assert_eq!(answer.status, 401, "{line}");
        }
    }
}

#[tokio::test]
async fn an_encoded_body_is_refused_except_by_identity() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    for operation in operations()
        .iter()
        .filter(|operation| operation.takes_body())
    {
        let path = operation.at(&vec!["x".to_owned(); operation.parameters().len()]);
        for (encoding, is_refused) in [
            ("gzip", true),
            ("GZip, identity", true),
            ("Identity", false),
        ] {
            println!("{} {encoding}", operation.name);
            let request = alice.request(operation.method.clone(), &path);
            let request = request
                .header("content-type", "application/json")
                .header("content-encoding", encoding)
                .body("{\"\":");
            let answer = alice.sent(request).await;
            match is_refused {
                true => answer.refused("unsupported_media_type", None),
                false => assert_ne!(answer.status, 415),
            }
        }
    }
}
