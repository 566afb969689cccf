//! How much owners may use: counted a little later, refused by name, and freed by deleting.

use crate::app::{Actor, PASSWORD, TestApp, id};
use crate::chat::user;
use crate::purge::until;
use crate::rows;
use domain::usage::{Allowance, Allowances};
use reqwest::Method;
use serde_json::{Value, json};

/// Guests may use so much, and everybody else anything.
fn guests(storage_bytes: Option<u64>, conversations: Option<u64>) -> Allowances {
    Allowances {
        guest: Allowance {
            storage_bytes,
            conversations,
            titles_per_day: Some(200),
        },
        ..Allowances::NONE
    }
}

async fn usage(actor: &Actor) -> Value {
    actor.get("/auth/me").await.expect(200)["usage"].clone()
}

#[tokio::test]
async fn what_is_used_is_told_and_counted_a_little_later() {
    let app = TestApp::spawn_allowing(guests(Some(1_000_000), Some(10))).await;
    let (guest, _) = app.guest().await;
    let none = json!({
        "storage_bytes": 0, "storage_limit": 1_000_000, "conversations": 0,
        "conversation_limit": 10, "titles_today": 0, "titles_limit": 200,
    });
    assert_eq!(usage(&guest).await, none);
    let conversation = guest.conversation(json!({ "title": "T" })).await;
    let item = id(&guest.say(&conversation, &"é".repeat(1_000)).await);
    app.count_usage().await;
    let used = usage(&guest).await;
    assert_eq!(used["conversations"], 1);
    let bytes = used["storage_bytes"].as_u64().unwrap();
    assert!((2_000..2_600).contains(&bytes), "{bytes}");
    // An edit keeps the earlier text.
    let edit = format!("/v1/conversations/{conversation}/items/{item}/edit");
    let text = json!({ "content": "x".repeat(500) });
    guest.call_with(Method::PUT, &edit, &text).await.expect(200);
    app.count_usage().await;
    let edited = usage(&guest).await["storage_bytes"].as_u64().unwrap();
    assert_eq!(edited, bytes + 500 + 128);
    let path = format!("/v1/conversations/{conversation}/items/{item}");
    guest.delete(&path).await.expect_nothing(204);
    // Somebody without limits is told what they use as well, once it was asked for.
    let alice = app.alice();
    alice
        .conversation(json!({ "items": [user("Hello")] }))
        .await;
    assert_eq!(usage(&alice).await["storage_limit"], json!(null));
    app.count_usage().await;
    assert!(usage(&guest).await["storage_bytes"].as_u64().unwrap() < 400);
    assert_eq!(usage(&alice).await["conversations"], 1);
    rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn an_owner_who_stores_as_much_as_they_may_can_read_and_delete_and_then_write_again() {
    let app = TestApp::spawn_allowing(guests(Some(3_000), None)).await;
    let (guest, _) = app.guest().await;
    let conversation = guest.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}");
    let first = guest.say(&conversation, "first").await;
    let message = json!({ "role": "user", "content": "x".repeat(3_000), "call_id": "mine" });
    guest
        .post(&format!("{path}/items"), message.clone())
        .await
        .expect(201);
    let share = guest.share(&conversation, json!({})).await;
    app.count_usage().await;

    let item = format!("{path}/items/{}", first["id"].as_str().unwrap());
    let more = json!({ "role": "user", "content": "more" });
    let text = json!({ "content": "other" });
    let project = json!({ "title": "P" });
    let chat = json!({ "messages": [user("Hi")], "conversation": conversation });
    for answer in [
        guest.post("/v1/conversations", json!({})).await,
        guest.post(&format!("{path}/items"), more.clone()).await,
        guest
            .call_with(Method::PUT, &format!("{item}/edit"), &text)
            .await,
        guest
            .call(Method::POST, &format!("{item}/versions/1/restore"))
            .await,
        guest.post("/v1/projects", project).await,
        guest.post(&format!("{path}/share"), json!({})).await,
        guest.post("/v1/chat/completions", chat).await,
        guest
            .call(Method::POST, &format!("/conversations/share/{share}/fork"))
            .await,
    ] {
        answer.refused("quota_exceeded", Some("storage_limit"));
    }
    // A message that was stored is there, for whoever sends it again.
    guest
        .post(&format!("{path}/items"), message)
        .await
        .expect(200);
    guest.get(&path).await.expect(200);
    let rename = json!({ "title": "New" });
    guest.patch(&path, rename).await.expect(200);
    // Nobody else is affected.
    app.alice().conversation(json!({})).await;

    guest.delete(&path).await.expect_nothing(204);
    app.count_usage().await;
    guest.conversation(json!({})).await;
    rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn the_number_of_conversations_is_limited_for_itself() {
    let app = TestApp::spawn_allowing(guests(None, Some(2))).await;
    let (guest, _) = app.guest().await;
    let first = guest.conversation(json!({})).await;
    guest.conversation(json!({})).await;
    app.count_usage().await;
    let answer = guest.post("/v1/conversations", json!({})).await;
    answer.refused("quota_exceeded", Some("conversation_limit"));
    guest.say(&first, "Messages are another matter").await;
    // A guest who becomes an account has the limits of accounts.
    let email = json!({ "email": "ada@example.org", "password": PASSWORD });
    guest.post("/auth/upgrade", email).await.expect(200);
    app.count_usage().await;
    guest.conversation(json!({})).await;
}

#[tokio::test]
async fn a_message_through_a_link_counts_for_the_owner_and_a_fork_for_the_forker() {
    let app = TestApp::spawn_allowing(guests(Some(4_000), None)).await;
    let (owner, _) = app.guest().await;
    let (visitor, _) = app.guest().await;
    let conversation = owner.conversation(json!({})).await;
    owner.say(&conversation, "Hello").await;
    let share = owner
        .share(&conversation, json!({ "read_only": false }))
        .await;
    let link = format!("/conversations/share/{share}");
    let long = json!({ "content": "x".repeat(4_000) });
    visitor
        .post(&format!("{link}/items"), long)
        .await
        .expect(201);
    app.count_usage().await;
    let answer = visitor
        .post(&format!("{link}/items"), json!({ "content": "x" }))
        .await;
    answer.refused("quota_exceeded", Some("storage_limit"));
    // The visitor has nothing yet, and may copy it; then they have it, too.
    visitor
        .call(Method::POST, &format!("{link}/fork"))
        .await
        .expect(201);
    app.count_usage().await;
    assert!(usage(&visitor).await["storage_bytes"].as_u64() > Some(4_000));
    let answer = visitor.call(Method::POST, &format!("{link}/fork")).await;
    answer.refused("quota_exceeded", Some("storage_limit"));
    rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn conversations_of_before_sizes_were_kept_are_measured_and_so_are_those_written_to_by_others()
 {
    let app = TestApp::spawn_allowing(guests(None, None)).await;
    let alice = app.alice();
    let ids = rows::conversations(&app.schema, 20).await;
    rows::items_of_all(&app.schema, &ids, 3, "repeat('x', 1000)").await;
    // What an instance of this version adds does not hide that there is more.
    alice.say(&ids[0], "more").await;
    usage(&alice).await;
    app.count_usage().await;
    let unknown = "select count(*) from conversations where counted_sequence <> last_sequence";
    until(&app.schema, unknown, 20, |count| count == 0).await;
    rows::assert_consistent(&app.schema).await;
    let used = usage(&alice).await;
    assert_eq!(used["conversations"], 20);
    assert!(used["storage_bytes"].as_u64() > Some(60_000), "{used}");
}
