//! Answers in the encoding that a client asks for.

use crate::answer::Answer;
use crate::app::{Actor, TestApp, id};
use crate::provider::{Provider, says};
use crate::repeats::keyed;
use reqwest::Method;
use serde_json::json;
use std::io::Read as _;

/// Asks with this Accept-Encoding.
async fn asked(actor: &Actor, method: Method, path: &str, accept: &str) -> Answer {
    let request = actor.request(method, path);
    actor.sent(request.header("accept-encoding", accept)).await
}

async fn get(actor: &Actor, path: &str, accept: &str) -> Answer {
    asked(actor, Method::GET, path, accept).await
}

/// The text of an answer, whatever its encoding.
fn text(answer: &Answer) -> Vec<u8> {
    let mut text = Vec::new();
    match answer.header("content-encoding") {
        "" => text.clone_from(&answer.body),
        "zstd" => text = zstd::decode_all(&answer.body[..]).unwrap(),
        "gzip" => {
            let mut decoder = flate2::read::GzDecoder::new(&answer.body[..]);
            decoder.read_to_end(&mut text).unwrap();
        }
        other => panic!("{other}"),
    }
    text
}

fn varies(answer: &Answer) -> bool {
    let mut values = answer.headers.get_all("vary").iter();
    values.any(|value| value == "Accept-Encoding")
}

/// A conversation with so many messages of 2,000 characters.
async fn conversation(actor: &Actor, messages: usize) -> String {
    let conversation = actor.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}/items/batch");
    for first in (0..messages).step_by(100) {
        let numbers = first..messages.min(first + 100);
        let message =
            |n: usize| json!({ "role": "user", "content": format!("{n} fjord ").repeat(200) });
        let items: Vec<_> = numbers.map(message).collect();
        actor
            .post(&path, json!({ "items": items }))
            .await
            .expect(201);
    }
    format!("/v1/conversations/{conversation}")
}

#[tokio::test]
async fn an_answer_comes_in_the_encoding_that_is_liked_most() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let path = conversation(&alice, 2).await;
    let plain = alice.get(&path).await;
    plain.expect(200);
    assert_eq!(plain.header("content-encoding"), "");
    assert!(varies(&plain));
    let many = "a;q=0.5,".repeat(10_000) + "gzip";
    for (accept, encoding) in [
        ("gzip", "gzip"),
        ("zstd, gzip", "zstd"),
        ("zstd;q=0.1, gzip;q=0.2", "gzip"),
        ("*", "gzip"),
        ("br", ""),
        ("*;q=0", ""),
        ("identity;q=0", ""),
        ("gzip;q=0", ""),
        (",;,=;q", ""),
        (many.as_str(), "gzip"),
    ] {
        let answer = get(&alice, &path, accept).await;
        assert_eq!(
            (answer.status, answer.header("content-encoding")),
            (200, encoding),
            "{accept}"
        );
        assert!(text(&answer) == plain.body, "{accept}");
        assert_eq!(answer.header("content-type"), plain.header("content-type"));
        assert!(varies(&answer));
        assert_eq!(encoding.is_empty(), answer.body.len() == plain.body.len());
    }
}

#[tokio::test]
async fn long_answers_are_compressed_as_they_are_sent() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let path = conversation(&alice, 200).await;
    for path in [
        path.clone(),
        format!("{path}/items?limit=100"),
        format!("{path}/export"),
        format!("{path}/export?format=md"),
    ] {
        let plain = alice.get(&path).await;
        assert!(plain.status == 200 && plain.body.len() > 100_000, "{path}");
        for encoding in ["gzip", "zstd"] {
            let answer = get(&alice, &path, encoding).await;
            assert_eq!(answer.header("content-encoding"), encoding, "{path}");
            assert_eq!(answer.header("content-length"), "");
            assert!(answer.body.len() < plain.body.len() / 4, "{path}");
            let same = text(&answer) == plain.body;
            assert!(same || path.contains("export"), "{path}");
        }
    }
}

#[tokio::test]
async fn tags_tell_the_encoding_and_name_the_same_state() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    for path in [
        conversation(&alice, 2).await,
        conversation(&alice, 200).await,
    ] {
        let plain = alice.get(&path).await;
        let tag = plain.header("etag").trim_matches('"').to_owned();
        for encoding in ["gzip", "zstd"] {
            let own = format!("\"{tag}-{encoding}\"");
            let answer = get(&alice, &path, encoding).await;
            assert_eq!(answer.header("etag"), own);
            let head = asked(&alice, Method::HEAD, &path, encoding).await;
            for name in [
                "etag",
                "content-encoding",
                "content-length",
                "content-type",
                "vary",
            ] {
                assert_eq!(head.header(name), answer.header(name), "{name}");
            }
            assert!(head.body.is_empty());
            // A client that has it in one encoding has it in all.
            for (known, told) in [(&own, &own), (&format!("\"{tag}\""), &format!("\"{tag}\""))] {
                for method in [Method::GET, Method::HEAD] {
                    let request = alice
                        .request(method, &path)
                        .header("accept-encoding", encoding);
                    let known = alice.sent(request.header("if-none-match", known)).await;
                    assert_eq!((known.status, known.header("etag")), (304, told.as_str()));
                    assert_eq!(known.header("content-encoding"), "");
                    assert!(known.body.is_empty() && varies(&known));
                }
            }
        }
        let request = alice.request(Method::PATCH, &path);
        let request = request.header("if-match", format!("\"{tag}-zstd\""));
        alice
            .sent(request.json(&json!({ "title": "Fjords" })))
            .await
            .expect(200);
    }
}

