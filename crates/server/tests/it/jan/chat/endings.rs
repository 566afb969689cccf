//! Conversations that were made for a chat whose client leaves, or that is cancelled.

use super::{PATH, asking, chat, only_one};
use crate::app::{Actor, TestApp};
use crate::chat::turns::queued;
use crate::chat::{line, reply, said, user};
use crate::jan::refused;
use crate::provider::{Provider, event, says, says_when_told};
use crate::purge::until;
use crate::slow_reader::SlowReader;
use serde_json::json;

/// A chat that makes a conversation, of which one word has come. The model waits to be told.
async fn begun(app: &TestApp, provider: &Provider) -> (SlowReader, String) {
    let alice = app.alice();
    let body = chat(json!({ "store": true, "stream": true }));
    let url = format!("http://{}", app.address);
    let reader = SlowReader::post(&url, &alice, PATH, &body).await;
    provider.was_asked(1).await;
    let one = only_one(&alice).await;
    (reader, one)
}

async fn cancel(alice: &Actor, conversation: &str, keep: bool) {
    let path = format!("/v1/conversations/{conversation}/cancel");
    let ended = alice.post(&path, json!({ "keep": keep })).await.expect(200);
    assert_eq!(ended["cancelled"], true);
}

#[tokio::test]
async fn a_reply_is_kept_whose_client_has_left() {
    let provider = Provider::that(says_when_told(&["Os", "lo."]));
    let app = asking(&provider).await;
    let (reader, one) = begun(&app, &provider).await;
    provider.go_on(1);
    reader.leaves_after(&event("Os")).await;
    provider.go_on(2);
    until(&app.schema, "select count(*) from items", 60, |items| {
        items == 2
    })
    .await;
    let turn = [line("user", "Capital?"), reply("Oslo.")];
    assert_eq!(said(&app.alice(), &one).await, turn);
}

#[tokio::test]
async fn a_cancelled_reply_is_kept_where_it_is_to_be_kept() {
    for (words, expected) in [
        (0, vec![line("user", "Capital?")]),
        (1, vec![line("user", "Capital?"), reply("Os")]),
    ] {
        let provider = Provider::that(says_when_told(&["Os", "lo."]));
        let app = asking(&provider).await;
        let (mut reader, one) = begun(&app, &provider).await;
        provider.go_on(words);
        if words > 0 {
            reader.reads(&event("Os")).await;
        }
        cancel(&app.alice(), &one, true).await;
        assert_eq!(said(&app.alice(), &one).await, expected);
    }
}

#[tokio::test]
async fn a_cancelled_reply_that_is_not_kept_deletes_its_new_conversation() {
    let provider = Provider::that(says_when_told(&["Os", "lo."]));
    let app = asking(&provider).await;
    let (reader, one) = begun(&app, &provider).await;
    provider.go_on(1);
    reader.leaves_after(&event("Os")).await;
    cancel(&app.alice(), &one, false).await;
    until(
        &app.schema,
        "select count(*) from conversations",
        60,
        |left| left == 0,
    )
    .await;
    // The remaining row of the turn is kept for a while, and then deleted.
    let late =
        "select count(*) from jobs where kind = 8 and due_at = created_at + interval '1 minute'";
    assert_eq!(app.schema.value(late).await, "1");
}

#[tokio::test]
async fn a_conversation_stays_that_somebody_has_used_meanwhile() {
    for use_it in ["title", "pinned", "item", "share"] {
        let provider = Provider::that(says_when_told(&["Os", "lo."]));
        let app = asking(&provider).await;
        let alice = app.alice();
        let (reader, one) = begun(&app, &provider).await;
        let path = format!("/v1/conversations/{one}");
        match use_it {
            "title" => alice
                .patch(&path, json!({ "title": "Mine" }))
                .await
                .expect(200),
            "pinned" => alice
                .patch(&path, json!({ "pinned": true }))
                .await
                .expect(200),
            "item" => alice
                .post(&format!("{path}/items"), user("Hi"))
                .await
                .expect(201),
            _ => alice
                .post(&format!("{path}/share"), json!({}))
                .await
                .expect(201),
        };
        cancel(&alice, &one, false).await;
        // The stream ends after the conversation would have been withdrawn.
        reader.drained().await;
        assert_eq!(only_one(&alice).await, one, "{use_it}");
    }
}

#[tokio::test]
async fn a_conversation_stays_for_which_another_turn_waits() {
    let provider = Provider::that(says(&["Oslo."])).then([says_when_told(&["Os", "lo."])]);
    let app = asking(&provider).await;
    let alice = app.alice();
    let (reader, one) = begun(&app, &provider).await;
    let (next, ()) = tokio::join!(
        alice.post(PATH, chat(json!({ "conversation": one }))),
        async {
            queued(&app, 2).await;
            cancel(&alice, &one, false).await;
            reader.drained().await;
        }
    );
    next.expect(200);
    let turn = [line("user", "Capital?"), reply("Oslo.")];
    assert_eq!(said(&alice, &one).await, turn);
}

#[tokio::test]
async fn a_turn_that_could_not_be_stored_takes_its_conversation_along_after_the_answer() {
    let provider = Provider::that(says(&["Oslo."]));
    let app = asking(&provider).await;
    let breaking = app.schema.connected().await;
    let closed = "alter table items add check (role is null) not valid";
    breaking.batch_execute(closed).await.unwrap();
    let answer = app.alice().post(PATH, chat(json!({ "store": true }))).await;
    refused(&answer, "internal_error", None);
    let conversations = "select count(*) from conversations";
    until(&app.schema, conversations, 60, |left| left == 0).await;
    drop(breaking);
}
