//! Bytes that are not UTF-8, and bodies with a false content type.

use super::ids;
use crate::app::TestApp;
use crate::operations::operations;
use reqwest::Method;
use serde_json::json;

/// Byte sequences that are not UTF-8: alone, overlong, cut short, a surrogate, beyond the last character.
const NOT_UTF_8: [&[u8]; 6] = [
    b"\xff",
    b"\x80",
    b"\xc0\xaf",
    b"\xe2\x82",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
];

#[tokio::test]
async fn a_body_that_is_not_utf_8_is_refused() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    for operation in operations().iter().filter(|o| o.takes_body()) {
        let path = operation.at(&ids(&app, operation).await);
        let before = app.schema.contents().await;
        for bytes in NOT_UTF_8 {
            let body = [b"{\"title\":\"".as_slice(), bytes, b"\"}"].concat();
            let request = alice.request(operation.method.clone(), &path);
            let request = request.header("content-type", "application/json");
            println!("{} {bytes:x?}", operation.name);
            let answer = alice.sent(request.body(body)).await;
            answer.refused("invalid_encoding", None);
        }
        assert_eq!(app.schema.contents().await, before);
    }
}

#[tokio::test]
async fn a_path_or_query_that_is_not_utf_8_is_refused() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    for bytes in NOT_UTF_8 {
        let encoded: String = bytes.iter().map(|byte| format!("%{byte:02X}")).collect();
        for path in [
            format!("/v1/conversations/{encoded}"),
            format!("/v1/conversations/conv_01ARZ3NDEKTSV4RRFFQ69G5FAV/items/{encoded}"),
            format!("/v1/projects/{encoded}"),
            format!("/{encoded}"),
            format!("/v1/conversations?after={encoded}"),
            format!("/v1/conversations?{encoded}=1"),
            format!("/healthz?{encoded}"),
        ] {
            alice.get(&path).await.refused("invalid_encoding", None);
        }
    }
}

#[tokio::test]
async fn bytes_of_a_path_that_are_not_even_escaped_are_refused() {
    let app = TestApp::spawn().await;
    for line in [
        b"GET /v1/conversations/\xff".as_slice(),
        b"GET /v1/conversations?after=\xff",
        b"GET /v1/conversations?after=\xed\xa0\x80",
    ] {
        let answer = app.raw_as_alice(line, b"").await;
        assert_eq!(answer.status, 400, "{}", String::from_utf8_lossy(line));
    }
}

#[tokio::test]
async fn the_nul_character_in_a_path_or_query_is_refused() {
    let app = TestApp::spawn().await;
    for path in [
        "/v1/conversations/conv_%00",
        "/v1/projects/%00/conversations",
        "/v1/conversations?after=%00",
        "/v1/conversations?project_id=proj_%00",
        "/%00",
    ] {
        app.alice().get(path).await.refused("nul_character", None);
    }
}

#[tokio::test]
async fn a_body_that_is_not_called_json_is_refused() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    for operation in operations().iter().filter(|o| o.takes_body()) {
        let path = operation.at(&ids(&app, operation).await);
        let before = app.schema.contents().await;
        for kind in [
            None,
            Some(""),
            Some("text/plain"),
            Some("application/x-www-form-urlencoded"),
            Some("multipart/form-data; boundary=x"),
            Some("application/jsonp"),
            Some("text/json"),
            Some("json"),
        ] {
            let request = alice.request(operation.method.clone(), &path);
            let request = match kind {
                None => request,
                Some(kind) => request.header("content-type", kind),
            };
            println!("{} {kind:?}", operation.name);
            let answer = alice.sent(request.body("{}")).await;
            answer.refused("unsupported_media_type", None);
        }
        assert_eq!(app.schema.contents().await, before);
    }
}

#[tokio::test]
async fn json_may_be_called_by_any_of_its_names() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    for kind in [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON;charset=UTF-8",
        "application/merge-patch+json",
    ] {
        let request = alice.request(reqwest::Method::POST, "/v1/conversations");
        let request = request.header("content-type", kind).body("{}");
        alice.sent(request).await.expect(201);
    }
}

