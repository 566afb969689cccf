//! Paging stays exact whatever happens meanwhile.

use crate::app::{Actor, TestApp, id};
use crate::rows;
use chrono::TimeDelta;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};

/// Reads a list page by page; `between` happens after each page, and is told its ids.
async fn read(actor: &Actor, list: &str, mut between: impl AsyncFnMut(&[String])) -> Vec<String> {
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let page = actor.get(&format!("{list}{after}")).await.expect(200);
        let data = page["data"].as_array().unwrap();
        let ids: Vec<String> = data.iter().map(id).collect();
        between(&ids).await;
        let is_last = page["has_more"] == false;
        assert_eq!(is_last, page["next_after"].is_null(), "{page}");
        assert!(
            is_last || !ids.is_empty(),
            "a page of nothing promises more"
        );
        seen.extend(ids);
        match page["next_after"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return seen,
        }
    }
}

fn assert_each_once(seen: &[String], lived_throughout: &[String]) {
    let mut times: HashMap<&String, usize> = HashMap::new();
    for id in seen {
        *times.entry(id).or_default() += 1;
    }
    for id in lived_throughout {
        assert_eq!(times.get(id), Some(&1), "{id} of {}", seen.len());
    }
}

/// Renames, moves, fills and deletes the given objects, and creates others.
async fn disturb(actor: &Actor, renamed: &[String], moved: &[String], deleted: &[String]) {
    let project = actor.project("Elsewhere").await;
    let rename = async {
        for (number, id) in renamed.iter().enumerate() {
            let body = json!({ "title": format!("Renamed {number}") });
            let path = format!("/v1/conversations/{id}");
            actor.patch(&path, body).await.expect(200);
        }
    };
    let shift = async {
        for id in moved {
            let path = format!("/v1/conversations/{id}");
            let body = json!({ "project_id": project });
            actor.patch(&path, body).await.expect(200);
            actor.say(id, "active").await;
        }
    };
    let delete = async {
        for id in deleted {
            let path = format!("/v1/conversations/{id}");
            actor.delete(&path).await.expect_nothing(204);
        }
    };
    let create = async {
        for _ in deleted {
            actor.conversation(json!({})).await;
        }
    };
    tokio::join!(rename, shift, delete, create);
}

async fn one_reader_among_writers(order: &str) {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let ids = rows::conversations(&app.schema, 500).await;
    let every = |offset: usize| ids.iter().skip(offset).step_by(10).cloned().collect();
    let (renamed, moved, deleted): (Vec<_>, Vec<_>, Vec<_>) = (every(1), every(4), every(7));
    let list = format!("/v1/conversations?limit=7&order={order}");
    let mut pages = 0;
    let reading = read(&alice, &list, async |_| pages += 1);
    let writing = disturb(&alice, &renamed, &moved, &deleted);
    let (seen, ()) = tokio::join!(reading, writing);

    assert!(pages >= 450 / 7, "{pages} pages");
    let deleted: HashSet<_> = deleted.into_iter().collect();
    let lived: Vec<_> = ids.into_iter().filter(|id| !deleted.contains(id)).collect();
    assert_each_once(&seen, &lived);
    let in_order: Vec<_> = seen.iter().filter(|id| lived.contains(id)).collect();
    let expected: Vec<_> = match order {
        "asc" => lived.iter().collect(),
        _ => lived.iter().rev().collect(),
    };
    assert_eq!(in_order, expected);
}

#[tokio::test]
async fn a_reader_among_writers_sees_each_conversation_once_newest_first() {
    one_reader_among_writers("desc").await;
}

#[tokio::test]
async fn a_reader_among_writers_sees_each_conversation_once_oldest_first() {
    one_reader_among_writers("asc").await;
}

#[tokio::test]
async fn paging_goes_on_where_the_last_conversation_of_the_page_is_deleted() {
    for order in ["asc", "desc"] {
        let app = TestApp::spawn().await;
        let alice = app.alice();
        let ids = rows::conversations(&app.schema, 60).await;
        let mut deleted = HashSet::new();
        let list = format!("/v1/conversations?limit=7&order={order}");
        let seen = read(&alice, &list, async |page: &[String]| {
            let last = page.last().unwrap();
            let path = format!("/v1/conversations/{last}");
            alice.delete(&path).await.expect_nothing(204);
            deleted.insert(last.clone());
        });
        let seen = seen.await;
        assert_each_once(&seen, &ids);
        assert_eq!((seen.len(), deleted.len()), (60, 9), "{order}");
    }
}

