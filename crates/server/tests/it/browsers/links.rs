//! The beginning of the addresses that clients get.

use crate::app::TestApp;
use api::browsers::AllowedHosts;
use api::client_address::TrustedProxies;
use serde_json::{Value, json};

/// The beginning of the link that alice makes by a request with these headers.
async fn made(app: &TestApp, conversation: &str, target: &str, headers: &str) -> String {
    let token = app.alice().token.unwrap();
    let request = format!(
        "POST {target}/v1/conversations/{conversation}/share HTTP/1.1\r\n{headers}\r\n\
         Authorization: Bearer {token}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    );
    let share = app.raw(request.as_bytes()).await.expect(201);
    before_the_path(&share)
}

fn before_the_path(share: &Value) -> String {
    let (base, _) = share["url"]
        .as_str()
        .unwrap()
        .split_once("/conversations/")
        .unwrap();
    base.to_owned()
}

#[tokio::test]
async fn a_link_has_the_address_that_was_asked() {
    let app = TestApp::spawn_with(|parts| parts.hosts = AllowedHosts::Any).await;
    let conversation = app.alice().conversation(json!({})).await;
    for (host, base) in [
        ("localhost:8000", "http://localhost:8000"),
        ("192.168.1.5:8000", "http://192.168.1.5:8000"),
        ("Jan.Example.", "http://jan.example"),
        ("[fd00::5]:8000", "http://[fd00::5]:8000"),
    ] {
        let headers = format!("Host: {host}");
        assert_eq!(made(&app, &conversation, "", &headers).await, base);
    }
    let whole = made(
        &app,
        &conversation,
        "http://jan.example:81",
        "Host: other.example",
    )
    .await;
    assert_eq!(whole, "http://jan.example:81");
    // A host that cannot be read makes no link.
    let here = format!("http://localhost:{}", app.address.port());
    for host in [
        "",
        "a b",
        "\"><script>",
        "evil.example/path?",
        "user@evil.example",
    ] {
        let headers = format!("Host: {host}");
        assert_eq!(
            made(&app, &conversation, "", &headers).await,
            here,
            "{host}"
        );
    }
    // A caller that is not one of our proxies cannot change the address.
    let claims = "Host: localhost\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: https";
    assert_eq!(
        made(&app, &conversation, "", claims).await,
        "http://localhost"
    );
}

#[tokio::test]
async fn an_address_that_was_asked_is_not_told_to_others() {
    let app = TestApp::spawn_with(|parts| parts.hosts = AllowedHosts::Any).await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    made(&app, &conversation, "", "Host: evil.example").await;
    let here = format!("http://{}", app.address);
    for path in [
        "/v1/shares".to_owned(),
        format!("/v1/conversations/{conversation}/shares"),
    ] {
        let answer = alice.get(&path).await;
        assert_eq!(answer.header("cache-control"), "no-store");
        let listed = answer.expect(200);
        assert_eq!(before_the_path(&listed["data"][0]), here, "{path}");
    }
}

#[tokio::test]
async fn our_own_proxies_name_the_original_address() {
    let app = TestApp::spawn_with(|parts| {
        let networks = ["127.0.0.0/8", "10.0.0.0/8"];
        parts.proxies = TrustedProxies(networks.map(|network| network.parse().unwrap()).to_vec());
    })
    .await;
    let conversation = app.alice().conversation(json!({})).await;
    for (headers, base) in [
        ("Host: inside:8000", "http://inside:8000"),
        (
            "Host: inside\r\nX-Forwarded-Host: chat.example\r\nX-Forwarded-Proto: https",
            "https://chat.example",
        ),
        (
            "Host: chat.example:8443\r\nX-Forwarded-Proto: HTTPS",
            "https://chat.example:8443",
        ),
        // The part before the entry of our outermost proxy is the caller's claim.
        (
            "Host: inside\r\nX-Forwarded-For: 203.0.113.9\r\n\
             X-Forwarded-Host: evil.example, chat.example\r\nX-Forwarded-Proto: http, https",
            "https://chat.example",
        ),
        (
            "Host: inside\r\nX-Forwarded-For: 203.0.113.9, 10.0.0.2\r\n\
             X-Forwarded-Host: evil.example\r\nX-Forwarded-Host: chat.example, between",
            "http://chat.example",
        ),
        // One proxy told, the other passed it on.
        (
            "Host: inside\r\nX-Forwarded-For: 203.0.113.9, 10.0.0.2\r\nX-Forwarded-Host: chat.example",
            "http://chat.example",
        ),
        (
            "Host: inside\r\nX-Forwarded-Host: a b\r\nX-Forwarded-Proto: gopher",
            "http://inside",
        ),
    ] {
        assert_eq!(
            made(&app, &conversation, "", headers).await,
            base,
            "{headers}"
        );
    }
}

#[tokio::test]
async fn the_operators_setting_counts() {
    let app = TestApp::spawn_with(|parts| {
        parts.public_url = Some("https://chat.example/jan".to_owned());
        parts.proxies = TrustedProxies(vec!["127.0.0.0/8".parse().unwrap()]);
    })
    .await;
    let conversation = app.alice().conversation(json!({})).await;
    let headers = "Host: localhost\r\nX-Forwarded-Host: other.example";
    assert_eq!(
        made(&app, &conversation, "", headers).await,
        "https://chat.example/jan"
    );
}
