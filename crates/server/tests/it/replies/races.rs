//! Concurrent changes of a conversation while a reply to it is written.

use super::{contents, items, path, said, versions};
use crate::answer::Answer;
use crate::app::{Actor, TestApp};
use crate::chat::turns::queued;
use crate::provider::{Provider, says_when_told};
use crate::rows;
use futures_util::future::join_all;
use serde_json::json;
use tokio::task::JoinHandle;

/// A service whose model says "Because." in two pieces, when it is told to.
async fn hesitant() -> (TestApp, Provider) {
    let provider = Provider::that(says_when_told(&["Be", "cause."]));
    let app = TestApp::spawn_with(|parts| parts.provider = provider.connected()).await;
    (app, provider)
}

/// How often the model has to be told to go on until it has said it all.
const ALL: usize = 3;

fn regenerate(actor: &Actor, conversation: &str, item: &str) -> JoinHandle<Answer> {
    let (actor, path) = (actor.clone(), path(conversation, item));
    tokio::spawn(async move { actor.post(&path, json!({})).await })
}

#[tokio::test]
async fn two_replies_at_once_are_two_versions() {
    let (app, provider) = hesitant().await;
    let alice = app.alice();
    let (conversation, ids) = said(&alice, &[("user", "Why?"), ("assistant", "Hm.")]).await;
    let both = [0, 1].map(|_| regenerate(&alice, &conversation, &ids[1]));
    queued(&app, 2).await;
    provider.go_on(2 * ALL);
    let mut numbers = Vec::new();
    for answer in join_all(both).await {
        let item = answer.unwrap().expect(200);
        numbers.push(item["version"].as_u64().unwrap());
    }
    numbers.sort_unstable();
    assert_eq!(numbers, [2, 3]);
    let versions = versions(&alice, &conversation, &ids[1]).await;
    assert_eq!(versions, ["Hm.", "Because.", "Because."]);
}

#[tokio::test]
async fn two_first_replies_at_once_are_two_versions_of_one_message() {
    let (app, provider) = hesitant().await;
    let alice = app.alice();
    let (conversation, ids) = said(&alice, &[("user", "Why?")]).await;
    let both = [0, 1].map(|_| regenerate(&alice, &conversation, &ids[0]));
    queued(&app, 2).await;
    provider.go_on(2 * ALL);
    let mut answers: Vec<_> = join_all(both).await.into_iter().flatten().collect();
    answers.sort_by_key(|answer| answer.status);
    let [version, new] = <[Answer; 2]>::try_from(answers).unwrap();
    let (version, new) = (version.expect(200), new.expect(201));
    assert_eq!(version["id"], new["id"]);
    assert_eq!(
        (&version["version"], &new["version"]),
        (&json!(2), &json!(1))
    );
    let said = contents(&alice, &conversation).await;
    assert_eq!(said, ["Why?", "Because."]);
}

#[tokio::test]
async fn a_message_that_comes_first_keeps_its_place() {
    let (app, provider) = hesitant().await;
    let alice = app.alice();
    for role in ["user", "assistant"] {
        let (conversation, ids) = said(&alice, &[("user", "Why?")]).await;
        let asked = provider.asked().len();
        let reply = regenerate(&alice, &conversation, &ids[0]);
        provider.was_asked(asked + 1).await;
        let message = json!({ "role": role, "content": "Never mind." });
        let address = format!("/v1/conversations/{conversation}/items");
        alice.post(&address, message).await.expect(201);
        provider.go_on(ALL);
        let answer = reply.await.unwrap();
        answer.refused("reply_position_taken", None);
        let said = contents(&alice, &conversation).await;
        assert_eq!(said, ["Why?", "Never mind."]);
    }
}

#[tokio::test]
async fn a_message_that_is_being_stored_comes_first() {
    let provider = Provider::obliging();
    let app = TestApp::spawn_with(|parts| parts.provider = provider.connected()).await;
    let alice = app.alice();
    let (conversation, ids) = said(&alice, &[("user", "Why?")]).await;
    // Another writer, which has taken the next number and has not committed yet.
    let writer = app.schema.connected().await;
    let append = "begin;
        update conversations set item_count = 2, last_sequence = 2;
        insert into items (owner_id, conversation_id, id, created_at, updated_at, sequence, role,
            content)
        select owner_id, conversation_id,
            encode(substring(uuid_send(id) for 12) || int4send(2), 'hex')::uuid,
            created_at, updated_at, 2, 2, 'And how?'
        from items";
    writer.batch_execute(append).await.unwrap();
    let row = writer.query_one("select pg_backend_pid()", &[]).await;
    let pid: i32 = row.unwrap().get(0);
    let reply = regenerate(&alice, &conversation, &ids[0]);
    let waiting =
        format!("select count(*) from pg_stat_activity where {pid} = any(pg_blocking_pids(pid))");
    while app.schema.value(&waiting).await == "0" {
        assert!(!reply.is_finished(), "the reply did not wait");
    }
    writer.batch_execute("commit").await.unwrap();
    drop(writer);
    let answer = reply.await.unwrap();
    answer.refused("reply_position_taken", None);
    let said = contents(&alice, &conversation).await;
    assert_eq!(said, ["Why?", "And how?"]);
}

