//! The service's treatment of a model provider's answers.

use crate::provider::{
    Play, Provider, STREAM, answers, connected, end, event, nobody, refuses, says, says_when_told,
};
use domain::admission::Caller;
use domain::error::Error;
use domain::error::{ProviderFailure, ProviderRefusal, RefusalKind, Report};
use domain::items::Role;
use domain::replies::{Ask, ChatRequest, Message, ModelProvider};
use std::sync::Arc;
use std::time::Duration;

fn question() -> ChatRequest {
    ChatRequest {
        context: vec![Message::text(Role::User, "Why?".to_owned())],
        ask: Ask::Reply {
            model: None,
            temperature: None,
            max_tokens: None,
            max_completion_tokens: None,
        },
    }
}

/// All that is said, if it comes to an end.
async fn reply(
    provider: &Arc<dyn ModelProvider>,
    request: ChatRequest,
) -> Result<String, ProviderFailure> {
    let provider_failure = |error| match error {
        Error::Provider(failure) => failure,
        other => panic!("{other:?}"),
    };
    let mut answer = provider
        .chat(Caller::Service, request)
        .await
        .map_err(provider_failure)?;
    let mut text = String::new();
    while let Some(chunk) = answer.next().await.map_err(provider_failure)? {
        text.push_str(&chunk.text);
    }
    Ok(text)
}

fn failed(what: &str) -> Result<String, ProviderFailure> {
    Err(ProviderFailure::failed(what))
}

fn lasting(what: &str) -> Result<String, ProviderFailure> {
    Err(ProviderFailure::lasting(what))
}

/// The warning about a provider that answers with this status and text.
fn answered(status: u16, text: &str) -> Report {
    Report::from(format!("it answered {status}.")).quoting(Some(text.to_owned()))
}

const BROKE_OFF: &str = "its answer broke off.";

/// The provider's behaviour, its result, and the number of requests.
async fn assert_outcome(play: Play, outcome: Result<String, ProviderFailure>, times: usize) {
    let provider = Provider::that(play.clone());
    let found = reply(&provider.connected(), question()).await;
    // A failure of the connection contains the address, too.
    let address = format!("{}/chat/completions", provider.url());
    let asked = outcome
        .clone()
        .map_err(|failure| failure.asked_at(&address));
    assert!(found == outcome || found == asked, "{found:?} for {play:?}");
    assert_eq!(provider.asked().len(), times, "{play:?}");
}

/// The same for failures of a connection, whose causes have different names on each system.
async fn assert_failed(play: Play, what: &str, times: usize) {
    let provider = Provider::that(play.clone());
    let found = reply(&provider.connected(), question()).await;
    let told = found.unwrap_err().to_string();
    assert_eq!(
        told,
        format!("The model provider failed: {what}"),
        "{play:?}"
    );
    assert_eq!(provider.asked().len(), times, "{play:?}");
}

#[tokio::test]
async fn a_prompt_is_sent_to_the_byte() {
    let provider = Provider::that(says(&["Be", "cause."]));
    let said = reply(&provider.connected(), question()).await;
    assert_eq!(said, Ok("Because.".to_owned()));
    let asked = provider.asked_once();
    assert!(
        asked
            .head
            .starts_with("POST /v1/chat/completions HTTP/1.1\r\n")
    );
    assert_eq!(asked.header("authorization"), Some("Bearer sk-test"));
    assert_eq!(asked.header("content-type"), Some("application/json"));
    let body =
        r#"{"model":"test-model","messages":[{"role":"user","content":"Why?"}],"stream":true}"#;
    assert_eq!(asked.body, body);
    assert_eq!(asked.prompt(), ["user: Why?"]);
}