#[tokio::test]
async fn a_body_that_ends_early_is_not_stored() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let before = app.schema.contents().await;
    let token = alice.token.clone().unwrap();
    // The body that arrived would be valid by itself.
    for framing in [
        "Content-Length: 100\r\n\r\n{}",
        "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\nrubbish\r\n",
    ] {
        let request = format!(
            "POST /v1/conversations HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: \
             Bearer {token}\r\nContent-Type: application/json\r\n{framing}"
        );
        app.raw_to_the_end(request.as_bytes()).await;
    }
    // Had it been accepted, it would be there before this.
    alice.get("/v1/conversations").await.expect(200);
    assert_eq!(app.schema.contents().await, before);
}

#[tokio::test]
async fn a_request_that_is_not_http_is_refused() {
    let app = TestApp::spawn().await;
    let before = app.schema.contents().await;
    let token = app.alice().token.unwrap();
    let head = format!("Host: localhost\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n");
    for request in [
        "rubbish\r\n\r\n".to_owned(),
        "GET / HTTP/9.9\r\n\r\n".to_owned(),
        format!("POST /v1/conversations HTTP/1.1\r\n{head}Content-Length: x\r\n\r\n{{}}"),
        format!("POST /v1/conversations HTTP/1.1\r\n{head}Content-Length: -1\r\n\r\n{{}}"),
        // Two ways to say where the body ends are how requests are smuggled (RFC 9112, 6.1).
        format!(
            "POST /v1/conversations HTTP/1.1\r\n{head}Content-Type: application/json\r\n\
             Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}} "
        ),
        format!(
            "POST /v1/conversations HTTP/1.1\r\n{head}Content-Type: application/json\r\n\
             Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n"
        ),
        format!(
            "GET / HTTP/1.1\r\n{head}X-Long: {}\r\n\r\n",
            "x".repeat(200_000)
        ),
    ] {
        let answer = app.raw_to_the_end(request.as_bytes()).await;
        let first = String::from_utf8_lossy(&answer);
        let first = first.lines().next().unwrap_or_default();
        let shown: String = request.chars().take(300).collect();
        assert!(
            first.starts_with("HTTP/1.1 4"),
            "{first:?} answers {shown:?}"
        );
    }
    assert_eq!(app.schema.contents().await, before);
}

#[tokio::test]
async fn an_absent_body_is_fine_where_every_field_is_optional_and_null_is_the_same() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    for operation in operations().iter().filter(|o| o.takes_body()) {
        let is_required = operation.described["requestBody"]["required"] == json!(true);
        for (body, code) in [
            (None, "missing_field"),
            (Some("null"), "invalid_type"),
            (Some("\r\n null\t"), "invalid_type"),
        ] {
            println!("{} {body:?}", operation.name);
            let path = operation.at(&ids(&app, operation).await);
            let request = alice.request(operation.method.clone(), &path);
            let request = match body {
                None => request,
                Some(body) => request
                    .header("content-type", "application/json")
                    .body(body),
            };
            let answer = alice.sent(request).await;
            match is_required {
                true => answer.refused(code, None),
                false => assert!(answer.status < 300, "{}: {}", answer.status, answer.text()),
            }
        }
    }
}

#[tokio::test]
async fn null_with_another_type_or_more_text_is_not_an_absent_body() {
    let app = TestApp::spawn().await;
    let post = || app.anon().request(Method::POST, "/auth/guest-login");
    let unnamed = app.anon().sent(post().body("null")).await;
    unnamed.refused("unsupported_media_type", None);
    for (body, code) in [
        ("nul", "invalid_json"),
        ("null null", "invalid_type"),
        ("nullx", "invalid_type"),
        ("\u{c}null", "invalid_json"),
    ] {
        println!("{body:?}");
        let answer = app.anon().post_text("/auth/guest-login", body).await;
        answer.failure(code);
    }
}