#[tokio::test]
async fn messages_and_a_reply_that_race_leave_it_right_after_its_question_or_nowhere() {
    let provider = Provider::obliging();
    let app = TestApp::spawn_with(|parts| parts.provider = provider.connected()).await;
    let alice = app.alice();
    for _ in 0..20 {
        let (conversation, ids) = said(&alice, &[("user", "Why?")]).await;
        let reply = regenerate(&alice, &conversation, &ids[0]);
        let address = format!("/v1/conversations/{conversation}/items");
        let message = json!({ "role": "user", "content": "And how?" });
        alice.post(&address, message).await.expect(201);
        let answer = reply.await.unwrap();
        let said = contents(&alice, &conversation).await;
        match answer.status {
            201 => assert_eq!(said, ["Why?", "Certainly.", "And how?"]),
            _ => {
                answer.refused("reply_position_taken", None);
                assert_eq!(said, ["Why?", "And how?"]);
            }
        }
    }
}

#[tokio::test]
async fn a_question_may_be_edited_while_it_is_answered() {
    let (app, provider) = hesitant().await;
    let alice = app.alice();
    for (messages, status) in [
        (vec![("user", "Why?")], 201),
        (vec![("user", "Why?"), ("assistant", "Hm.")], 200),
    ] {
        let (conversation, ids) = said(&alice, &messages).await;
        let asked = provider.asked().len();
        let reply = regenerate(&alice, &conversation, &ids[0]);
        provider.was_asked(asked + 1).await;
        let edit = format!("/v1/conversations/{conversation}/items/{}/edit", ids[0]);
        let how = json!({ "content": "How?" });
        alice
            .call_with(reqwest::Method::PUT, &edit, &how)
            .await
            .expect(200);
        provider.go_on(ALL);
        reply.await.unwrap().expect(status);
        let said = contents(&alice, &conversation).await;
        assert_eq!(said, ["How?", "Because."]);
    }
}

#[tokio::test]
async fn an_edit_of_the_reply_itself_is_kept_as_a_version() {
    let (app, provider) = hesitant().await;
    let alice = app.alice();
    let (conversation, ids) = said(&alice, &[("user", "Why?"), ("assistant", "Hm.")]).await;
    let reply = regenerate(&alice, &conversation, &ids[1]);
    provider.was_asked(1).await;
    let edit = format!("/v1/conversations/{conversation}/items/{}/edit", ids[1]);
    let better = json!({ "content": "Hmm." });
    alice
        .call_with(reqwest::Method::PUT, &edit, &better)
        .await
        .expect(200);
    provider.go_on(ALL);
    assert_eq!(reply.await.unwrap().expect(200)["version"], 3);
    let versions = versions(&alice, &conversation, &ids[1]).await;
    assert_eq!(versions, ["Hm.", "Hmm.", "Because."]);
}

#[tokio::test]
async fn a_message_that_is_deleted_stays_deleted() {
    let (app, provider) = hesitant().await;
    let alice = app.alice();
    for (messages, wanted) in [
        (vec![("user", "Why?")], 0),
        (vec![("user", "Why?"), ("assistant", "Hm.")], 1),
    ] {
        let (conversation, ids) = said(&alice, &messages).await;
        let asked = provider.asked().len();
        let reply = regenerate(&alice, &conversation, &ids[wanted]);
        provider.was_asked(asked + 1).await;
        let address = format!("/v1/conversations/{conversation}/items/{}", ids[wanted]);
        alice.delete(&address).await.expect_nothing(204);
        provider.go_on(ALL);
        reply.await.unwrap().refused("item_not_found", None);
        assert_eq!(items(&alice, &conversation).await.len(), wanted);
    }
}

#[tokio::test]
async fn a_conversation_that_is_deleted_stays_deleted() {
    let (app, provider) = hesitant().await;
    let alice = app.alice();
    for (messages, asked) in [
        (vec![("user", "Why?")], 1),
        (vec![("user", "Why?"), ("assistant", "Hm.")], 2),
    ] {
        let (conversation, ids) = said(&alice, &messages).await;
        let reply = regenerate(&alice, &conversation, &ids[0]);
        provider.was_asked(asked).await;
        let address = format!("/v1/conversations/{conversation}");
        alice.delete(&address).await.expect_nothing(204);
        // The turn leaves its queue; the conversation is unchanged.
        let before = app.schema.contents_but(&["turn_queue"]).await;
        provider.go_on(ALL);
        let answer = reply.await.unwrap();
        answer.refused("conversation_not_found", None);
        alice
            .get(&address)
            .await
            .refused("conversation_not_found", None);
        let after = app.schema.contents_but(&["turn_queue"]).await;
        assert_eq!(after, before);
    }
}

#[tokio::test]
async fn a_reply_is_not_one_message_too_many() {
    let provider = Provider::obliging();
    let app = TestApp::spawn_with(|parts| parts.provider = provider.connected()).await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    rows::items(&app.schema, &conversation, 9_999, "'Why?'").await;
    let last = alice.say(&conversation, "And why?").await;
    let path = path(&conversation, last["id"].as_str().unwrap());
    let answer = alice.post(&path, json!({})).await;
    answer.refused("conversation_full", None);
    // One that was there already may still be another.
    let first = format!("/v1/conversations/{conversation}/items?limit=1");
    let first = crate::app::id(&alice.get(&first).await.expect(200)["data"][0]);
    let address = format!("/v1/conversations/{conversation}/items/{first}");
    alice.delete(&address).await.expect_nothing(204);
    alice.post(&path, json!({})).await.expect(201);
}