/// Appends, edits and deletes while a reader pages, and deletes the very item its cursor names.
async fn one_reader_of_items_among_writers(order: &str) {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    rows::items(&app.schema, &conversation, 500, "'message ' || n").await;
    let ids = rows::item_ids(&app.schema, &conversation).await;
    let items = format!("/v1/conversations/{conversation}/items");
    let every = |offset: usize| ids.iter().skip(offset).step_by(10).cloned();
    let (edited, deleted): (Vec<_>, Vec<_>) = (every(1).collect(), every(6).collect());

    let mut pages = 0;
    let mut cursors = HashSet::new();
    let list = format!("{items}?limit=7&order={order}");
    let reading = read(&alice, &list, async |page: &[String]| {
        pages += 1;
        if pages % 3 == 0 {
            // It may be among those that somebody else deletes.
            let last = page.last().unwrap();
            alice.delete(&format!("{items}/{last}")).await;
            cursors.insert(last.clone());
        }
    });
    let writing = async {
        for (edited, deleted) in edited.iter().zip(&deleted) {
            let edit = format!("{items}/{edited}/edit");
            let body = json!({ "content": "edited" });
            alice.call_with(Method::PUT, &edit, &body).await;
            alice.delete(&format!("{items}/{deleted}")).await;
            alice.say(&conversation, "one more").await;
        }
    };
    let (seen, ()) = tokio::join!(reading, writing);

    let deleted: HashSet<_> = deleted.into_iter().collect();
    let lives = |id: &&String| !deleted.contains(*id) && !cursors.contains(*id);
    let lived: Vec<String> = ids.iter().filter(lives).cloned().collect();
    assert!(lived.len() > 350 && cursors.len() > 15, "{}", cursors.len());
    assert_each_once(&seen, &lived);
    let in_order: Vec<_> = seen.iter().filter(|id| lived.contains(id)).collect();
    let expected: Vec<_> = match order {
        "asc" => lived.iter().collect(),
        _ => lived.iter().rev().collect(),
    };
    assert_eq!(in_order, expected);
    rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn a_reader_among_writers_sees_each_item_once_oldest_first() {
    one_reader_of_items_among_writers("asc").await;
}

#[tokio::test]
async fn a_reader_among_writers_sees_each_item_once_newest_first() {
    one_reader_of_items_among_writers("desc").await;
}

#[tokio::test]
async fn by_activity_every_idle_conversation_is_listed() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let ids = rows::conversations(&app.schema, 300).await;
    // Many at the very same time, so that the time alone is not enough of a cursor.
    let same = "update conversations set updated_at = date_trunc('second', updated_at)";
    app.schema.rows(same).await;
    let (mut idle, mut active) = (Vec::new(), Vec::new());
    for (number, id) in ids.into_iter().enumerate() {
        if number % 5 == 2 {
            active.push(id);
        } else {
            idle.push(id);
        }
    }
    for order in ["desc", "asc"] {
        let list = format!("/v1/conversations?limit=7&sort=updated&order={order}");
        let reading = read(&alice, &list, async |_| {});
        let writing = async {
            for id in &active {
                app.clock.advance(TimeDelta::milliseconds(1));
                alice.say(id, "active again").await;
            }
        };
        let (seen, ()) = tokio::join!(reading, writing);
        assert_each_once(&seen, &idle);
    }
}

#[tokio::test]
async fn by_activity_the_cursor_needs_no_conversation_to_exist() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let ids = rows::conversations(&app.schema, 30).await;
    let list = "/v1/conversations?limit=4&sort=updated";
    let seen = read(&alice, list, async |page: &[String]| {
        let path = format!("/v1/conversations/{}", page.last().unwrap());
        alice.delete(&path).await.expect_nothing(204);
    });
    assert_each_once(&seen.await, &ids);
}

#[tokio::test]
async fn by_activity_the_latest_comes_first() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let mut ids = rows::conversations(&app.schema, 3).await;
    app.clock.advance(TimeDelta::seconds(1));
    alice.say(&ids[0], "the oldest speaks").await;
    let seen = read(&alice, "/v1/conversations?sort=updated", async |_| {}).await;
    ids.swap(1, 2);
    assert_eq!(seen, ids);
}

