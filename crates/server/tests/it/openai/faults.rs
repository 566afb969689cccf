//! Faults seen in other servers of this API: each is a test that this one has none of them.

use super::{LIST, add, all, conversation, message, refused};
use crate::app::{TestApp, id};
use serde_json::{Value, json};

/// One global key of items and an upsert: a request with its id could overwrite or move an item.
#[tokio::test]
async fn an_id_that_a_client_sends_overwrites_and_moves_nothing() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let one = conversation(&alice, json!({})).await;
    let other = conversation(&alice, json!({})).await;
    let added = add(&alice, &one, json!([message("user", "mine")])).await;
    let item = id(&added["data"][0]);
    let theirs = conversation(&bob, json!({})).await;
    let evil =
        |text: &str| json!([{ "id": item, "type": "message", "role": "user", "content": text }]);
    for (actor, place) in [(&bob, &theirs), (&alice, &other), (&alice, &one)] {
        let new = add(actor, place, evil("other")).await;
        assert_ne!(new["data"][0]["id"], item);
        conversation(actor, json!({ "items": evil("other") })).await;
    }
    let found = alice.get(&format!("{LIST}/{one}/items/{item}")).await;
    assert_eq!(found.expect(200), added["data"][0]);
    assert_eq!(all(&alice, &one).await.len(), 2);
    assert_eq!(all(&bob, &theirs).await.len(), 1);
}

/// Items were committed one by one.
#[tokio::test]
async fn items_of_a_request_that_fails_are_not_stored() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let mut new: Vec<Value> = (0..19).map(|n| message("user", &n.to_string())).collect();
    new.push(json!({ "type": "item_reference", "id": "msg_01ARZ3NDEKTSV4RRFFQ69G0001" }));
    let path = format!("{LIST}/{one}/items");
    let answer = alice.post(&path, json!({ "items": new })).await;
    refused(&answer, 404, "item_not_found", Some("items[19].id"));
    let answer = alice.post(LIST, json!({ "items": new })).await;
    refused(&answer, 404, "item_not_found", Some("items[19].id"));
    assert!(all(&alice, &one).await.is_empty());
    let list = alice.get(LIST).await.expect(200);
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
}

/// Pages went by the second of creation alone, so that ties were skipped; here the clock stands still.
#[tokio::test]
async fn items_of_one_second_are_on_one_page_each() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let many: Vec<_> = (0..20).map(|n| message("user", &n.to_string())).collect();
    let one = conversation(&alice, json!({ "items": many })).await;
    add(&alice, &one, json!(many)).await;
    let path = format!("{LIST}/{one}/items");
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = alice
            .get(&format!("{path}?limit=1&order=asc{after}"))
            .await
            .expect(200);
        seen.extend(page["data"].as_array().unwrap().iter().map(id));
        if page["has_more"] == false {
            break;
        }
        after = format!("&after={}", page["last_id"].as_str().unwrap());
    }
    let expected: Vec<_> = all(&alice, &one).await.iter().map(id).collect();
    assert_eq!(seen, expected);
    assert_eq!(seen.len(), 40);
}

/// A deleted conversation left its items behind.
#[tokio::test]
async fn no_row_of_a_deleted_conversation_stays() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let one = conversation(
        &alice,
        json!({ "items": [message("user", "x"),
        { "type": "function_call", "call_id": "c", "name": "f", "arguments": "{}" }] }),
    )
    .await;
    alice.delete(&format!("{LIST}/{one}")).await.expect(200);
    let _worker = crate::purge::Worker::by(&app.schema, app.clock.clone());
    crate::purge::until(&app.schema, "select count(*) from items", 20, |n| n == 0).await;
}

/// The limit of 20 held for adding but not for creating.
#[tokio::test]
async fn the_limits_are_the_same_for_creating_and_adding() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let many: Vec<_> = (0..21).map(|_| message("user", "x")).collect();
    let path = format!("{LIST}/{}/items", conversation(&alice, json!({})).await);
    for path in [LIST, &path] {
        let answer = alice.post(path, json!({ "items": many })).await;
        refused(&answer, 400, "invalid_value", Some("items"));
        alice
            .post(path, json!({ "items": &many[..20] }))
            .await
            .expect(200);
    }
}

/// Ids of another form were refused as malformed, with another status than unknown ones.
#[tokio::test]
async fn ids_of_any_form_are_unknown_ids() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    for id in [
        "conv_abc",
        "conv_0123456789abcdef0123456789abcdef0123456789abcdef",
        "x",
        "%F0%9F%92%A5",
    ] {
        for answer in [
            alice.get(&format!("{LIST}/{id}")).await,
            alice.get(&format!("{LIST}/{id}/items")).await,
            alice.delete(&format!("{LIST}/{id}")).await,
            alice
                .post(&format!("{LIST}/{id}"), json!({ "metadata": {} }))
                .await,
        ] {
            refused(&answer, 404, "conversation_not_found", None);
        }
    }
}

