//! A turn that is not wanted any more is ended, on whichever instance it runs.

use crate::app::{Actor, TestApp, id, turns};
use crate::chat::turns::queued;
use crate::chat::{PATH, conversing, line, reply, said, user};
use crate::provider::{Provider, says, says_when_told};
use crate::repeats::{beside, is_replayed, keyed};
use chrono::TimeDelta;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use std::time::Duration;

fn path(conversation: &str) -> String {
    format!("/v1/conversations/{conversation}/cancel")
}

fn asking(conversation: &str, text: &str) -> Value {
    json!({ "messages": [user(text)], "conversation": conversation, "stream": true })
}

/// A stream of which this much has come.
async fn stream(actor: &Actor, path: &str, body: &Value, until: &str) -> (Response, String) {
    let request = actor.request(Method::POST, path).json(body);
    let mut response = request.send().await.unwrap();
    let mut text = String::new();
    while !text.contains(until) {
        let chunk = response.chunk().await.unwrap().expect("it ended early");
        text.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    (response, text)
}

#[tokio::test]
async fn a_cancelled_turn_keeps_the_text_so_far_and_the_next_goes_on() {
    let provider = Provider::that(says(&["Next."])).then([says_when_told(&["One ", "two"])]);
    let (app, alice, conversation) = conversing(&provider).await;
    provider.go_on(1);
    let body = asking(&conversation, "Count");
    let (response, before) = stream(&alice, PATH, &body, "One ").await;
    let (next, ended) = tokio::join!(alice.post(PATH, asking(&conversation, "And?")), async {
        queued(&app, 2).await;
        alice
            .post(&path(&conversation), json!({}))
            .await
            .expect(200)
    });
    assert_eq!(ended["cancelled"], true);
    assert_eq!(ended["item"]["content"], "One ");
    assert_eq!(ended["item"]["role"], "assistant");
    let text = before + &response.text().await.unwrap();
    assert!(text.contains("\"finish_reason\":\"cancelled\""), "{text}");
    assert!(text.ends_with("data: [DONE]\n\n"), "{text}");
    assert!(next.text().ends_with("data: [DONE]\n\n"));
    let expected = [
        line("user", "Count"),
        reply("One "),
        line("user", "And?"),
        reply("Next."),
    ];
    assert_eq!(said(&alice, &conversation).await, expected);
    let nothing = alice
        .post(&path(&conversation), json!({}))
        .await
        .expect(200);
    assert_eq!(nothing, json!({ "cancelled": false, "item": null }));
}

/// The name of a part that has only begun is neither text nor a thought.
#[tokio::test]
async fn a_turn_cancelled_within_a_mark_keeps_no_part_of_the_mark() {
    let written = "<|channel|>final<|message|>One <|end|><|start|>assistant<|channel|>analysis";
    let provider = Provider::that(says_when_told(&[written, "<|message|>two"]));
    let (_app, alice, conversation) = conversing(&provider).await;
    provider.go_on(1);
    let body = asking(&conversation, "Count");
    let (response, _) = stream(&alice, PATH, &body, "One ").await;
    let ended = alice
        .post(&path(&conversation), json!({}))
        .await
        .expect(200);
    assert_eq!(ended["item"]["content"], "One ");
    let rest = response.text().await.unwrap();
    assert!(!rest.contains("analysis"), "{rest}");
}

#[tokio::test]
async fn another_instance_cancels_it_too_and_can_discard_the_text() {
    let provider = Provider::that(says_when_told(&["One ", "two"]));
    let (app, alice, conversation) = conversing(&provider).await;
    let _tending = app.tending_turns();
    let other = beside(&app, |_| {});
    provider.go_on(1);
    let body = asking(&conversation, "Count");
    let (response, _) = stream(&alice, PATH, &body, "One ").await;
    let drop = json!({ "keep": false });
    let ended = other.alice().post(&path(&conversation), drop).await;
    let ended = ended.expect(200);
    assert_eq!(ended, json!({ "cancelled": true, "item": null }));
    let text = response.text().await.unwrap();
    assert!(
        text.contains("turn_cancelled") && !text.contains("[DONE]"),
        "{text}"
    );
    assert_eq!(said(&alice, &conversation).await, []);
    queued(&app, 0).await;
}

#[tokio::test]
async fn a_stream_that_joined_the_turn_is_told_as_the_first_is() {
    let provider = Provider::that(says_when_told(&["One ", "two"]));
    let (_app, alice, conversation) = conversing(&provider).await;
    provider.go_on(1);
    let body = asking(&conversation, "Count");
    let asked = || alice.request(Method::POST, PATH).json(&body);
    let first = asked().header("Idempotency-Key", "k").send().await.unwrap();
    let joined = asked().header("Idempotency-Key", "k").send().await.unwrap();
    assert_eq!(joined.headers()["idempotency-replayed"], "true");
    let drop = json!({ "keep": false });
    alice.post(&path(&conversation), drop).await.expect(200);
    for stream in [first, joined] {
        let text = stream.text().await.unwrap();
        assert!(text.contains("turn_cancelled"), "{text}");
    }
    assert_eq!(provider.asked().len(), 1);
}

#[tokio::test]
async fn a_chat_that_is_not_streamed_keeps_its_question() {
    let provider = Provider::that(says_when_told(&["One ", "two"]));
    let (app, alice, conversation) = conversing(&provider).await;
    let body = json!({ "messages": [user("Count")], "conversation": conversation });
    let (answer, ended) = tokio::join!(keyed(&alice, PATH, "k", &body), async {
        provider.was_asked(1).await;
        app.alice().post(&path(&conversation), json!({})).await
    });
    assert_eq!(
        ended.expect(200),
        json!({ "cancelled": true, "item": null })
    );
    let answer = answer.expect(200);
    let choice = &answer["choices"][0];
    assert_eq!(choice["finish_reason"], "cancelled");
    assert_eq!(choice["message"]["content"], "");
    assert_eq!(answer["conversation"]["id"], conversation);
    assert_eq!(said(&alice, &conversation).await, [line("user", "Count")]);
    // A repeat does not ask the model again.
    let again = keyed(&alice, PATH, "k", &body).await;
    assert!(is_replayed(&again));
    let again = again.expect(200);
    assert_eq!(again["choices"][0]["message"]["content"], "");
    assert_eq!(again["choices"][0]["finish_reason"], "cancelled");
    assert_eq!(provider.asked().len(), 1);
}

#[tokio::test]
async fn a_reply_that_is_written_anew_is_ended_as_well() {
    let provider = Provider::that(says_when_told(&["One ", "two"]));
    let (_app, alice, conversation) = conversing(&provider).await;
    let question = id(&alice.say(&conversation, "Count").await);
    let anew = format!("/v1/conversations/{conversation}/items/{question}/regenerate");
    provider.go_on(1);
    let body = json!({ "stream": true });
    let (response, _) = stream(&alice, &anew, &body, "One ").await;
    let ended = alice
        .call(Method::POST, &path(&conversation))
        .await
        .expect(200);
    assert_eq!(ended["item"]["content"], "One ");
    let text = response.text().await.unwrap();
    assert!(text.contains("item.completed"), "{text}");
    assert!(text.contains("\"finish_reason\":\"cancelled\""), "{text}");
    let expected = [line("user", "Count"), reply("One ")];
    assert_eq!(said(&alice, &conversation).await, expected);
    // The model has not written yet, or the reply is not to be kept: the conversation stays as it is.
    for keep in [true, false] {
        let asked = provider.asked().len();
        let (refused, ended) = tokio::join!(alice.post(&anew, json!({})), async {
            provider.was_asked(asked + 1).await;
            alice
                .post(&path(&conversation), json!({ "keep": keep }))
                .await
        });
        refused.refused("turn_cancelled", None);
        assert_eq!(
            ended.expect(200),
            json!({ "cancelled": true, "item": null })
        );
        assert_eq!(said(&alice, &conversation).await, expected);
    }
}

#[tokio::test]
async fn a_repeated_cancel_does_not_end_the_next_turn() {
    let provider = Provider::that(says_when_told(&["One ", "two"]));
    let (app, alice, conversation) = conversing(&provider).await;
    provider.go_on(1);
    let body = asking(&conversation, "Count");
    let (response, _) = stream(&alice, PATH, &body, "One ").await;
    let cancel = path(&conversation);
    let ended = keyed(&alice, &cancel, "c", &json!({})).await.expect(200);
    response.text().await.unwrap();
    let (next, again) = tokio::join!(alice.post(PATH, asking(&conversation, "Again")), async {
        queued(&app, 1).await;
        let again = keyed(&alice, &cancel, "c", &json!({})).await;
        provider.go_on(100);
        again
    });
    assert!(is_replayed(&again));
    assert_eq!(again.expect(200), ended);
    assert!(
        next.text().contains("\"finish_reason\":\"stop\""),
        "{}",
        next.text()
    );
    assert_eq!(said(&alice, &conversation).await.len(), 4);
}

#[tokio::test]
async fn a_turn_whose_instance_does_not_react_is_ended_without_it() {
    let provider = Provider::that(says(&["Next."]));
    let (app, _, conversation) = conversing(&provider).await;
    let clock = app.clock.clone();
    let other = beside(&app, |parts| {
        parts.turns = turns(&parts.database, clock, Duration::from_secs(30));
    });
    // As an instance leaves it that was killed a moment ago.
    let turn = "insert into turn_queue (owner_id, conversation_id, place, token, leased_until) \
                select owner_id, id, 1, id, now() + interval '1 hour' from conversations";
    app.schema.rows(turn).await;
    let there = other.alice();
    let path = path(&conversation);
    let ended = tokio::select! {
        answer = there.post(&path, json!({})) => answer,
        never = app.clock.passes(TimeDelta::seconds(10)) => match never {},
    };
    assert_eq!(
        ended.expect(200),
        json!({ "cancelled": true, "item": null })
    );
    // So much time may have passed that the first token has expired.
    let next = app.alice().post(PATH, asking(&conversation, "Next?")).await;
    let text = next.text();
    assert!(text.ends_with("data: [DONE]\n\n"), "{text}");
}

#[tokio::test]
async fn foreign_conversations_are_not_found() {
    let app = TestApp::spawn().await;
    let conversation = app.alice().conversation(json!({})).await;
    for id in [&conversation, "conv_01JFQ2M8X3C4V5B6N7M8K9J0HG", "nonsense"] {
        let refused = app.bob().post(&path(id), json!({})).await;
        refused.refused("conversation_not_found", None);
    }
    let alice = app.alice();
    for body in [
        "{\"keep\":1}",
        "{\"kep\":true}",
        "[]",
        "{\"keep\":true,\"keep\":true}",
    ] {
        let refused = alice.post_text(&path(&conversation), body.to_owned()).await;
        assert_eq!(refused.status, 400, "{body}");
    }
    let nothing = alice
        .post_text(&path(&conversation), "null")
        .await
        .expect(200);
    assert_eq!(nothing, json!({ "cancelled": false, "item": null }));
}