#[tokio::test]
async fn archived_conversations_leave_no_gap_in_a_list() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let ids = rows::conversations(&app.schema, 90).await;
    let project = alice.project("P").await;
    let bulk = "/v1/conversations/bulk";
    let moved = json!({ "conversation_ids": ids, "action": "move", "project_id": project });
    alice.post(bulk, moved).await.expect(200);
    // Rows of them that are longer than a page, and single ones.
    let is_archived = |number: usize| {
        number < 12 || (30..55).contains(&number) || number.is_multiple_of(4) || number > 78
    };
    let (archived, in_use): (Vec<_>, Vec<_>) = ids
        .iter()
        .cloned()
        .enumerate()
        .partition(|(number, _)| is_archived(*number));
    let without_numbers =
        |of: Vec<(usize, String)>| -> Vec<String> { of.into_iter().map(|(_, id)| id).collect() };
    let (archived, in_use) = (without_numbers(archived), without_numbers(in_use));
    let away = json!({ "conversation_ids": archived, "action": "archive" });
    alice.post(bulk, away).await.expect(200);
    for sort in ["created", "updated"] {
        for filter in ["", &format!("&project_id={project}")] {
            for limit in [1, 3, 20] {
                let list = format!("/v1/conversations?order=asc&sort={sort}&limit={limit}{filter}");
                assert_eq!(read(&alice, &list, async |_| {}).await, in_use, "{list}");
                let list = list.replace("asc", "desc");
                let mut seen = read(&alice, &list, async |_| {}).await;
                seen.reverse();
                assert_eq!(seen, in_use, "{list}");
            }
        }
    }
}

#[tokio::test]
async fn an_item_id_carries_its_place_also_when_the_item_is_gone() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let other = alice.conversation(json!({})).await;
    let mut ids = Vec::new();
    for text in ["one", "two", "three"] {
        ids.push(id(&alice.say(&conversation, text).await));
    }
    let elsewhere = id(&alice.say(&other, "elsewhere").await);
    let items = format!("/v1/conversations/{conversation}/items");
    let texts = |page: Value| {
        let data = page["data"].as_array().unwrap().clone();
        let texts = data.iter().map(|item| item["content"].clone());
        Value::Array(texts.collect())
    };

    let after = format!("{items}?after={}", ids[1]);
    let page = alice.get(&after).await.expect(200);
    assert_eq!(texts(page), json!(["three"]));
    let before = format!("{items}?order=desc&after={}", ids[1]);
    let page = alice.get(&before).await.expect(200);
    assert_eq!(texts(page), json!(["one"]));

    let gone = format!("{items}/{}", ids[1]);
    alice.delete(&gone).await.expect_nothing(204);
    let page = alice.get(&after).await.expect(200);
    assert_eq!(texts(page), json!(["three"]));
    let page = alice.get(&before).await.expect(200);
    assert_eq!(texts(page), json!(["one"]));
    // A position is a number, and shows the entries behind it here.
    let foreign = format!("{items}?after={elsewhere}");
    let page = alice.get(&foreign).await.expect(200);
    assert_eq!(texts(page), json!(["three"]));
}

#[tokio::test]
async fn a_cursor_of_another_list_is_refused() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let item = id(&alice.say(&conversation, "hello").await);
    let items = format!("/v1/conversations/{conversation}/items");
    let lists = [
        ("/v1/conversations?", "seq_1"),
        ("/v1/conversations?", "conv_"),
        (
            "/v1/conversations?sort=updated&",
            "conv_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        ),
        (
            "/v1/conversations?sort=updated&",
            "zz.01ARZ3NDEKTSV4RRFFQ69G5FAV",
        ),
        (
            "/v1/conversations?sort=updated&",
            "ffffffffffffffff.01ARZ3NDEKTSV4RRFFQ69G5FAV",
        ),
        (&format!("{items}?"), "seq_-1"),
        (&format!("{items}?"), "seq_4294967296"),
        (&format!("{items}?"), "1"),
        (&format!("{items}/{item}/versions?"), "seq_1"),
    ];
    let answers = lists.map(|(list, after)| {
        let path = format!("{list}after={after}");
        let alice = alice.clone();
        async move { (alice.get(&path).await, path) }
    });
    for (answer, path) in join_all(answers).await {
        assert_eq!(answer.status, 400, "{path}: {}", answer.text());
        answer.refused("invalid_cursor", Some("after"));
    }
}
