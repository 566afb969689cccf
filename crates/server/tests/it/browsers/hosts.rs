//! Which hosts a request may name.

use super::{HEALTH, addresses};
use crate::answer::Answer;
use crate::app::TestApp;
use api::browsers::{AllowedHosts, Host};
use api::client_address::TrustedProxies;
use std::net::IpAddr;

/// The answer to a request with these lines at its beginning.
async fn asked(app: &TestApp, lines: &str) -> Answer {
    let request = format!("{lines}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    app.raw(request.as_bytes()).await
}

async fn named(app: &TestApp, host: &str) -> Answer {
    asked(app, &format!("GET /version HTTP/1.1\r\nHost: {host}")).await
}

fn listening_on(address: &str, also: &[&str]) -> AllowedHosts {
    let also: Vec<_> = also.iter().map(|host| Host::parse(host).unwrap()).collect();
    let listed = (!also.is_empty()).then_some(also);
    AllowedHosts::listening_on(address.parse::<IpAddr>().unwrap(), None, listed)
}

#[tokio::test]
async fn no_route_answers_to_the_name_of_another_site() {
    let app = TestApp::spawn().await;
    let mut requests: Vec<_> = addresses()
        .flat_map(|(operation, path)| {
            [
                (operation.method.to_string(), path.clone()),
                ("OPTIONS".to_owned(), path),
            ]
        })
        .collect();
    for page in [
        "/",
        "/docs",
        "/docs/",
        "/docs/swagger-ui.css",
        "/openapi.json",
        "/assets/x",
        "/nowhere",
    ] {
        requests.push(("GET".to_owned(), page.to_owned()));
        requests.push(("HEAD".to_owned(), page.to_owned()));
    }
    assert!(requests.len() > 80);
    for (method, path) in requests {
        let lines = format!(
            "{method} {path} HTTP/1.1\r\nHost: evil.example:{}\r\nOrigin: http://localhost\r\n\
             Access-Control-Request-Method: POST\r\nAuthorization: Bearer {}",
            app.address.port(),
            app.alice().token.unwrap(),
        );
        let answer = asked(&app, &lines).await;
        assert_eq!(answer.status, 421, "{method} {path}: {}", answer.text());
        assert_eq!(
            answer.header("access-control-allow-origin"),
            "",
            "{method} {path}"
        );
        if method != "HEAD" {
            answer.refused("host_not_allowed", None);
        }
    }
}

#[tokio::test]
async fn a_refusal_does_not_lead_to_the_host_that_is_refused() {
    let app = TestApp::spawn().await;
    let refused = named(&app, "evil.example").await;
    let error = refused.failure("host_not_allowed");
    assert!(error["doc_url"].is_null(), "{error}");
    let lines = "GET /nowhere HTTP/1.1\r\nHost: localhost:1";
    let error = asked(&app, lines).await.failure("route_not_found");
    assert_eq!(
        error["doc_url"],
        "http://localhost:1/docs/errors#route_not_found"
    );
    let app = TestApp::spawn_with(|parts| {
        parts.public_url = Some("https://chat.example/jan".to_owned());
    })
    .await;
    let refused = named(&app, "evil.example").await;
    assert_eq!(
        refused.failure("host_not_allowed")["doc_url"],
        "https://chat.example/jan/docs/errors#host_not_allowed"
    );
}

#[tokio::test]
async fn health_is_told_under_any_name() {
    let app = TestApp::spawn().await;
    for path in HEALTH {
        for host in ["evil.example", "10.1.2.3:8000", "", "a b"] {
            let answer = asked(&app, &format!("GET {path} HTTP/1.1\r\nHost: {host}")).await;
            assert_eq!(answer.status, 200, "{path} {host}");
        }
    }
}

#[tokio::test]
async fn names_of_this_machine_are_answered_and_no_others() {
    let app = TestApp::spawn().await;
    for host in [
        "localhost",
        "LocalHost.:1",
        "jan.localhost:8000",
        "127.0.0.1",
        "127.0.0.1:65535",
        "127.1.2.3",
        "[::1]:8000",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
    ] {
        assert_eq!(named(&app, host).await.status, 200, "{host}");
    }
    for host in [
        "",
        "evil.example",
        "localhost.evil.example",
        "evil.example#localhost",
        "evil.example, localhost",
        "localhost@evil.example",
        "evil.example@localhost",
        "evillocalhost",
        ".localhost",
        "127.0.0.1.evil.example",
        "0.0.0.0:8000",
        "[::]",
        "192.168.1.5",
        "127.1",
        "2130706433",
        "0x7f000001",
        "::1",
        "[::1",
        "localhost:port",
        "lo\u{2009}calhost",
        "ｌocalhost",
        "%6cocalhost",
    ] {
        println!("{host}");
        named(&app, host).await.refused("host_not_allowed", None);
    }
}

#[tokio::test]
async fn a_whole_address_comes_before_the_header() {
    let app = TestApp::spawn().await;
    for (target, host, status) in [
        ("http://localhost/version", "evil.example", 200),
        ("http://evil.example/version", "localhost", 421),
        ("http://localhost@evil.example/version", "localhost", 421),
        ("http://evil.example@localhost/version", "localhost", 421),
    ] {
        let answer = asked(&app, &format!("GET {target} HTTP/1.1\r\nHost: {host}")).await;
        assert_eq!(answer.status, status, "{target}");
    }
}

#[tokio::test]
async fn a_request_names_one_host() {
    let app = TestApp::spawn().await;
    // HTTP/1.0 may leave the host out; then the host is not one of ours.
    asked(&app, "GET /version HTTP/1.0")
        .await
        .refused("host_not_allowed", None);
    assert_eq!(
        asked(&app, "GET /version HTTP/1.0\r\nHost: localhost")
            .await
            .status,
        200
    );
    // A request that HTTP/1.1 does not allow (RFC 9112, 3.2) is refused.
    for lines in [
        "GET /version HTTP/1.1\r\nX: y",
        "GET /version HTTP/1.1\r\nHost: localhost\r\nHost: evil.example",
        "GET /version HTTP/1.1\r\nHost: evil.example\r\nHost: localhost",
        "GET /version HTTP/1.1\r\nHost: localhost\r\nHost: localhost",
    ] {
        assert_eq!(asked(&app, lines).await.status, 400, "{lines}");
    }
}

#[tokio::test]
async fn the_operator_can_add_hosts() {
    let hosts = listening_on(
        "127.0.0.1",
        &["chat.example", "192.168.1.5", "xn--bcher-kva.example"],
    );
    let app = TestApp::spawn_with(|parts| parts.hosts = hosts).await;
    for host in [
        "Chat.Example:1",
        "192.168.1.5",
        "XN--bcher-kva.example.",
        "localhost",
    ] {
        assert_eq!(named(&app, host).await.status, 200, "{host}");
    }
    for host in [
        "sub.chat.example",
        "chat.example.evil",
        "192.168.1.6",
        "bücher.example",
    ] {
        named(&app, host).await.refused("host_not_allowed", None);
    }
}

#[tokio::test]
async fn where_others_can_connect_any_name_is_answered_unless_there_is_a_list() {
    for address in ["0.0.0.0", "::", "192.168.1.5"] {
        let hosts = listening_on(address, &[]);
        let app = TestApp::spawn_with(|parts| parts.hosts = hosts).await;
        for host in ["anything.example", "10.0.0.1", "", "a b"] {
            assert_eq!(named(&app, host).await.status, 200, "{address} {host}");
        }
        assert_eq!(asked(&app, "GET /version HTTP/1.0").await.status, 200);
    }
    for address in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
        let hosts = listening_on(address, &[]);
        assert!(matches!(hosts, AllowedHosts::ThisMachine(_)), "{address}");
    }
    let hosts = listening_on("0.0.0.0", &["chat.example"]);
    let app = TestApp::spawn_with(|parts| parts.hosts = hosts).await;
    assert_eq!(named(&app, "chat.example").await.status, 200);
    named(&app, "evil.example")
        .await
        .refused("host_not_allowed", None);
}

#[tokio::test]
async fn our_own_proxies_may_pass_on_any_name() {
    let app = TestApp::spawn_with(|parts| {
        parts.proxies = TrustedProxies(vec!["127.0.0.0/8".parse().unwrap()]);
    })
    .await;
    assert_eq!(named(&app, "anything.example").await.status, 200);
    // Headers of others about the way have no effect.
    let app = TestApp::spawn().await;
    let claimed = "GET /version HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-For: 127.0.0.1\r\n\
                   X-Forwarded-Host: localhost\r\nForwarded: host=localhost";
    asked(&app, claimed).await.refused("host_not_allowed", None);
}
