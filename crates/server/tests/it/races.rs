//! Concurrent requests: no change is lost, no row is left over, and no answer is a 500.

use crate::answer::Answer;
use crate::app::{Actor, TestApp, id};
use crate::db::Schema;
use crate::purge::until;
use crate::rows;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap, HashSet};
use tokio_postgres::Client;

/// How many answers had each status.
fn statuses(answers: &[Answer]) -> HashMap<u16, usize> {
    let mut counts = HashMap::new();
    for answer in answers {
        *counts.entry(answer.status).or_default() += 1;
    }
    counts
}

/// Checks that every answer is one of these, and not a failure of ours.
#[track_caller]
fn only(answers: &[Answer], expected: &[u16]) {
    for answer in answers {
        let Answer { status, .. } = answer;
        assert!(expected.contains(status), "{status}: {}", answer.text());
    }
}

/// Sends the same request to each of `targets` at once, as somebody in a hurry would.
async fn at_once(
    actor: &Actor,
    method: Method,
    targets: &[(String, Option<Value>)],
) -> Vec<Answer> {
    let requests = targets.iter().map(|(path, body)| {
        let request = actor.request(method.clone(), path);
        actor.sent(match body {
            Some(body) => request.json(body),
            None => request,
        })
    });
    join_all(requests).await
}

/// `count` of one request at once.
async fn repeated(
    actor: &Actor,
    method: Method,
    path: &str,
    body: impl Fn(usize) -> Option<Value>,
    count: usize,
) -> Vec<Answer> {
    let targets: Vec<_> = (0..count)
        .map(|number| (path.to_owned(), body(number)))
        .collect();
    at_once(actor, method, &targets).await
}

/// A service whose requests all meet: `collide` keeps a lock until they wait for it.
async fn crossing() -> TestApp {
    let schema = Schema::migrated().await;
    let name = schema.value("select current_schema()").await;
    let schema = Schema::at(format!("{}&application_name={name}", schema.url()));
    // One caller gets half of the connections.
    let database = schema.patient_database(16);
    TestApp::serve(schema, database, |_| {})
}

/// Holds a conversation's row until the returned value rolls back, or is dropped.
pub(crate) async fn hold(app: &TestApp, conversation: &str) -> Client {
    let id = rows::stored(conversation);
    hold_rows(app, &format!("conversations where id = '{id}'")).await
}

/// The same for any rows that there are: a table, and a condition where not all of it is meant.
pub(crate) async fn hold_rows(app: &TestApp, rows: &str) -> Client {
    let holder = app.schema.connected().await;
    let lock = format!("begin; select from {rows} for update");
    holder.batch_execute(&lock).await.unwrap();
    holder
}

/// Waits until so many requests to a service that is `crossing` wait for a lock.
async fn stuck(app: &TestApp, waiting: usize) {
    stuck_since(app, "-infinity", waiting).await;
}

/// The same for requests that came after a moment that the database told: what waited before may have
/// ended by now.
async fn stuck_since(app: &TestApp, moment: &str, waiting: usize) {
    let stuck = format!(
        "select count(*) from pg_stat_activity where wait_event_type = 'Lock'
         and application_name = current_setting('application_name')
         and query_start > '{moment}'"
    );
    until(&app.schema, &stuck, 20, |count| count >= waiting as u64).await;
}

/// The time by the database's clock.
async fn moment(app: &TestApp) -> String {
    app.schema.value("select clock_timestamp()").await
}

/// Holds a conversation's row while requests begin, until `waiting` of them are stuck behind it,
/// and then lets all go at once.
async fn collide<T>(
    app: &TestApp,
    conversation: &str,
    waiting: usize,
    requests: impl Future<Output = T>,
) -> T {
    let holder = hold(app, conversation).await;
    let release = async {
        stuck(app, waiting).await;
        holder.batch_execute("rollback").await.unwrap();
    };
    let (answers, ()) = tokio::join!(requests, release);
    answers
}

fn says(number: usize) -> Option<Value> {
    Some(json!({ "role": "user", "content": format!("message {number}") }))
}

