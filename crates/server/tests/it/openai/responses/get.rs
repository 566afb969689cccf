use super::{PATH, asking, ended, events, made, names, said, streams};
use crate::app::id;
use crate::openai::refused;
use crate::provider::{Provider, says_when_told};
use crate::purge::{Worker, until};
use crate::slow_reader::SlowReader;
use serde_json::json;

#[tokio::test]
async fn a_stream_goes_on_after_each_event() {
    let provider = Provider::that(streams(&[said("Os"), said("lo"), said(".")], "stop"));
    let app = asking(&provider).await;
    let alice = app.alice();
    let body = json!({ "input": "Capital?", "stream": true });
    let whole = events(alice.post(PATH, body).await.text());
    let path = format!("{PATH}/{}", id(&whole[0]["response"]));
    for after in 0..whole.len() {
        let rest = alice
            .get(&format!("{path}?stream=true&starting_after={after}"))
            .await;
        assert_eq!(events(rest.text()), whole[after + 1..]);
    }
}

/// The connection breaks after each event in turn, while the response is still written where there is more to say.
#[tokio::test]
async fn a_stream_that_is_cut_after_any_event_goes_on_to_the_same_response() {
    let provider = Provider::that(says_when_told(&["Os", "lo", "."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let url = format!("http://{}", app.address);
    // How much the model must have said before each event: three pieces, and its end.
    let said = [0, 0, 1, 1, 1, 2, 3, 4, 4, 4];
    for (last, said) in said.into_iter().enumerate() {
        let body = json!({ "input": "Capital?", "stream": true });
        let mut client = SlowReader::post(&url, &alice, PATH, &body).await;
        provider.go_on(said);
        client.reads(&format!("\"sequence_number\":{last}")).await;
        client.reads("\"object\":\"response\"").await;
        let read = String::from_utf8_lossy(&client.read).into_owned();
        let (_, rest) = read.split_once("\"id\":\"resp_").unwrap();
        let path = format!("{PATH}/resp_{}", rest.split('"').next().unwrap());
        drop(client);
        let resuming = alice.clone();
        let rest = format!("{path}?stream=true&starting_after={last}");
        let rest = tokio::spawn(async move { resuming.get(&rest).await });
        provider.go_on(4 - said);
        let rest = events(rest.await.unwrap().text());
        let whole = events(alice.get(&format!("{path}?stream=true")).await.text());
        assert_eq!(whole.len(), 11);
        assert_eq!(rest, whole[last + 1..], "after {last}");
        let response = alice.get(&path).await.expect(200);
        assert_eq!(response["output"][0]["content"][0]["text"], "Oslo.");
        assert_eq!(rest.last().unwrap()["response"], response);
    }
}

#[tokio::test]
async fn a_response_under_way_is_joined_from_its_first_event() {
    let provider = Provider::that(says_when_told(&["Os", "lo."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let body = json!({ "input": "Capital?", "background": true });
    let queued = made(&alice, body).await;
    assert_eq!(queued["status"], "queued");
    let path = format!("{PATH}/{}", id(&queued));
    provider.was_asked(1).await;
    assert_eq!(alice.get(&path).await.expect(200)["status"], "in_progress");
    provider.go_on(1);
    let reader = alice.clone();
    let streamed = format!("{path}?stream=true");
    let reading = tokio::spawn(async move { reader.get(&streamed).await });
    provider.go_on(2);
    let told = events(reading.await.unwrap().text());
    assert_eq!(names(&told)[..3], ["created", "queued", "in_progress"]);
    assert_eq!(names(&told).last(), Some(&"completed"));
    let response = ended(&alice, &id(&queued)).await;
    assert_eq!(told.last().unwrap()["response"], response);
    let again = alice.get(&format!("{path}?stream=true")).await;
    assert_eq!(events(again.text()), told);
}

#[tokio::test]
async fn a_response_whose_server_died_has_failed() {
    let provider = Provider::that(says_when_told(&["Os", "lo."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let queued = made(&alice, json!({ "input": "x", "background": true })).await;
    provider.was_asked(1).await;
    let path = format!("{PATH}/{}", id(&queued));
    assert_eq!(alice.get(&path).await.expect(200)["status"], "in_progress");
    // As if it had not been renewed for half a minute.
    let update = "update responses set leased_until = now() - interval '1 second'";
    app.schema.rows(update).await;
    let response = alice.get(&path).await.expect(200);
    assert_eq!(response["status"], "failed");
    assert_eq!(response["error"]["code"], "server_error");
    // A reader that had received more events than the response has now, or as many, learns the end.
    for seen in [3, 17] {
        let rest = format!("{path}?stream=true&starting_after={seen}");
        let rest = events(alice.get(&rest).await.text());
        assert_eq!(rest.len(), 1, "{rest:?}");
        assert_eq!(rest[0]["type"], "response.failed");
        assert_eq!(rest[0]["sequence_number"], seen + 1);
        assert_eq!(rest[0]["response"], response);
    }
    // Its writer comes too late.
    provider.go_on(3);
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(alice.get(&path).await.expect(200), response);
}

#[tokio::test]
async fn a_response_that_was_not_renewed_while_the_database_was_away_is_completed() {
    let provider = Provider::that(says_when_told(&["Os", "lo."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let queued = made(&alice, json!({ "input": "x", "background": true })).await;
    provider.was_asked(1).await;
    let update = "update responses set leased_until = now() - interval '1 second'";
    app.schema.rows(update).await;
    provider.go_on(3);
    let stored = "select count(*) from responses where status = 2";
    until(&app.schema, stored, 20, |count| count == 1).await;
    let path = format!("{PATH}/{}", id(&queued));
    assert_eq!(alice.get(&path).await.expect(200)["status"], "completed");
}

#[tokio::test]
async fn a_job_ends_responses_whose_server_died_although_they_are_not_read() {
    let provider = Provider::that(says_when_told(&["Os", "lo."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    made(&alice, json!({ "input": "dead", "background": true })).await;
    provider.was_asked(1).await;
    let update = "update responses set leased_until = now() - interval '1 second'";
    app.schema.rows(update).await;
    made(&alice, json!({ "input": "alive", "background": true })).await;
    let _worker = Worker::by(&app.schema, app.clock.clone());
    let ended = "select count(*) from responses where status = 3 and leased_until is null
        and failure_code = 'server_error' and input like '%dead%'";
    until(&app.schema, ended, 20, |count| count == 1).await;
    let alive = "select count(*) from responses where status = 1 and input like '%alive%'";
    until(&app.schema, alive, 20, |count| count == 1).await;
    provider.go_on(6);
}

#[tokio::test]
async fn mistakes_are_refused_by_name() {
    let app = asking(&Provider::obliging()).await;
    let alice = app.alice();
    let path = format!(
        "{PATH}/{}",
        id(&made(&alice, json!({ "input": "x" })).await)
    );
    for (query, param) in [
        ("stream=maybe", "stream"),
        ("stream=true&starting_after=x", "starting_after"),
    ] {
        let answer = alice.get(&format!("{path}?{query}")).await;
        refused(&answer, 400, "invalid_value", Some(param));
    }
    let answer = alice.get(&format!("{path}?wish=1")).await;
    refused(&answer, 400, "unknown_parameter", Some("wish"));
    refused(&app.bob().get(&path).await, 404, "response_not_found", None);
}