#[tokio::test]
async fn documents_and_pages_are_compressed_and_small_things_are_not() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let path = conversation(&alice, 5).await;
    let share = alice
        .share(path.rsplit('/').next().unwrap(), json!({}))
        .await;
    let link = format!("/conversations/share/{share}");
    let anon = app.anon();
    for path in [
        "/openapi.json".to_owned(),
        "/docs/swagger-ui.css".to_owned(),
        "/docs/errors".to_owned(),
        format!("{link}?format=html"),
        format!("{link}?format=md"),
        format!("{link}?format=json"),
    ] {
        let plain = anon.get(&path).await;
        // Twice: it is made once, and while it is being made it is compressed as it is sent.
        for encoding in ["gzip", "zstd", "gzip", "zstd"] {
            let answer = get(&anon, &path, encoding).await;
            assert_eq!(
                (answer.status, answer.header("content-encoding")),
                (200, encoding),
                "{path}"
            );
            assert!(text(&answer) == plain.body, "{path}");
            let tag = plain.header("etag").trim_matches('"');
            assert_eq!(answer.header("etag"), format!("\"{tag}-{encoding}\""));
            assert!(varies(&answer));
        }
    }
    let message = json!({ "role": "user", "content": "x" });
    let small = [
        get(&anon, "/healthz", "gzip").await,
        get(&anon, "/v1/conversations", "gzip").await,
        get(&alice, "/v1/conversations?limit=1", "gzip").await,
        alice.post(&format!("{path}/items"), message).await,
    ];
    for answer in small {
        assert_eq!(answer.header("content-encoding"), "", "{}", answer.text());
        assert!(!answer.header("content-length").is_empty());
    }
    let gone = asked(&alice, Method::DELETE, &path, "gzip").await;
    gone.expect_nothing(204);
    assert_eq!(gone.header("content-encoding"), "");
}

#[tokio::test]
async fn answers_with_secrets_and_events_are_not_compressed() {
    let words = vec!["fjord "; 500];
    let provider = Provider::that(says(&words));
    let app = TestApp::spawn_with(|parts| parts.provider = provider.connected()).await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let item = id(&alice.say(&conversation, "one").await);
    for _ in 0..10 {
        alice.share(&conversation, json!({})).await;
    }
    let path = format!("/v1/conversations/{conversation}");
    for shares in [
        "/v1/shares".to_owned(),
        format!("{path}/shares"),
        format!("/jan{path}/shares"),
    ] {
        let answer = get(&alice, &shares, "gzip, zstd").await;
        assert!(answer.status == 404 || answer.body.len() > 1024, "{shares}");
        assert_eq!(answer.header("content-encoding"), "", "{shares}");
    }
    for _ in 0..10 {
        alice.key(&"k".repeat(100)).await;
    }
    let keys = get(&alice, "/auth/api-keys", "gzip, zstd").await;
    assert!(keys.body.len() > 1024);
    assert_eq!(keys.header("content-encoding"), "");
    let regenerate = format!("{path}/items/{item}/regenerate");
    let request = alice.request(Method::POST, &regenerate);
    let request = request.header("accept-encoding", "gzip, zstd");
    let events = alice.sent(request.json(&json!({ "stream": true }))).await;
    assert_eq!(
        (events.status, events.header("content-encoding")),
        (200, "")
    );
    assert!(events.text().contains("item.completed"));
}

#[tokio::test]
async fn a_created_object_is_compressed_also_when_it_is_repeated() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}/items");
    let message = json!({ "role": "user", "content": "fjord ".repeat(1000) });
    let plain = keyed(&alice, &path, "once", &message).await;
    plain.expect(201);
    let request = alice
        .request(Method::POST, &path)
        .header("idempotency-key", "once");
    let again = alice
        .sent(request.header("accept-encoding", "zstd").json(&message))
        .await;
    assert_eq!(
        (again.status, again.header("idempotency-replayed")),
        (201, "true")
    );
    assert_eq!(again.header("content-encoding"), "zstd");
    assert_eq!(again.header("etag"), "\"1-zstd\"");
    assert!(text(&again) == plain.body);
}