async fn item_count(actor: &Actor, conversation: &str) -> u64 {
    let path = format!("/v1/conversations/{conversation}?include_items=false");
    actor.get(&path).await.expect(200)["item_count"]
        .as_u64()
        .unwrap()
}

#[tokio::test]
async fn ten_thousand_items_fit_and_not_one_more() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    rows::items(&app.schema, &conversation, 9_990, "'message'").await;
    let items = format!("/v1/conversations/{conversation}/items");

    let answers = repeated(&alice, Method::POST, &items, says, 32).await;
    assert_eq!(statuses(&answers), HashMap::from([(201, 10), (409, 22)]));
    for refused in answers.iter().filter(|answer| answer.status == 409) {
        refused.refused("conversation_full", None);
        assert_eq!(refused.header("x-should-retry"), "false");
    }
    assert_eq!(item_count(&alice, &conversation).await, 10_000);

    let accepted = answers.iter().find(|answer| answer.status == 201).unwrap();
    let path = format!("{items}/{}", id(&accepted.json()));
    alice.delete(&path).await.expect_nothing(204);
    let answers = repeated(&alice, Method::POST, &items, says, 4).await;
    assert_eq!(statuses(&answers), HashMap::from([(201, 1), (409, 3)]));
    rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn a_message_that_was_the_last_to_fit_may_be_sent_again() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    rows::items(&app.schema, &conversation, 9_999, "'message'").await;
    let items = format!("/v1/conversations/{conversation}/items");
    let message = json!({ "role": "user", "content": "the last", "call_id": "last" });
    let first = alice.post(&items, message.clone()).await.expect(201);
    assert_eq!(alice.post(&items, message).await.expect(200), first);
    let other = json!({ "role": "user", "content": "another", "call_id": "last" });
    let conflict = alice.post(&items, other).await;
    conflict.refused("call_id_conflict", Some("call_id"));
}

#[tokio::test]
async fn twins_that_race_leave_one_item() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let items = format!("/v1/conversations/{conversation}/items");
    let twin = |_| Some(json!({ "role": "user", "content": "once", "call_id": "call-1" }));

    let twins = repeated(&alice, Method::POST, &items, twin, 50);
    let others = repeated(&alice, Method::POST, &items, says, 50);
    let (twins, others) = tokio::join!(twins, others);

    assert_eq!(statuses(&twins), HashMap::from([(201, 1), (200, 49)]));
    assert_eq!(statuses(&others), HashMap::from([(201, 50)]));
    let texts: HashSet<&str> = twins.iter().map(Answer::text).collect();
    assert_eq!(texts.len(), 1, "{texts:?}");
    assert_eq!(item_count(&alice, &conversation).await, 51);
    rows::assert_consistent(&app.schema).await;
    let numbers = "select count(distinct sequence) from items";
    assert_eq!(app.schema.value(numbers).await, "51");

    // And the next one comes behind all of them.
    let next = id(&alice.say(&conversation, "next").await);
    let ids = rows::item_ids(&app.schema, &conversation).await;
    assert_eq!(ids.last(), Some(&next));
}