#[tokio::test]
async fn a_failure_that_cannot_pass_is_told_at_once() {
    let refused = |kind, status| {
        Err(ProviderFailure::Refused(ProviderRefusal {
            kind,
            report: answered(status, "no"),
            param: None,
            is_too_long: false,
        }))
    };
    for (status, outcome) in [
        ("400 Bad Request", refused(RefusalKind::Invalid, 400)),
        ("404 Not Found", refused(RefusalKind::NotFound, 404)),
        ("413 Content Too Large", refused(RefusalKind::TooLarge, 413)),
        (
            "418 I'm a Teapot",
            Err(ProviderFailure::lasting(answered(418, "no"))),
        ),
        (
            "422 Unprocessable Content",
            refused(RefusalKind::Invalid, 422),
        ),
        (
            "401 Unauthorized",
            lasting("it answered 401: it does not accept this server's LLM_API_KEY."),
        ),
    ] {
        assert_outcome(refuses(status, "no"), outcome, 1).await;
    }
    let elsewhere = answers("302 Found", "Location: http://127.0.0.1:1/\r\n", "");
    assert_outcome(elsewhere, lasting("it answered 302."), 1).await;
}

#[tokio::test]
async fn a_provider_that_is_asked_too_often_says_how_long_to_wait() {
    let limited = |retry_after| {
        Err(ProviderFailure::RateLimited {
            retry_after,
            report: answered(429, "slow down"),
        })
    };
    let play = |headers| answers("429 Too Many Requests", headers, "slow down");
    assert_outcome(play("Retry-After: 7\r\n"), limited(7), 1).await;
    assert_outcome(play(""), limited(10), 1).await;
}

