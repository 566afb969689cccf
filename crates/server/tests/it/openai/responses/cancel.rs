use super::{PATH, asking, ended, events, made, said, streams};
use crate::app::id;
use crate::openai::{all, conversation, refused};
use crate::provider::{Play, Provider, STREAM, event, says, says_when_told};
use crate::purge::until;
use serde_json::json;

#[tokio::test]
async fn a_background_response_is_cancelled_at_once() {
    let provider = Provider::that(says_when_told(&["Os", "lo."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let body = json!({ "input": "x", "conversation": one, "background": true });
    let queued = made(&alice, body).await;
    provider.was_asked(1).await;
    let path = format!("{PATH}/{}", id(&queued));
    let cancel = format!("{path}/cancel");
    refused(
        &app.bob().post(&cancel, json!({})).await,
        404,
        "response_not_found",
        None,
    );
    let cancelled = alice.post(&cancel, json!({})).await.expect(200);
    assert_eq!(cancelled["status"], "cancelled");
    assert_eq!(alice.get(&path).await.expect(200), cancelled);
    // Once more changes nothing.
    assert_eq!(alice.post(&cancel, json!({})).await.expect(200), cancelled);
    provider.go_on(3);
    provider.does(says(&["Next."]));
    made(&alice, json!({ "input": "y", "conversation": one })).await;
    assert_eq!(all(&alice, &one).await.len(), 2);
    assert_eq!(alice.get(&path).await.expect(200), cancelled);
}

#[tokio::test]
async fn one_that_has_ended_stays_and_others_are_refused() {
    let app = asking(&Provider::obliging()).await;
    let alice = app.alice();
    let queued = made(&alice, json!({ "input": "x", "background": true })).await;
    let response = ended(&alice, &id(&queued)).await;
    assert_eq!(response["status"], "completed");
    let cancel = format!("{PATH}/{}/cancel", id(&queued));
    assert_eq!(alice.post(&cancel, json!({})).await.expect(200), response);
    let whole = made(&alice, json!({ "input": "x" })).await;
    let cancel = format!("{PATH}/{}/cancel", id(&whole));
    let answer = alice.post(&cancel, json!({})).await;
    refused(&answer, 400, "invalid_value", Some("response_id"));
}

/// The events are the same when they are told again, so a client goes on where it was.
#[tokio::test]
async fn a_cancelled_response_keeps_the_text_that_was_written() {
    let provider = Provider::that(says_when_told(&["Os", "lo", "."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let queued = made(&alice, json!({ "input": "x", "background": true })).await;
    let path = format!("{PATH}/{}", id(&queued));
    provider.was_asked(1).await;
    provider.go_on(2);
    let streamed = format!("{path}?stream=true");
    let request = alice.request(reqwest::Method::GET, &streamed);
    let mut live = request.send().await.unwrap();
    let mut told = Vec::new();
    while !String::from_utf8_lossy(&told).contains(r#""lo""#) {
        told.extend(live.chunk().await.unwrap().expect("it goes on"));
    }
    let cancel = format!("{path}/cancel");
    let cancelled = alice.post(&cancel, json!({})).await.expect(200);
    assert_eq!(cancelled["status"], "cancelled");
    assert_eq!(cancelled["output"][0]["content"][0]["text"], "Oslo");
    assert_eq!(cancelled["output"][0]["status"], "incomplete");
    assert_eq!(alice.get(&path).await.expect(200), cancelled);
    while let Some(chunk) = live.chunk().await.unwrap() {
        told.extend(chunk);
    }
    let told = events(std::str::from_utf8(&told).unwrap());
    assert_eq!(told.last().unwrap()["response"], cancelled);
    assert_eq!(events(alice.get(&streamed).await.text()), told);
}

#[tokio::test]
async fn one_that_waits_for_its_turn_is_cancelled_and_asks_no_model() {
    let provider = Provider::that(says_when_told(&["Os", "lo."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let body = |text: &str| json!({ "input": text, "conversation": one, "background": true });
    let first = id(&made(&alice, body("x")).await);
    provider.was_asked(1).await;
    let second = id(&made(&alice, body("y")).await);
    let cancel = format!("{PATH}/{second}/cancel");
    let cancelled = alice.post(&cancel, json!({})).await.expect(200);
    assert_eq!(cancelled["status"], "cancelled");
    provider.go_on(3);
    assert_eq!(ended(&alice, &first).await["status"], "completed");
    // Its place in the queue is free.
    provider.does(says(&["Next."]));
    made(&alice, json!({ "input": "z", "conversation": one })).await;
    assert_eq!(all(&alice, &one).await.len(), 4);
    let path = format!("{PATH}/{second}");
    assert_eq!(alice.get(&path).await.expect(200), cancelled);
    assert_eq!(provider.asked().len(), 2);
}

#[tokio::test]
async fn one_that_is_cancelled_while_it_queues_up_leaves_the_queue() {
    let provider = Provider::that(says(&["Oslo."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let holder = app.schema.connected().await;
    let lock = "begin; lock table turn_queue in share mode";
    holder.batch_execute(lock).await.unwrap();
    let body = json!({ "input": "x", "conversation": one, "background": true });
    let response = id(&made(&alice, body).await);
    let waiting = "select count(*) from pg_locks
        where relation = 'turn_queue'::regclass and not granted";
    until(&app.schema, waiting, 20, |count| count > 0).await;
    let cancel = format!("{PATH}/{response}/cancel");
    alice.post(&cancel, json!({})).await.expect(200);
    ended(&alice, &response).await;
    holder.batch_execute("commit").await.unwrap();
    // Its lease would hold up the conversation for half a minute.
    let in_turn = "select count(*) from turn_queue where ended_at is null";
    until(&app.schema, in_turn, 20, |count| count == 0).await;
    made(&alice, json!({ "input": "y", "conversation": one })).await;
    assert_eq!(provider.asked().len(), 1);
}

#[tokio::test]
async fn one_that_failed_or_was_cut_stays_and_a_stream_cannot_be_cancelled() {
    let provider = Provider::that(streams(&[said("Os")], "length"));
    let app = asking(&provider).await;
    let alice = app.alice();
    for status in ["incomplete", "failed"] {
        if status == "failed" {
            provider.does(Play::Bytes(format!("{STREAM}{}", event("Os")).into_bytes()));
        }
        let queued = made(&alice, json!({ "input": "x", "background": true })).await;
        let response = ended(&alice, &id(&queued)).await;
        assert_eq!(response["status"], status);
        let cancel = format!("{PATH}/{}/cancel", id(&queued));
        assert_eq!(alice.post(&cancel, json!({})).await.expect(200), response);
    }
    provider.does(says_when_told(&["Os", "lo."]));
    let streaming = alice.clone();
    let body = json!({ "input": "x", "stream": true });
    let stream = tokio::spawn(async move { streaming.post(PATH, body).await });
    let under_way = "select count(*) from responses where status = 1";
    until(&app.schema, under_way, 20, |count| count == 1).await;
    let list = "select replace(id::text, '-', '') from responses where status = 1";
    let digits = u128::from_str_radix(&app.schema.value(list).await, 16).unwrap();
    let cancel = format!("{PATH}/resp_{}/cancel", ulid::Ulid(digits));
    let answer = alice.post(&cancel, json!({})).await;
    refused(&answer, 400, "invalid_value", Some("response_id"));
    provider.go_on(3);
    assert!(stream.await.unwrap().text().contains("response.completed"));
}
