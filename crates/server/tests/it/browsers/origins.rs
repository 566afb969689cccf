//! Whose pages may call, and effects that a page of another site must not have, though it could not read the answer.

use super::{HEALTH, addresses};
use crate::answer::Answer;
use crate::app::{Actor, TestApp};
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::json;
use server::config::AllowedOrigins;

const EVIL: &str = "https://evil.example";

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let pair = |(name, value): &(&'static str, &str)| {
        let value = HeaderValue::from_str(value).unwrap();
        (HeaderName::from_static(name), value)
    };
    pairs.iter().map(pair).collect()
}

/// A service on the user's own machine.
async fn local() -> TestApp {
    let also = vec!["https://chat.example".to_owned()];
    TestApp::spawn_with(|parts| parts.cors = AllowedOrigins::ThisMachine(also)).await
}

async fn sent(actor: &Actor, method: Method, path: &str, pairs: &[(&'static str, &str)]) -> Answer {
    let request = actor.request(method, path).headers(headers(pairs));
    actor.sent(request).await
}

/// Requests that a page can send without asking first: a form, or `fetch` without a body.
async fn made_guest(app: &TestApp, pairs: &[(&'static str, &str)]) -> Answer {
    sent(&app.anon(), Method::POST, "/auth/guest-login", pairs).await
}

async fn preflight(app: &TestApp, origin: &str) -> Answer {
    let asks = [
        ("origin", origin),
        ("access-control-request-method", "POST"),
        (
            "access-control-request-headers",
            "authorization,content-type",
        ),
        ("access-control-request-private-network", "true"),
    ];
    sent(&app.anon(), Method::OPTIONS, "/v1/conversations", &asks).await
}

#[tokio::test]
async fn a_page_of_another_site_cannot_change_data() {
    let app = local().await;
    let mut seen = 0;
    for (operation, path) in addresses().filter(|(operation, _)| operation.method != Method::GET) {
        for foreign in [
            &[("origin", EVIL)] as &[_],
            &[("origin", "null")],
            &[("origin", "http://localhost.evil.example")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[
                ("origin", EVIL),
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-mode", "navigate"),
            ],
        ] {
            for actor in [app.anon(), app.alice()] {
                println!("{} {path} {foreign:?}", operation.method);
                let answer = sent(&actor, operation.method.clone(), &path, foreign).await;
                answer.refused("origin_not_allowed", None);
                assert_eq!(answer.header("access-control-allow-origin"), "");
            }
            seen += 1;
        }
    }
    assert!(seen > 100);
    // A body that a form can send does not get around it.
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    ] {
        let form = [("origin", EVIL), ("content-type", kind)];
        made_guest(&app, &form)
            .await
            .refused("origin_not_allowed", None);
    }
}

#[tokio::test]
async fn pages_of_this_machine_and_of_the_public_address_may_call() {
    let app = local().await;
    for origin in [
        "http://localhost",
        "http://localhost:3000",
        "https://localhost:3000",
        "http://127.0.0.1:5173",
        "http://[::1]:5173",
        "https://chat.example",
    ] {
        let asked = preflight(&app, origin).await;
        assert_eq!(asked.status, 200, "{origin}");
        assert_eq!(asked.header("access-control-allow-origin"), origin);
        assert_eq!(asked.header("access-control-allow-private-network"), "true");
        assert!(asked.header("vary").to_lowercase().contains("origin"));
        let page = [
            ("origin", origin),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "cors"),
        ];
        let guest = made_guest(&app, &page).await;
        assert_eq!(guest.status, 201, "{origin}");
        assert_eq!(guest.header("access-control-allow-origin"), origin);
        assert_eq!(guest.header("access-control-allow-credentials"), "");
        let listed = sent(&app.alice(), Method::GET, "/v1/conversations", &page).await;
        assert_eq!(listed.status, 200, "{origin}");
    }
}

#[tokio::test]
async fn pages_of_other_sites_are_told_no_when_they_ask() {
    let app = local().await;
    for origin in [
        EVIL,
        "null",
        "http://chat.example",
        "http://127.0.0.1.evil.example",
        "http://0.0.0.0:8000",
    ] {
        let asked = preflight(&app, origin).await;
        asked.refused("origin_not_allowed", None);
        for header in [
            "access-control-allow-origin",
            "access-control-allow-private-network",
        ] {
            assert_eq!(asked.header(header), "", "{origin}");
        }
    }
}

#[tokio::test]
async fn programs_and_our_own_pages_need_no_leave() {
    let app = local().await;
    let here = format!("http://{}", app.address);
    for own in [
        &[] as &[_],
        &[("sec-fetch-site", "none")],
        &[("sec-fetch-site", "same-origin"), ("origin", &here)],
        &[("origin", &here)],
        // A proxy in between gave the request another host; the browser knows better.
        &[
            ("sec-fetch-site", "same-origin"),
            ("origin", "https://behind.example"),
        ],
    ] {
        assert_eq!(made_guest(&app, own).await.status, 201, "{own:?}");
    }
    // A list is for others: our own pages go on working.
    for origins in [
        AllowedOrigins::Only(vec![]),
        AllowedOrigins::Only(vec![EVIL.to_owned()]),
    ] {
        let app = TestApp::spawn_with(|parts| {
            parts.cors = origins;
            parts.public_url = Some("https://chat.example/path".to_owned());
        })
        .await;
        let here = format!("http://{}", app.address);
        for own in [here.as_str(), "https://chat.example"] {
            assert_eq!(
                made_guest(&app, &[("origin", own)]).await.status,
                201,
                "{own}"
            );
        }
        let other = [("origin", "http://localhost:3000")];
        made_guest(&app, &other)
            .await
            .refused("origin_not_allowed", None);
    }
}

#[tokio::test]
async fn a_page_is_ours_by_host_and_port() {
    let app = local().await;
    let port = app.address.port();
    for (origin, own) in [
        (format!("https://127.0.0.1:{port}"), true),
        (format!("http://127.0.0.2:{port}"), false),
        ("http://evil.example".to_owned(), false),
        (format!("http://evil.example:{port}"), false),
        (format!("http://127.0.0.1:{port}.evil.example"), false),
    ] {
        let answer = made_guest(&app, &[("origin", &origin)]).await;
        assert_eq!(answer.status == 201, own, "{origin}");
    }
}

#[tokio::test]
async fn only_links_are_followed_from_other_sites() {
    let app = local().await;
    for path in ["/", "/docs/", "/openapi.json", "/version"] {
        for site in ["cross-site", "same-site"] {
            let link = [("sec-fetch-site", site), ("sec-fetch-mode", "navigate")];
            let followed = sent(&app.anon(), Method::GET, path, &link).await;
            assert_eq!(followed.status, 200, "{path}");
            for mode in ["no-cors", "cors", "websocket"] {
                let embedded = [("sec-fetch-site", site), ("sec-fetch-mode", mode)];
                let answer = sent(&app.anon(), Method::GET, path, &embedded).await;
                answer.refused("origin_not_allowed", None);
            }
        }
    }
    for path in HEALTH {
        let embedded = [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "no-cors"),
        ];
        assert_eq!(
            sent(&app.anon(), Method::GET, path, &embedded).await.status,
            200
        );
    }
}

#[tokio::test]
async fn any_page_may_call_where_the_operator_says_so() {
    let app = TestApp::spawn_with(|parts| parts.cors = AllowedOrigins::Any).await;
    let page = [
        ("origin", EVIL),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-mode", "cors"),
    ];
    let guest = made_guest(&app, &page).await;
    assert_eq!(
        (guest.status, guest.header("access-control-allow-origin")),
        (201, "*")
    );
}

#[tokio::test]
async fn pages_may_read_the_headers_that_clients_need() {
    let app = local().await;
    let page = [("origin", "http://localhost:3000")];
    let exposed = made_guest(&app, &page).await;
    let exposed = exposed
        .header("access-control-expose-headers")
        .to_lowercase();
    let mut exposed: Vec<_> = exposed.split(',').map(str::trim).collect();
    exposed.sort_unstable();
    let expected = [
        "content-disposition",
        "etag",
        "idempotency-replayed",
        "location",
        "retry-after",
        "x-context-truncated",
        "x-finish-reason",
        "x-request-id",
        "x-should-retry",
    ];
    assert_eq!(exposed, expected);
}

#[tokio::test]
async fn a_name_that_was_led_to_this_machine_is_still_anothers() {
    // DNS rebinding: the page's own name leads here, so that its requests are no longer foreign to its
    // browser.
    let app = local().await;
    let rebound = format!(
        "POST /auth/guest-login HTTP/1.1\r\nHost: evil.example:{port}\r\n\
         Origin: http://evil.example:{port}\r\nSec-Fetch-Site: same-origin\r\n\
         Connection: close\r\nContent-Length: 0\r\n\r\n",
        port = app.address.port()
    );
    app.raw(rebound.as_bytes())
        .await
        .refused("host_not_allowed", None);
    app.anon()
        .post("/auth/guest-login", json!({}))
        .await
        .expect(201);
}