#[tokio::test]
async fn appends_that_race_are_each_stored_as_answered() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let mut targets = Vec::new();
    for _ in 0..3 {
        let conversation = alice.conversation(json!({})).await;
        let items = format!("/v1/conversations/{conversation}/items");
        targets.extend((0..30).map(|number| {
            let role = ["user", "assistant"][number % 2];
            let message = json!({ "role": role, "content": format!("message {number}") });
            (items.clone(), Some(message))
        }));
    }
    // So that those that arrive together are for many conversations, one of which is not there.
    targets.sort_by_key(|(_, message)| message.as_ref().unwrap().to_string());
    let nowhere = "/v1/conversations/conv_01ARZ3NDEKTSV4RRFFQ69G5FAV/items";
    targets.insert(7, (nowhere.to_owned(), says(0)));
    let answers = at_once(&alice, Method::POST, &targets).await;

    assert_eq!(statuses(&answers), HashMap::from([(201, 90), (404, 1)]));
    for ((items, sent), answer) in targets.iter().zip(&answers) {
        if answer.status != 201 {
            continue;
        }
        let (item, sent) = (answer.json(), sent.as_ref().unwrap());
        let path = format!("{items}/{}", id(&item));
        assert_eq!(alice.get(&path).await.expect(200), item);
        assert_eq!(
            (&item["role"], &item["content"]),
            (&sent["role"], &sent["content"])
        );
    }
    rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn a_call_id_stands_for_one_role_and_one_content() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let items = format!("/v1/conversations/{conversation}/items");
    let message = json!({ "role": "user", "content": "hello", "call_id": "call-1" });
    let first = alice.post(&items, message.clone()).await.expect(201);
    for different in [
        json!({ "role": "assistant", "content": "hello", "call_id": "call-1" }),
        json!({ "role": "user", "content": "hello!", "call_id": "call-1" }),
    ] {
        let refused = alice.post(&items, different).await;
        refused.refused("call_id_conflict", Some("call_id"));
        assert_eq!(refused.header("x-should-retry"), "false");
    }
    let again = alice.post(&items, message.clone()).await;
    assert_eq!(again.expect(200), first);

    // In another conversation the same call id is another message.
    let other = alice.conversation(json!({})).await;
    let elsewhere = format!("/v1/conversations/{other}/items");
    alice.post(&elsewhere, message.clone()).await.expect(201);
    assert_eq!(item_count(&alice, &conversation).await, 1);

    // And once the message is gone, its call id is free.
    let path = format!("{items}/{}", id(&first));
    alice.delete(&path).await.expect_nothing(204);
    let anew = alice.post(&items, message).await.expect(201);
    assert_ne!(id(&anew), id(&first));
}

#[tokio::test]
async fn a_twin_races_the_deletion_of_its_item() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let items = format!("/v1/conversations/{conversation}/items");
    let message = |_| Some(json!({ "role": "user", "content": "again", "call_id": "call-1" }));
    for _ in 0..30 {
        let there = alice.post(&items, message(0).unwrap()).await;
        let path = format!("{items}/{}", id(&there.json()));
        let (twins, deleted) = tokio::join!(
            repeated(&alice, Method::POST, &items, message, 6),
            alice.delete(&path)
        );
        only(&twins, &[200, 201]);
        only(&[deleted], &[204]);
    }
    rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn appends_race_the_deletion_of_their_conversation() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    for _ in 0..10 {
        let conversation = alice.conversation(json!({})).await;
        let items = format!("/v1/conversations/{conversation}/items");
        let path = format!("/v1/conversations/{conversation}");
        let twin = |_| Some(json!({ "role": "user", "content": "twin", "call_id": "call-1" }));
        let (appended, twins, deleted) = tokio::join!(
            repeated(&alice, Method::POST, &items, says, 12),
            repeated(&alice, Method::POST, &items, twin, 6),
            alice.delete(&path)
        );
        only(&appended, &[201, 404]);
        only(&twins, &[200, 201, 404]);
        deleted.expect_nothing(204);
        alice
            .get(&items)
            .await
            .refused("conversation_not_found", None);
    }
    rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn edits_that_race_are_all_kept() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let item = id(&alice.say(&conversation, "text 0").await);
    let path = format!("/v1/conversations/{conversation}/items/{item}");
    let text = |number| Some(json!({ "content": format!("text {}", number + 1) }));
    let edits = repeated(&alice, Method::PUT, &format!("{path}/edit"), text, 40).await;

    only(&edits, &[200]);
    let numbers: BTreeSet<u64> = edits
        .iter()
        .map(|edit| edit.json()["version"].as_u64().unwrap())
        .collect();
    assert_eq!(numbers, (2..=41).collect());

    let versions = alice
        .get(&format!("{path}/versions?limit=100"))
        .await
        .expect(200);
    let versions = versions["data"].as_array().unwrap();
    let kept: HashMap<u64, &Value> = versions
        .iter()
        .map(|version| (version["version"].as_u64().unwrap(), version))
        .collect();
    assert_eq!(kept.len(), 41);
    assert_eq!(kept[&1]["content"], "text 0");
    // Each answer said which version its text became, and there it is.
    for edit in &edits {
        let item = edit.json();
        let number = item["version"].as_u64().unwrap();
        assert_eq!(kept[&number]["content"], item["content"]);
        assert_eq!(kept[&number]["current"], number == 41);
    }
    rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn restorations_and_edits_race_the_deletion_of_the_item() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    alice.say(&conversation, "stays").await;
    for _ in 0..10 {
        let item = id(&alice.say(&conversation, "first").await);
        let path = format!("/v1/conversations/{conversation}/items/{item}");
        let edit = format!("{path}/edit");
        let restore = format!("{path}/versions/1/restore");
        let text = |number| Some(json!({ "content": format!("text {number}") }));
        alice
            .call_with(Method::PUT, &edit, &text(9).unwrap())
            .await
            .expect(200);
        let (edited, restored, deleted) = tokio::join!(
            repeated(&alice, Method::PUT, &edit, text, 6),
            repeated(&alice, Method::POST, &restore, |_| None, 6),
            alice.delete(&path)
        );
        only(&edited, &[200, 404]);
        only(&restored, &[200, 404]);
        deleted.expect_nothing(204);
        alice
            .get(&format!("{path}/versions"))
            .await
            .refused("item_not_found", None);
    }
    assert_eq!(item_count(&alice, &conversation).await, 1);
    rows::assert_consistent(&app.schema).await;
    assert_eq!(
        app.schema.value("select count(*) from item_versions").await,
        "0"
    );
}