/// What the model is told came from a second copy, which the items API did not change.
#[tokio::test]
async fn the_model_is_told_the_items_as_they_are() {
    use crate::provider::{Provider, says};
    let provider = Provider::that(says(&["Yes."]));
    let app = TestApp::spawn_with(|parts| parts.provider = provider.connected()).await;
    let alice = app.alice();
    let one = conversation(
        &alice,
        json!({ "items": [message("user", "One"), message("user", "Two")] }),
    )
    .await;
    let added = add(&alice, &one, json!([message("user", "Three")])).await;
    let first = id(&all(&alice, &one).await[0]);
    alice
        .delete(&format!("{LIST}/{one}/items/{first}"))
        .await
        .expect(200);
    let chat = json!({ "conversation": one, "messages": [message("user", "Four")] });
    alice
        .post("/openai/v1/chat/completions", chat)
        .await
        .expect(200);
    let asked = provider.asked_once().json();
    let told: Vec<_> = asked["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["content"].clone())
        .collect();
    assert_eq!(told, [json!("Two"), json!("Three"), json!("Four")]);
    assert_eq!(all(&alice, &one).await.len(), 4);
    assert_eq!(added["data"][0]["role"], "user");
}

/// A turn that made more than 20 items failed its own limit.
#[tokio::test]
async fn a_turn_of_more_than_twenty_items_is_kept() {
    use crate::provider::{Provider, says};
    let provider = Provider::that(says(&["Yes."]));
    let app = TestApp::spawn_with(|parts| parts.provider = provider.connected()).await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let input: Vec<_> = (0..40).map(|n| message("user", &n.to_string())).collect();
    let body = json!({ "input": input, "conversation": { "id": one } });
    alice.post("/openai/v1/responses", body).await.expect(200);
    let items = all(&alice, &one).await;
    let said = |n: usize| items[n]["content"][0]["text"].clone();
    assert_eq!(
        (items.len(), said(0), said(39), said(40)),
        (41, json!("0"), json!("39"), json!("Yes."))
    );
    // The model is told all of them, and not the first 20.
    let again = json!({ "input": "more", "conversation": one });
    alice.post("/openai/v1/responses", again).await.expect(200);
    assert_eq!(provider.asked()[1].prompt().len(), 42);
}

/// A stream in the background was refused, its text had no end, its events no names and no `[DONE]`.
#[tokio::test]
async fn a_stream_in_the_background_has_all_its_events() {
    use crate::provider::{Provider, says};
    let provider = Provider::that(says(&["Os", "lo."]));
    let app = TestApp::spawn_with(|parts| parts.provider = provider.connected()).await;
    let alice = app.alice();
    let body = json!({ "input": "Capital?", "stream": true, "background": true });
    let answer = alice.post("/openai/v1/responses", body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let events = super::responses::events(answer.text());
    let names: Vec<_> = events.iter().map(|e| e["type"].as_str().unwrap()).collect();
    for name in [
        "response.queued",
        "response.output_text.delta",
        "response.output_text.done",
        "response.completed",
    ] {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
    let id = id(&events[0]["response"]);
    let input =
        format!("/openai/v1/responses/{id}/input_items?include[]=message.input_image.image_url");
    let input = alice.get(&input).await.expect(200);
    assert_eq!(input["data"][0]["content"][0]["text"], "Capital?");
    // One that has ended is given back, and one that is not in the background is refused as a wrong request.
    let cancel = format!("/openai/v1/responses/{id}/cancel");
    assert_eq!(
        alice.post(&cancel, json!({})).await.expect(200)["status"],
        "completed"
    );
    let plain = alice
        .post("/openai/v1/responses", json!({ "input": "x" }))
        .await
        .expect(200);
    let cancel = format!(
        "/openai/v1/responses/{}/cancel",
        plain["id"].as_str().unwrap()
    );
    refused(
        &alice.post(&cancel, json!({})).await,
        400,
        "invalid_value",
        Some("response_id"),
    );
}

/// Hostile input: nothing but a refusal in OpenAI's form.
#[tokio::test]
async fn hostile_bodies_are_refused_in_the_form_of_errors() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let path = format!("{LIST}/{}/items", conversation(&alice, json!({})).await);
    let deep = format!(
        "{{\"items\":[{{\"type\":\"x_call\",\"a\":{}{}}}]}}",
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    let wide = format!("{{\"items\":[{}{{}}]}}", "{},".repeat(200_000));
    for body in [
        deep.as_str(),
        wide.as_str(),
        "[]",
        "{\"items\":",
        "\u{feff}{}",
        "{\"items\":{\"0\":{}}}",
        "7",
    ] {
        let answer = alice.post_text(&path, body.to_owned()).await;
        let error = answer.expect(400);
        assert_eq!(error["error"]["type"], "invalid_request_error", "{error}");
    }
    let raw = app
        .raw_as_alice(
            format!("POST {path}").as_bytes(),
            b"{\"items\":[{\"role\":\"user\",\"content\":\"\xff\"}]}",
        )
        .await;
    refused(&raw, 400, "invalid_encoding", None);
    let list = alice.get(&path).await.expect(200);
    assert_eq!(list["data"], json!([]));
}
