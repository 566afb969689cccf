//! Official OpenAI SDKs repeat by themselves and count their attempts.

use super::{ids, is_replayed, remembered};
use crate::answer::Answer;
use crate::app::{Actor, TestApp, repeats};
use crate::chat::{PATH, conversing, said, user};
use crate::provider::{Provider, answers, says, says_when_told};
use crate::purge::until;
use chrono::TimeDelta;
use domain::id::OwnerId;
use domain::jobs::Portion;
use domain::repeats::{Made, Outcome, RepeatMark, RepeatService, Verdict};
use infra::postgres::PgRepeats;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use ulid::Ulid;

async fn attempt(actor: &Actor, number: u8, body: &Value) -> Answer {
    let request = actor.request(Method::POST, PATH);
    let request = request.header("x-stainless-retry-count", number.to_string());
    actor.sent(request.json(body)).await
}

/// An attempt whose client gives up.
async fn given_up(app: &TestApp, number: u8, body: &Value) -> TcpStream {
    let line = format!("POST {PATH}");
    let request = app.by_alice(line.as_bytes(), body.to_string().as_bytes());
    let marked = format!("Host: localhost\r\nx-stainless-retry-count: {number}\r\n");
    let request = String::from_utf8(request).unwrap();
    let request = request.replacen("Host: localhost\r\n", &marked, 1);
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// Waits until so many requests may still be repeated.
async fn claimed(app: &TestApp, count: u64) {
    let open = "select count(*) from repeats where attempt is not null";
    until(&app.schema, open, 20, |n| n == count).await;
}

#[tokio::test]
async fn a_turn_whose_client_times_out_and_asks_again_is_one() {
    let provider = Provider::that(says_when_told(&["Yes."]));
    let (app, alice, conversation) = conversing(&provider).await;
    for stream in [false, true] {
        let asked = provider.asked().len();
        let held = said(&alice, &conversation).await.len();
        let body = json!({
            "messages": [user("Now?")], "conversation": conversation, "stream": stream,
        });
        for number in [0, 1] {
            let attempt = given_up(&app, number, &body).await;
            provider.was_asked(asked + 1).await;
            let noted = format!("select count(*) from repeats where attempt = {number}");
            until(&app.schema, &noted, 20, |n| n == 1).await;
            drop(attempt);
        }
        let (last, ()) = tokio::join!(attempt(&alice, 2, &body), async {
            until(
                &app.schema,
                "select count(*) from repeats where attempt = 2",
                20,
                |n| n == 1,
            )
            .await;
            // The piece, and the end.
            provider.go_on(2);
        });
        assert_eq!((last.status, is_replayed(&last)), (200, true));
        assert!(last.text().contains("Yes."));
        assert_eq!(provider.asked().len(), asked + 1);
        assert_eq!(said(&alice, &conversation).await.len(), held + 2);
        // It was written whole: it will not come again.
        claimed(&app, 0).await;
        provider.does(says_when_told(&["Yes."]));
    }
}

#[tokio::test]
async fn a_complete_answer_is_not_repeated_so_equal_originals_are_two_turns() {
    let provider = Provider::that(says(&["Yes."]));
    let (app, alice, conversation) = conversing(&provider).await;
    let body = json!({ "messages": [user("yes")], "conversation": conversation });
    for _ in 0..2 {
        let answer = attempt(&alice, 0, &body).await;
        assert_eq!((answer.status, is_replayed(&answer)), (200, false));
        claimed(&app, 0).await;
    }
    // A retry without a first attempt is a request like any other.
    let answer = attempt(&alice, 1, &body).await;
    assert_eq!((answer.status, is_replayed(&answer)), (200, false));
    assert_eq!(said(&alice, &conversation).await.len(), 6);
}

#[tokio::test]
async fn each_original_is_matched_once() {
    let provider = Provider::that(says_when_told(&["Yes."]));
    let (app, alice, conversation) = conversing(&provider).await;
    let body = json!({ "messages": [user("yes")], "conversation": conversation });
    let originals = [
        given_up(&app, 0, &body).await,
        given_up(&app, 0, &body).await,
    ];
    claimed(&app, 2).await;
    provider.was_asked(1).await;
    drop(originals);
    let (one, two, ()) = tokio::join!(
        attempt(&alice, 1, &body),
        attempt(&alice, 1, &body),
        async {
            until(
                &app.schema,
                "select count(*) from repeats where attempt = 1",
                20,
                |n| n == 2,
            )
            .await;
            provider.go_on(1_000);
        }
    );
    assert!(is_replayed(&one) && is_replayed(&two));
    assert_eq!(said(&alice, &conversation).await.len(), 4);
    assert_eq!(provider.asked().len(), 2);
}

#[tokio::test]
async fn failed_and_old_requests_are_done_again() {
    let refused = answers("500 Internal Server Error", "", "{}");
    let provider = Provider::that(says(&["Yes."])).then([refused.clone(), refused]);
    let (app, alice, conversation) = conversing(&provider).await;
    let body = json!({ "messages": [user("Now?")], "conversation": conversation });
    attempt(&alice, 0, &body)
        .await
        .failure("model_provider_error");
    let answer = attempt(&alice, 1, &body).await;
    assert_eq!((answer.status, is_replayed(&answer)), (200, false));
    claimed(&app, 0).await;
    // Somebody gives up, and asks again after ten minutes.
    provider.does(says_when_told(&["Yes."]));
    let given_up = given_up(&app, 0, &body).await;
    until(
        &app.schema,
        "select count(*) from repeats where status is null",
        20,
        |n| n == 1,
    )
    .await;
    drop(given_up);
    provider.go_on(2);
    until(&app.schema, "select count(*) from items", 20, |items| {
        items == 4
    })
    .await;
    provider.does(says(&["Yes."]));
    app.clock.advance(TimeDelta::minutes(10));
    let answer = attempt(&alice, 1, &body).await;
    assert_eq!((answer.status, is_replayed(&answer)), (200, false));
    assert_eq!(said(&alice, &conversation).await.len(), 6);
    let _ = remembered(&app).await;
}

#[tokio::test]
async fn a_waiting_attempt_gets_the_answer_of_a_later_one() {
    let app = TestApp::spawn().await;
    let database = app.schema.patient_database(2);
    let service = repeats(&database, &app.clock, ids(), Duration::ZERO);
    let owner = OwnerId::new(Ulid(0xA11CE));
    let begun = async |attempt| {
        let asked = RepeatMark::Attempt(attempt);
        let body = service.digest("{}");
        service
            .begin(owner, &asked, "/route", "/address", body)
            .await
    };
    let first = begun(0).await.unwrap();
    let Verdict::First(claim) = service.look(first).await.unwrap() else {
        panic!("it is the first");
    };
    let (waiting, later) = (begun(1).await.unwrap(), begun(2).await.unwrap());
    assert_eq!((waiting.key, later.key), (first.key, first.key));
    claim.found(Outcome::done(Made::Cancelled(None, None)));
    claim.settle().await.unwrap();
    service.answered(later.key, 2);
    claimed(&app, 0).await;
    assert!(matches!(
        service.look(waiting).await.unwrap(),
        Verdict::Done(_)
    ));
    // The later one was answered: the next one is another request.
    assert_ne!(begun(3).await.unwrap().key, first.key);
}

#[tokio::test]
async fn a_request_that_takes_longer_than_it_is_remembered_keeps_its_claim() {
    let app = TestApp::spawn().await;
    let database = app.schema.patient_database(2);
    let service = repeats(&database, &app.clock, ids(), Duration::ZERO);
    let owner = OwnerId::new(Ulid(0xA11CE));
    let asked = RepeatMark::Attempt(0);
    let begun = service.begin(owner, &asked, "/route", "/address", service.digest("{}"));
    let begun = begun.await.unwrap();
    let Verdict::First(claim) = service.look(begun).await.unwrap() else {
        panic!("it is the first");
    };
    let store = PgRepeats(database.clone());
    let forgets = async || {
        let portion = Portion::MOST;
        RepeatService::forget_expired(&store, &*app.clock, portion)
            .await
            .unwrap()
    };
    for _ in 0..40 {
        app.clock.advance(TimeDelta::seconds(30));
        assert!(!forgets().await);
        service.renew().await.unwrap();
    }
    app.clock.advance(TimeDelta::seconds(59));
    assert!(!forgets().await);
    claim.found(Outcome::done(Made::Cancelled(None, None)));
    claim.settle().await.unwrap();
    let again = service.look(begun).await.unwrap();
    assert!(matches!(again, Verdict::Done(_)));
    app.clock.advance(TimeDelta::minutes(1));
    assert!(forgets().await);
}