#[tokio::test]
async fn an_item_is_deleted_once() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let mut paths = Vec::new();
    for number in 0..5 {
        let item = id(&alice.say(&conversation, &format!("message {number}")).await);
        paths.push(format!("/v1/conversations/{conversation}/items/{item}"));
    }
    let targets: Vec<_> = (0..40)
        .map(|number| (paths[number % 4].clone(), None))
        .collect();
    let answers = at_once(&alice, Method::DELETE, &targets).await;
    assert_eq!(statuses(&answers), HashMap::from([(204, 4), (404, 36)]));
    assert_eq!(item_count(&alice, &conversation).await, 1);
    rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn edits_race_the_deletion_of_their_conversation() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    for _ in 0..10 {
        let conversation = alice.conversation(json!({})).await;
        let item = id(&alice.say(&conversation, "first").await);
        let path = format!("/v1/conversations/{conversation}");
        let edit = format!("{path}/items/{item}/edit");
        let text = |number| Some(json!({ "content": format!("text {number}") }));
        let (edited, deleted) = tokio::join!(
            repeated(&alice, Method::PUT, &edit, text, 12),
            alice.delete(&path)
        );
        only(&edited, &[200, 404]);
        deleted.expect_nothing(204);
    }
    rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn a_conversation_is_deleted_once_by_requests_that_overlap() {
    let app = crossing().await;
    let alice = app.alice();
    let ids = rows::conversations(&app.schema, 100).await;
    rows::items_of_all(&app.schema, &ids, 3, "'message'").await;
    // Each request has its own two thirds of them, in an order of its own.
    let bodies = |number: usize| {
        let mut some: Vec<&String> = ids.iter().collect();
        some.rotate_left(number * 17 % 100);
        some.truncate(67);
        if number % 2 == 1 {
            some.reverse();
        }
        Some(json!({ "conversation_ids": some }))
    };
    let bulk = "/v1/conversations/bulk-delete";
    let singly: Vec<_> = ids
        .iter()
        .step_by(3)
        .map(|id| (format!("/v1/conversations/{id}"), None))
        .collect();
    let requests = async {
        tokio::join!(
            repeated(&alice, Method::POST, bulk, bodies, 12),
            at_once(&alice, Method::DELETE, &singly)
        )
    };
    let (answers, single) = collide(&app, &ids[50], 4, requests).await;
    only(&answers, &[200]);
    only(&single, &[204, 404]);
    let in_bulk: u64 = answers
        .iter()
        .map(|answer| {
            let answer = answer.json();
            let failed = answer["failed_ids"].as_array().unwrap().len() as u64;
            assert_eq!(answer["failed_count"], failed);
            assert_eq!(answer["deleted_count"].as_u64().unwrap() + failed, 67);
            67 - failed
        })
        .sum();
    let singly = single.iter().filter(|answer| answer.status == 204).count() as u64;
    assert_eq!(in_bulk + singly, 100);
    assert_eq!(
        app.schema
            .value("select count(*) from jobs where kind = 8")
            .await,
        "100"
    );
    rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn a_project_is_deleted_while_conversations_move_into_it() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let ids = rows::conversations(&app.schema, 12).await;
    for _ in 0..15 {
        let project = alice.project("Short-lived").await;
        let moves: Vec<_> = ids
            .iter()
            .map(|id| {
                let body = json!({ "project_id": project });
                (format!("/v1/conversations/{id}"), Some(body))
            })
            .collect();
        let created = |_| Some(json!({ "project_id": project }));
        let path = format!("/v1/projects/{project}");
        let (moved, created, deleted) = tokio::join!(
            at_once(&alice, Method::PATCH, &moves),
            repeated(&alice, Method::POST, "/v1/conversations", created, 4),
            alice.delete(&path)
        );
        only(&moved, &[200, 404]);
        only(&created, &[201, 404]);
        for refused in moved
            .iter()
            .chain(&created)
            .filter(|answer| answer.status == 404)
        {
            refused.refused("project_not_found", Some("project_id"));
        }
        deleted.expect_nothing(204);
        rows::assert_consistent(&app.schema).await;
    }
    let inside = "select count(*) from conversations where project_id is not null";
    assert_eq!(app.schema.value(inside).await, "0");
}

