use super::{PATH, asking, events, made};
use crate::app::id;
use crate::openai::{LIST, all, conversation, message, refused};
use crate::provider::{Provider, says, says_when_told};
use crate::purge::{Worker, until};
use serde_json::json;

#[tokio::test]
async fn a_deleted_response_is_gone_and_its_children_go_on_without_it() {
    let provider = Provider::that(says(&["One."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let first = id(&made(&alice, json!({ "input": "A" })).await);
    let second = json!({ "input": "B", "previous_response_id": first });
    let second = id(&made(&alice, second).await);
    let third = json!({ "input": "C", "previous_response_id": second });
    let third = id(&made(&alice, third).await);
    let path = format!("{PATH}/{second}");
    refused(
        &app.bob().delete(&path).await,
        404,
        "response_not_found",
        None,
    );
    let answer = alice.delete(&path).await.expect(200);
    assert_eq!(
        answer,
        json!({ "id": second, "object": "response", "deleted": true })
    );
    refused(&alice.get(&path).await, 404, "response_not_found", None);
    refused(&alice.delete(&path).await, 404, "response_not_found", None);
    made(
        &alice,
        json!({ "input": "D", "previous_response_id": third }),
    )
    .await;
    let expected = [
        "user: A",
        "assistant: One.",
        "user: C",
        "assistant: One.",
        "user: D",
    ];
    assert_eq!(provider.asked().last().unwrap().prompt(), expected);
}

#[tokio::test]
async fn the_items_of_its_conversation_stay() {
    let app = asking(&Provider::obliging()).await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let response = made(&alice, json!({ "input": "x", "conversation": one })).await;
    alice
        .delete(&format!("{PATH}/{}", id(&response)))
        .await
        .expect(200);
    assert_eq!(all(&alice, &one).await.len(), 2);
}

#[tokio::test]
async fn a_conversation_takes_its_responses_along() {
    let app = asking(&Provider::obliging()).await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let response = made(&alice, json!({ "input": "x", "conversation": one })).await;
    alice
        .delete(&format!("/v1/conversations/{one}"))
        .await
        .expect_nothing(204);
    let path = format!("{PATH}/{}", id(&response));
    refused(&alice.get(&path).await, 404, "response_not_found", None);
    let _worker = Worker::start(&app.schema);
    until(&app.schema, "select count(*) from responses", 20, |rows| {
        rows == 0
    })
    .await;
}

#[tokio::test]
async fn a_response_that_is_deleted_while_it_runs_leaves_nothing() {
    let provider = Provider::that(says_when_told(&["Os", "lo."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let body = json!({ "input": "x", "conversation": one, "background": true });
    let response = made(&alice, body).await;
    provider.was_asked(1).await;
    alice
        .delete(&format!("{PATH}/{}", id(&response)))
        .await
        .expect(200);
    provider.go_on(3);
    // The next turn has waited for it.
    provider.does(says(&["Next."]));
    made(&alice, json!({ "input": "y", "conversation": one })).await;
    let items = all(&alice, &one).await;
    assert_eq!(items.len(), 2);
    assert_eq!(items[0]["content"][0]["text"], "y");
}

/// An item that was deleted from the conversation is nowhere: not in the response, not in its events,
/// and no model is told of it.
#[tokio::test]
async fn items_that_were_deleted_are_gone_from_the_response_too() {
    let provider = Provider::obliging();
    let app = asking(&provider).await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    for streams in [false, true] {
        let input = json!([message("user", "SECRET"), message("user", "Kept\u{1f44b}")]);
        let body = json!({ "input": input, "conversation": one, "stream": streams });
        let first = alice.post(PATH, body).await;
        let first = match streams {
            true => id(&events(first.text())[0]["response"]),
            false => id(&first.expect(200)),
        };
        let path = format!("{PATH}/{first}");
        let response = alice.get(&path).await.expect(200);
        let output = id(&response["output"][0]);
        let said = response["output"][0]["content"][0]["text"]
            .as_str()
            .unwrap()
            .to_owned();
        let inputs = alice.get(&format!("{path}/input_items")).await.expect(200);
        let (kept, input) = (inputs["data"][0].clone(), id(&inputs["data"][1]));
        let other = json!({ "input": "y", "previous_response_id": first });
        let items = format!("{LIST}/{one}/items");
        alice.delete(&format!("{items}/{input}")).await.expect(200);
        let inputs = alice.get(&format!("{path}/input_items")).await.expect(200);
        assert_eq!(inputs["data"], json!([kept]));
        assert_eq!(alice.get(&path).await.expect(200), response);
        alice.delete(&format!("{items}/{output}")).await.expect(200);
        let response = alice.get(&path).await.expect(200);
        assert_eq!(response["output"], json!([]));
        let told = alice.get(&format!("{path}?stream=true")).await;
        assert!(!told.text().contains(&said), "{}", told.text());
        let names = events(told.text());
        assert_eq!(names.last().unwrap()["type"], "response.completed");
        for reference in [&input, &output] {
            let again = json!({ "input": [{ "type": "item_reference", "id": reference }] });
            alice.post(PATH, again).await.expect(404);
        }
        alice.post(PATH, other).await.expect(200);
        let asked = provider.asked();
        assert!(!asked.last().unwrap().body.contains("SECRET"));
        // Not hidden alone: the row has no trace of the text.
        let lists = format!(
            "select input || output from responses where id = '{:032x}'::uuid",
            ulid::Ulid::from_string(&first["resp_".len()..]).unwrap().0
        );
        let lists = app.schema.value(&lists).await;
        assert!(lists.contains("Kept") && lists.contains("null"), "{lists}");
        assert!(
            !lists.contains("SECRET") && !lists.contains(&said),
            "{lists}"
        );
    }
}

#[tokio::test]
async fn a_stream_that_is_deleted_ends_for_its_reader_and_leaves_nothing() {
    let provider = Provider::that(says_when_told(&["Os", "lo."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let reading = alice.clone();
    let body = json!({ "input": "x", "conversation": one, "stream": true });
    let stream = tokio::spawn(async move { reading.post(PATH, body).await });
    until(&app.schema, "select count(*) from responses", 20, |rows| {
        rows == 1
    })
    .await;
    let list = "select replace(id::text, '-', '') from responses";
    let digits = u128::from_str_radix(&app.schema.value(list).await, 16).unwrap();
    let path = format!("{PATH}/resp_{}", ulid::Ulid(digits));
    alice.delete(&path).await.expect(200);
    let told = events(stream.await.unwrap().text());
    let last = told.last().unwrap();
    assert_eq!(last["type"], "response.incomplete");
    assert_eq!(last["response"]["status"], "cancelled");
    refused(&alice.get(&path).await, 404, "response_not_found", None);
    assert_eq!(all(&alice, &one).await.len(), 0);
}