#[tokio::test]
async fn a_failure_that_may_pass_is_met_by_asking_once_more() {
    for (code, status) in [
        (500, "500 Internal Server Error"),
        (503, "503 Service Unavailable"),
    ] {
        let outcome = Err(ProviderFailure::failed(answered(code, "oh")));
        assert_outcome(refuses(status, "oh"), outcome, 2).await;
        let provider = Provider::that(says(&["Well."])).then([refuses(status, "oh")]);
        let said = reply(&provider.connected(), question()).await;
        assert_eq!(said, Ok("Well.".to_owned()));
        let asked = provider.asked();
        assert_eq!(asked.len(), 2);
        assert_eq!(asked[0].body, asked[1].body);
    }
    let hung_up = "the connection ended without an answer.";
    assert_failed(Play::Bytes(Vec::new()), hung_up, 2).await;
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_told_of() {
    // A port without a listener, a name that no one may have (RFC 6761), and a listener
    // that does not speak TLS.
    let nobody = nobody();
    let port = nobody.local_addr().unwrap().port();
    let plain = Provider::that(says(&["Hello"]));
    let tls = plain.url().replace("http://", "https://");
    for url in [
        format!("http://127.0.0.1:{port}/v1"),
        "http://nowhere.invalid/v1".to_owned(),
        tls,
    ] {
        let found = reply(&connected(&url, |_| {}), question()).await;
        let told = found.unwrap_err().to_string();
        assert_eq!(
            told, "The model provider failed: it cannot be reached.",
            "{url}"
        );
    }
    assert!(plain.asked().is_empty());
}

#[tokio::test]
async fn an_interrupted_stream_is_not_a_reply() {
    let begun = format!("{STREAM}{}", event("Hel"));
    assert_outcome(
        Play::Bytes(begun.clone().into_bytes()),
        failed(BROKE_OFF),
        1,
    )
    .await;
    // The length that was promised does not come.
    let promised = begun.replace("Connection", "Content-Length: 9999\r\nConnection");
    assert_failed(Play::Bytes(promised.into_bytes()), BROKE_OFF, 1).await;
    let failure = "data: {\"error\":{\"message\":\"overloaded\"}}\n\n";
    let gives_up = Play::Bytes(format!("{begun}{failure}").into_bytes());
    assert_failed(gives_up, "overloaded", 1).await;
}

#[tokio::test]
async fn streams_end_in_more_than_one_way() {
    let stop = end().replace("data: [DONE]\n\n", "");
    let said = format!("{STREAM}: a comment\n\nid: 1\n\n{}", event("Hello"));
    for rest in [
        end(),
        // No last word, but an end.
        stop.clone(),
        // A last word, but no end.
        "data: [DONE]\n\n".to_owned(),
        // Windows.
        end().replace('\n', "\r\n"),
    ] {
        let play = Play::Bytes(format!("{said}{rest}").into_bytes());
        assert_outcome(play, Ok("Hello".to_owned()), 1).await;
    }
    // A failure after the last word does not undo the reply.
    let late = "data: {\"error\":{\"message\":\"overloaded\"}}\n\n";
    for late in [late, "data: rubbish\n\n", "data: {}\n\n"] {
        let play = Play::Bytes(format!("{said}{stop}{late}").into_bytes());
        assert_outcome(play, Ok("Hello".to_owned()), 1).await;
    }
    // The service does not wait for a provider that has ended the reply.
    let play = Play::Hangs(format!("{said}{stop}").into_bytes());
    assert_outcome(play, Ok("Hello".to_owned()), 1).await;
}

#[tokio::test]
async fn a_provider_that_cannot_stream_is_understood_all_the_same() {
    let completion = r#"{"choices":[{"message":{"content":"Hello"},"finish_reason":"stop"}]}"#;
    let json = "Content-Type: application/json; charset=utf-8\r\n";
    let play = answers("200 OK", json, completion);
    assert_outcome(play, Ok("Hello".to_owned()), 1).await;
}

#[tokio::test]
async fn a_provider_that_hangs_is_given_up() {
    let begun = format!("{STREAM}{}", event("Hel"));
    for play in [
        Play::Hangs(Vec::new()),
        Play::Hangs(STREAM.into()),
        Play::Hangs(begun.into()),
    ] {
        let provider = Provider::that(play.clone());
        let hasty = provider.connected_with(|it| it.silence = Duration::from_secs(1));
        let found = reply(&hasty, question()).await;
        assert_eq!(found, Err(ProviderFailure::TimedOut), "{play:?}");
        assert_eq!(provider.asked().len(), 1);
    }
}

#[tokio::test]
async fn a_provider_that_never_comes_to_an_end_is_given_up() {
    // Signs of life are not enough. They come too slowly for the answer to become too long.
    let play = Play::Drips(STREAM.into(), vec![b':'; 10]);
    let provider = Provider::that(play);
    let hasty = provider.connected_with(|it| it.silence = Duration::from_millis(200));
    let found = reply(&hasty, question()).await;
    assert_eq!(found, Err(ProviderFailure::TimedOut));
}

#[tokio::test]
async fn an_answer_of_100_megabytes_is_not_read_to_its_end() {
    let too_long = lasting("its answer is too long.");
    let mebibyte = vec![b'x'; 1 << 20];
    // One line; many lines; one piece of JSON.
    let line = Play::Repeats(format!("{STREAM}data: ").into(), mebibyte.clone(), 100);
    assert_outcome(line, too_long.clone(), 1).await;
    let comments = format!(": {}\n", "x".repeat((1 << 20) - 3)).into_bytes();
    let lines = Play::Repeats(STREAM.into(), comments, 100);
    assert_outcome(lines, too_long.clone(), 1).await;
    let json = STREAM.replace("text/event-stream", "application/json");
    let whole = Play::Repeats(json.into(), mebibyte, 100);
    assert_outcome(whole, too_long, 1).await;
}

#[tokio::test]
async fn no_more_are_under_way_or_waiting_than_may_be() {
    let provider = Provider::that(says_when_told(&["Hello"]));
    let narrow = provider.connected_with(|it| it.concurrency = 1);
    let ask = || {
        let provider = Arc::clone(&narrow);
        tokio::spawn(async move { reply(&provider, question()).await })
    };
    let first = ask();
    provider.was_asked(1).await;
    // Four may wait; which of the next five is refused depends on their order.
    let mut others: Vec<_> = (0..5).map(|_| ask()).collect();
    let (refused, place, _) = futures_util::future::select_all(&mut others).await;
    let busy = ProviderFailure::Busy { retry_after: 5 };
    assert_eq!(refused.unwrap(), Err(busy));
    drop(others.remove(place));
    assert_eq!(provider.asked().len(), 1);
    provider.go_on(2 * 5);
    for asked in [first].into_iter().chain(others) {
        assert_eq!(asked.await.unwrap(), Ok("Hello".to_owned()));
    }
    assert_eq!(provider.asked().len(), 5);
}

#[tokio::test]
async fn passed_on_reasoning_comes_back_unchanged() {
    let provider = Provider::that(says(&["Hel", "lo"]));
    let connected = provider.connected();
    let ask = async |stream: bool| {
        let body = format!(r#"{{"messages":[],"stream":{stream},"top_k":5}}"#);
        let request = ChatRequest {
            context: Vec::new(),
            ask: Ask::Passed(body),
        };
        let mut answer = connected.chat(Caller::Service, request).await.unwrap();
        let mut chunks = Vec::new();
        while let Some(chunk) = answer.next().await.unwrap() {
            chunks.push(chunk);
        }
        chunks
    };
    let streamed = ask(true).await;
    let texts: Vec<_> = streamed.iter().map(|chunk| chunk.text.as_str()).collect();
    assert_eq!(texts, ["Hel", "lo", ""]);
    assert_eq!(format!("data: {}\n\n", streamed[0].json), event("Hel"));
    assert_eq!(streamed[2].finish_reason.as_deref(), Some("stop"));
    assert_eq!(streamed[2].model.as_deref(), Some("test-model-0613"));
    let whole = ask(false).await;
    assert_eq!((whole.len(), whole[0].text.as_str()), (1, "Hello"));
    assert!(whole[0].json.contains("\"usage\""));
    let body = r#"{"messages":[],"model":"test-model","stream":false,"top_k":5}"#;
    assert_eq!(provider.asked()[1].body, body);
}

#[tokio::test]
async fn models_are_those_of_the_provider() {
    let provider = Provider::obliging();
    let models = provider.connected().models().await.unwrap();
    let ids: Vec<_> = models.iter().map(|model| model.id.as_str()).collect();
    assert_eq!(ids, ["test-model", "other-model"]);
    let rubbish = Provider::that(answers("200 OK", "", "[]")).connected();
    let failure = rubbish.models().await.unwrap_err();
    assert!(matches!(
        failure,
        Error::Provider(ProviderFailure::Failed { .. })
    ));
}

#[tokio::test]
async fn a_context_that_is_too_long_is_asked_once_more_with_half_of_it() {
    let refusal = || {
        refuses(
            "400 Bad Request",
            "This model's maximum context length is 8 tokens.",
        )
    };
    let said = |role, content: &str| Message::text(role, content.to_owned());
    let request = || ChatRequest {
        context: vec![
            said(Role::System, "Be brief."),
            said(Role::User, "Who?"),
            said(Role::Assistant, "I."),
            said(Role::User, "Why?"),
        ],
        ..question()
    };
    let provider = Provider::that(says(&["Because."])).then([refusal()]);
    let reply_to_half = reply(&provider.connected(), request()).await;
    assert_eq!(reply_to_half, Ok("Because.".to_owned()));
    let asked: Vec<_> = provider
        .asked()
        .iter()
        .map(|asked| asked.prompt())
        .collect();
    assert_eq!(asked[1], ["system: Be brief.", "user: Why?"]);
    assert_eq!(asked.len(), 2);
    let provider = Provider::that(refusal());
    assert!(reply(&provider.connected(), request()).await.is_err());
    assert_eq!(provider.asked().len(), 2);
    let provider = Provider::that(refusal());
    assert!(reply(&provider.connected(), question()).await.is_err());
    assert_eq!(provider.asked().len(), 1);
}