#[tokio::test]
async fn two_projects_are_deleted_while_conversations_move_between_them() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let ids = rows::conversations(&app.schema, 12).await;
    for _ in 0..25 {
        let projects = [alice.project("One").await, alice.project("Other").await];
        let moves = |turn: usize| -> Vec<_> {
            let each = ids.iter().enumerate();
            each.map(|(number, id)| {
                let body = json!({ "project_id": projects[(number + turn) % 2] });
                (format!("/v1/conversations/{id}"), Some(body))
            })
            .collect()
        };
        only(&at_once(&alice, Method::PATCH, &moves(0)).await, &[200]);
        let paths = projects
            .clone()
            .map(|id| (format!("/v1/projects/{id}"), None));
        let swap = moves(1);
        let (moved, deleted) = tokio::join!(
            at_once(&alice, Method::PATCH, &swap),
            at_once(&alice, Method::DELETE, &paths)
        );
        only(&moved, &[200, 404]);
        only(&deleted, &[204]);
        rows::assert_consistent(&app.schema).await;
    }
}

#[tokio::test]
async fn a_project_is_deleted_while_its_conversations_are() {
    let app = crossing().await;
    let alice = app.alice();
    for _ in 0..3 {
        let project = alice.project("Short-lived").await;
        let body = |_| Some(json!({ "project_id": project }));
        let created = repeated(&alice, Method::POST, "/v1/conversations", body, 40).await;
        let mut ids: Vec<String> = created.iter().map(|answer| id(&answer.json())).collect();
        ids.sort_unstable();
        // Rows that were changed lie elsewhere than in the order of their ids.
        for id in &ids[..30] {
            let path = format!("/v1/conversations/{id}");
            let body = json!({ "title": "x" });
            alice.patch(&path, body).await.expect(200);
        }
        // As autovacuum would: PostgreSQL's statistics of the table decide how it reads it.
        app.schema.rows("analyze conversations").await;
        let bulk = |_| Some(json!({ "conversation_ids": ids }));
        let path = format!("/v1/projects/{project}");
        let requests = async {
            tokio::join!(
                repeated(
                    &alice,
                    Method::POST,
                    "/v1/conversations/bulk-delete",
                    bulk,
                    3
                ),
                alice.delete(&path)
            )
        };
        let (bulk, deleted) = collide(&app, &ids[20], 4, requests).await;
        only(&bulk, &[200]);
        only(&[deleted], &[204]);
    }
    rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn appends_of_disconnected_clients_are_whole_or_absent_and_delay_no_others() {
    let app = crossing().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let items = format!("/v1/conversations/{conversation}/items");
    let ask = format!("POST {items}");
    let named = |name: &str| json!({ "role": "user", "content": name, "call_id": name });
    let healthy = async || app.anon().get("/healthz").await.expect(200);
    // The first goes by itself at once, as do those with a name; the others wait to go together.
    let holder = hold(&app, &conversation).await;
    let mut leaving = Vec::new();
    for body in [says(0), Some(named("named")), says(1), says(2)] {
        let body = body.unwrap().to_string();
        let connection = app.asked_by_alice(ask.as_bytes(), body.as_bytes()).await;
        leaving.push(connection);
        healthy().await;
    }
    stuck(&app, 2).await;
    for connection in leaving {
        connection.set_zero_linger().unwrap();
    }
    // The service has noticed it when it has answered a later client.
    healthy().await;
    let left = moment(&app).await;
    let staying = [
        (items.clone(), says(3)),
        (items.clone(), Some(named("stays"))),
    ];
    // The one with a name waits by itself; those that have left are called off meanwhile, or not yet.
    let release = async {
        stuck_since(&app, &left, 1).await;
        holder.batch_execute("rollback").await.unwrap();
    };
    let (answers, ()) = tokio::join!(at_once(&alice, Method::POST, &staying), release);
    only(&answers, &[201]);
    rows::assert_consistent(&app.schema).await;
    let stored = item_count(&alice, &conversation).await;
    assert!((2..=6).contains(&stored), "{stored}");
    // Whatever became of a message, its client may send it again.
    let again = alice.post(&items, named("named")).await;
    only(&[again], &[200, 201]);
}

#[tokio::test]
async fn an_edit_of_a_disconnected_client_delays_no_others() {
    let app = crossing().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let item = id(&alice.say(&conversation, "before").await);
    let items = format!("/v1/conversations/{conversation}/items");
    let edit = format!("PUT {items}/{item}/edit");
    // There are several connections, as there are in a service that has been busy.
    repeated(&alice, Method::GET, &items, |_| None, 32).await;
    let holder = hold(&app, &conversation).await;
    let connection = app.asked_by_alice(edit.as_bytes(), br#"{"content":"after"}"#);
    let connection = connection.await;
    stuck(&app, 1).await;
    connection.set_zero_linger().unwrap();
    drop(connection);
    // The service has noticed it when it has answered a later client.
    app.anon().get("/healthz").await.expect(200);
    let left = moment(&app).await;
    let message = json!({ "role": "user", "content": "later", "call_id": "later" });
    let release = async {
        stuck_since(&app, &left, 1).await;
        holder.batch_execute("rollback").await.unwrap();
    };
    let (answer, ()) = tokio::join!(alice.post(&items, message), release);
    answer.expect(201);
    rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn a_message_that_waits_for_a_link_is_refused_once_it_is_revoked() {
    let app = crossing().await;
    let (alice, bob) = (app.alice(), app.bob());
    let conversation = alice.conversation(json!({})).await;
    let share = alice
        .share(&conversation, json!({ "read_only": false }))
        .await;
    let holder = hold(&app, &conversation).await;
    let items = format!("/conversations/share/{share}/items");
    let write = bob.post(&items, json!({ "content": "late" }));
    let revoke = async {
        stuck(&app, 1).await;
        let revoked = alice.delete(&format!("/v1/shares/{share}")).await;
        revoked.expect_nothing(204);
        holder.batch_execute("rollback").await.unwrap();
    };
    let (written, ()) = tokio::join!(write, revoke);
    written.refused("share_ended", None);
    assert_eq!(item_count(&alice, &conversation).await, 0);
    rows::assert_consistent(&app.schema).await;
}
