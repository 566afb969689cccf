//! How much owners may use: counted a little later, refused by name, and freed by deleting.

use crate::app::{Actor, PASSWORD, TestApp, id};
use crate::chat::user;
use crate::purge::until;
use crate::rows;
use chrono::TimeDelta;
use domain::clock::Clock as _;
use domain::jobs::{Job, JobKind, JobQueue as _, Portion, Step};
use domain::usage::UsageStore as _;
use domain::usage::{Allowance, Allowances};
use infra::postgres::{PgJobs, PgUsage};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// These limits for guests, and no limits for other owners.
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
async fn usage_is_shown_and_counted_a_little_later() {
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
    // Owners without limits are told their usage as well, once it was asked for.
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
async fn parts_and_responses_count_with_all_their_bytes() {
    let app = TestApp::spawn_allowing(guests(Some(20_000), None)).await;
    let (guest, _) = app.guest().await;
    let one = guest.conversation(json!({})).await;
    app.count_usage().await;
    let empty = usage(&guest).await["storage_bytes"].as_u64().unwrap();
    let picture = format!("data:image/png;base64,{}", "A".repeat(4_000));
    let message = json!({ "role": "user", "parts": [
        { "type": "input_text", "text": "See" }, { "type": "input_image", "image_url": picture },
    ] });
    let call = json!({ "type": "function_call", "parts": [
        { "call_id": "c", "name": "f", "arguments": "x".repeat(4_000) },
    ] });
    let items = format!("/v1/conversations/{one}/items");
    for item in [message, call] {
        guest.post(&items, item).await.expect(201);
    }
    app.count_usage().await;
    let used = usage(&guest).await["storage_bytes"].as_u64().unwrap() - empty;
    assert!((8_000..9_500).contains(&used), "{used}");
    // A response without a conversation counts, too.
    let path = "/openai/v1/responses";
    let body = json!({ "input": "y".repeat(12_000) });
    let response = guest.post(path, body.clone()).await.expect(200);
    app.count_usage().await;
    let refused = guest.post(path, body).await.expect(409);
    assert_eq!(refused["error"]["code"], "quota_exceeded");
    let response = format!("{path}/{}", id(&response));
    guest.delete(&response).await.expect(200);
    app.count_usage().await;
    guest.post(path, json!({ "input": "y" })).await.expect(200);
}

/// Asks for each change, of which some would store more than there may be.
async fn change<const N: usize>(actor: &Actor, path: &str, changes: [(Value, u16); N]) {
    for (changes, status) in changes {
        let answer = actor.patch(path, changes.clone()).await;
        assert_eq!(answer.status, status, "{changes}");
        if status == 409 {
            answer.refused("quota_exceeded", Some("storage_limit"));
        }
    }
}

#[tokio::test]
async fn an_owner_at_the_limit_can_read_and_delete_and_then_write_again() {
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
    let described = json!({ "title": "P", "description": "ab" });
    let made = guest.post("/v1/projects", described).await.expect(201);
    let project_id = id(&made);
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
    // A stored message is there, for each repeat.
    guest
        .post(&format!("{path}/items"), message)
        .await
        .expect(200);
    guest.get(&path).await.expect(200);
    // A text shorter than the one it replaces is accepted, and a longer one is not.
    let changes = [
        (json!({ "title": "New" }), 200),
        (json!({ "title": "Newer" }), 409),
        (json!({ "metadata": { "key": "value" } }), 409),
        (json!({ "title": null, "metadata": { "a": "b" } }), 200),
        (json!({ "metadata": { "b": "c" } }), 200),
        (json!({ "title": "N" }), 409),
        (json!({ "metadata": {}, "title": "N" }), 200),
    ];
    change(&guest, &path, changes).await;
    let changes = [
        (json!({ "title": "Longer" }), 409),
        (json!({ "title": "Q", "description": "abc" }), 409),
        (json!({ "description": "a", "instruction": "b" }), 200),
        (json!({ "description": null, "title": "Qs" }), 200),
    ];
    change(&guest, &format!("/v1/projects/{project_id}"), changes).await;
    // There are at most a hundred keys, and they may be needed to make room.
    guest.key("Mine").await;
    // Other owners are not affected.
    app.alice().conversation(json!({})).await;

    guest.delete(&path).await.expect_nothing(204);
    app.count_usage().await;
    guest.conversation(json!({})).await;
    rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn several_messages_over_the_limit_are_refused_unless_all_are_known() {
    let app = TestApp::spawn_allowing(guests(Some(3_000), None)).await;
    let (guest, _) = app.guest().await;
    let conversation = guest.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}/items/batch");
    let known = json!({ "role": "user", "content": "x".repeat(3_000), "call_id": "mine" });
    let batch = |items: Vec<Value>| json!({ "items": items });
    guest
        .post(&path, batch(vec![known.clone()]))
        .await
        .expect(201);
    app.count_usage().await;
    for items in [vec![known.clone(), user("more")], vec![user("more")]] {
        let answer = guest.post(&path, batch(items)).await;
        answer.refused("quota_exceeded", Some("storage_limit"));
    }
    guest.post(&path, batch(vec![known])).await.expect(201);
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
    // With the link, that is more than the owner may have; without it, it is not.
    let long = json!({ "content": "x".repeat(3_300) });
    visitor
        .post(&format!("{link}/items"), long)
        .await
        .expect(201);
    app.count_usage().await;
    let answer = visitor
        .post(&format!("{link}/items"), json!({ "content": "x" }))
        .await;
    answer.refused("quota_exceeded", Some("storage_limit"));
    // The visitor has no data yet, and may copy it; then they have it, too.
    visitor
        .call(Method::POST, &format!("{link}/fork"))
        .await
        .expect(201);
    app.count_usage().await;
    assert!(usage(&visitor).await["storage_bytes"].as_u64() > Some(3_300));
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
    // Messages added by an instance of this version do not hide that there are more.
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

/// A link to a conversation of 4,640 bytes, and the address that copies it.
async fn shared(app: &TestApp) -> (String, String) {
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    rows::items(&app.schema, &conversation, 4, "repeat('x', 1000)").await;
    let share = alice.share(&conversation, json!({})).await;
    let fork = format!("/conversations/share/{share}/fork");
    (share, fork)
}

#[tokio::test]
async fn a_copy_over_the_limit_is_not_made() {
    let app = TestApp::spawn_allowing(guests(Some(10_000), None)).await;
    let (share, fork) = shared(&app).await;
    let (guest, _) = app.guest().await;
    // This guest was never counted, but the copied bytes are known
    // before they are counted.
    for _ in 0..2 {
        guest.call(Method::POST, &fork).await.expect(201);
    }
    let copies = "select count(*) from conversations";
    assert_eq!(app.schema.value(copies).await, "3");
    let answer = guest.call(Method::POST, &fork).await;
    answer.refused("quota_exceeded", Some("storage_limit"));
    assert_eq!(app.schema.value(copies).await, "3");
    guest.conversation(json!({})).await;
    app.count_usage().await;
    let bytes = usage(&guest).await["storage_bytes"].as_u64().unwrap();
    let expected = 2 * 4_640 + 128;
    assert!((expected..expected + 50).contains(&bytes), "{bytes}");
    let answer = guest.call(Method::POST, &fork).await;
    answer.refused("quota_exceeded", Some("storage_limit"));
    // A link that is not there is not there, however large.
    let nothing = fork.replace(&share, "share_0LJnh1cJkq3vT8dY2mWfR6xLpZ9sBaNc");
    let answer = guest.call(Method::POST, &nothing).await;
    answer.refused("share_not_found", None);
    // Others have room.
    app.bob().call(Method::POST, &fork).await.expect(201);
    rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn concurrent_copies_are_at_most_as_many_as_fit() {
    let app = TestApp::spawn_allowing(guests(Some(10_000), None)).await;
    let (_, fork) = shared(&app).await;
    let (guest, _) = app.guest().await;
    let holder = app.schema.connected().await;
    let lock = "begin; lock table items in share mode";
    holder.batch_execute(lock).await.unwrap();
    let ask = |_| {
        let (guest, fork) = (guest.clone(), fork.clone());
        tokio::spawn(async move { guest.call(Method::POST, &fork).await })
    };
    let asked: Vec<_> = (0..6).map(ask).collect();
    // One is being made, four wait for their turn, and the sixth may not.
    while !asked.iter().any(|asked| asked.is_finished()) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    holder.batch_execute("rollback").await.unwrap();
    let mut codes = Vec::new();
    for asked in asked {
        codes.push(asked.await.unwrap().status);
    }
    codes.sort_unstable();
    assert_eq!(codes, [201, 201, 409, 409, 409, 503]);
    let copies = "select count(*) from conversations";
    assert_eq!(app.schema.value(copies).await, "3");
}

#[tokio::test]
async fn each_step_of_a_count_goes_on_where_the_last_one_ended_and_takes_a_portion() {
    let app = TestApp::spawn_allowing(guests(None, None)).await;
    let alice = app.alice();
    let ids = rows::conversations(&app.schema, 300).await;
    rows::items_of_all(&app.schema, &ids, 5, "repeat('x', 100)").await;
    for _ in 0..3 {
        let project = alice.project("P").await;
        let path = format!("/v1/conversations/{}", ids[0]);
        let into = json!({ "project_id": project });
        alice.patch(&path, into).await.expect(200);
        alice.share(&ids[0], json!({})).await;
    }
    usage(&alice).await;
    let (clock, database) = (Arc::clone(&app.clock), app.schema.patient_database(2));
    let (queue, store) = (PgJobs(database.clone()), PgUsage(database));
    let due = || queue.due(&[JobKind::Usage], Job::START, clock.now(), 1);
    let job = due().await.unwrap().remove(0);
    // So few rows are read in a step, and as many messages.
    let (portion, rows) = (Portion::of(50 * Portion::ROW), 50);
    let known = "select count(*) from conversations where counted_sequence = last_sequence";
    let passed = "select count(*) from conversations c where id <= (
        select last_conversation from usage u where u.owner_id = c.owner_id)";
    let (mut steps, mut before) = (0, 0);
    while let Step::More = store.count(&job, portion, clock.now()).await.unwrap() {
        let [known, passed] = [known, passed].map(|sql| app.schema.value(sql));
        let known: u64 = known.await.parse().unwrap();
        assert_eq!(
            known.to_string(),
            passed.await,
            "it measures what it passes, and no more"
        );
        assert!(
            (1..=rows / 5).contains(&(known - before)),
            "{before} and {known}"
        );
        before = known;
        steps += 1;
    }
    assert!((29..=31).contains(&steps), "{steps} steps");
    let used = usage(&alice).await;
    assert_eq!(used["conversations"], 300);
    let each = 128 + 5 * (100 + 128) + 4;
    let bytes = used["storage_bytes"].as_u64().unwrap();
    let organised = 3 * (512 + 129);
    assert!(
        (300 * each..301 * each + organised).contains(&bytes),
        "{bytes}"
    );
    // Counting in steps gives the same as counting at once.
    clock.advance(TimeDelta::seconds(30));
    usage(&alice).await;
    let job = due().await.unwrap().remove(0);
    let at_once = store.count(&job, Portion::MOST, clock.now()).await.unwrap();
    assert!(matches!(at_once, Step::Done));
    assert_eq!(usage(&alice).await["storage_bytes"], bytes);
}

#[tokio::test]
async fn a_count_that_was_given_up_is_not_gone_on_with() {
    let app = TestApp::spawn_allowing(guests(None, None)).await;
    let alice = app.alice();
    rows::conversations(&app.schema, 20).await;
    usage(&alice).await;
    // An instance of an earlier version has taken the job in the middle, and done it.
    let half = "insert into usage (owner_id, counting_since, counted_bytes, counted_conversations,
            last_conversation)
        select owner_id, created_at - interval '1 minute', 1000000, 10,
            (select id from conversations order by id offset 10 limit 1)
        from jobs where kind = 1";
    app.schema.rows(half).await;
    app.count_usage().await;
    let used = usage(&alice).await;
    assert_eq!(used["conversations"], 20);
    assert!(used["storage_bytes"].as_u64() < Some(10_000), "{used}");
}
