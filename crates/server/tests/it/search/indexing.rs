//! The index and what it must not change: what is found.

use super::list::found;
use crate::app::{Actor, TestApp, id};
use crate::extent;
use crate::purge::{Worker, until};
use crate::rows;
use domain::clock::Clock as _;
use domain::error::Error;
use domain::id::OwnerId;
use domain::jobs::{Job, JobKind, Portion};
use domain::search::{SearchStore as _, keys};
use infra::postgres::PgSearch;
use infra::storage::{DiskRoom, Reserve};
use reqwest::Method;
use serde_json::json;

const WAITING: &str = "select count(*) from jobs where kind = 10";

/// Leaves a job for each owner, as the service does for owners who write.
pub(super) async fn leave_jobs(app: &TestApp) {
    let leave = "insert into jobs (owner_id, kind, key, created_at, due_at)
        select distinct owner_id, 10, owner_id, 'epoch'::timestamptz, 'epoch'::timestamptz
        from conversations on conflict do nothing";
    app.schema.rows(leave).await;
}

/// Has everything indexed.
pub(crate) async fn index_all(app: &TestApp) {
    leave_jobs(app).await;
    let _worker = Worker::by(&app.schema, app.clock.clone());
    until(&app.schema, WAITING, 60, |jobs| jobs == 0).await;
}

const WORDS: [&str; 7] = [
    "apple",
    "Äpfel",
    "りんご",
    "苹果",
    "яблоко",
    "apple_pie",
    "appleTree",
];
const QUERIES: [&str; 18] = [
    "apple",
    "äpfel",
    "apfel",
    "りんご",
    "苹",
    "яблоко",
    "app*",
    "pie",
    "tree",
    "apple -pie",
    "apple apfel",
    "\"and apple\"",
    "\"äpfel and яблоко\"",
    "\"and tree\"",
    "\"pie then\"",
    "\"果 and app\"",
    "\"new apple tree\"",
    "now apple*",
];

#[tokio::test]
async fn what_is_found_does_not_depend_on_the_index_and_interrupted_work_changes_nothing() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let mut items = Vec::new();
    let mut conversations = Vec::new();
    for number in 0..6 {
        let title = WORDS[number % WORDS.len()];
        let conversation = alice.conversation(json!({ "title": title })).await;
        for place in 0..8 {
            let text = format!(
                "{} and {} {}",
                WORDS[(number + place) % 7],
                WORDS[(3 * place) % 7],
                "then ".repeat(number * 100)
            );
            items.push((
                conversation.clone(),
                id(&alice.say(&conversation, &text).await),
            ));
        }
        conversations.push(conversation);
    }
    let mut random = 7_u64;
    let mut next = |most: usize| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (random >> 33) as usize % most
    };
    for round in 0..extent::either(4, 14) {
        if round % 4 == 3 {
            // An instance of the version before was at work, too.
            app.schema.rows(BY_THE_VERSION_BEFORE).await;
        }
        // A worker dies somewhere in its work.
        leave_jobs(&app).await;
        let worker = Worker::by(&app.schema, app.clock.clone());
        let pause = next(20) as u64;
        tokio::time::sleep(std::time::Duration::from_millis(pause)).await;
        change(&alice, &mut items, &conversations, &WORDS, &mut next).await;
        drop(worker);
        let mut before = Vec::new();
        for query in QUERIES {
            before.push(found(&alice, query, "&limit=100").await);
        }
        // Without any index all texts are compared.
        app.schema.rows("update search_owners set maker = 99").await;
        app.schema
            .rows("update search_conversations set maker = 99")
            .await;
        for (query, before) in QUERIES.iter().zip(&before) {
            let plain = found(&alice, query, "&limit=100").await;
            assert_eq!(&plain, before, "{query}");
            let mut once = plain.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), plain.len(), "{query}");
        }
        if next(3) == 0 {
            index_all(&app).await;
        }
    }
    index_all(&app).await;
    rows::assert_consistent(&app.schema).await;
}

/// Some conversations are in the index of the version before, and no longer in that of this one.
const BY_THE_VERSION_BEFORE: &str = "update search_conversations s
    set maker = 5, indexed_sequence = c.last_sequence, indexed_revisions = c.revisions,
        indexed_renames = s.renames
    from conversations c
    where c.owner_id = s.owner_id and c.id = s.conversation_id and c.item_count % 2 = 0";

/// Edits, deletes, adds or renames something.
async fn change(
    alice: &Actor,
    items: &mut Vec<(String, String)>,
    conversations: &[String],
    words: &[&str],
    next: &mut impl FnMut(usize) -> usize,
) {
    let word = words[next(words.len())];
    let conversation = &conversations[next(conversations.len())];
    match next(4) {
        0 => {
            let (conversation, item) = items.swap_remove(next(items.len()));
            let path = format!("/v1/conversations/{conversation}/items/{item}");
            alice.delete(&path).await.expect_nothing(204);
        }
        1 => {
            let (conversation, item) = &items[next(items.len())];
            let path = format!("/v1/conversations/{conversation}/items/{item}/edit");
            let edit = json!({ "content": format!("now {word}") });
            alice.call_with(Method::PUT, &path, &edit).await.expect(200);
        }
        2 => {
            let path = format!("/v1/conversations/{conversation}");
            alice
                .patch(&path, json!({ "title": word }))
                .await
                .expect(200);
        }
        _ => {
            // Some are long, so that there are several blocks.
            let text = format!("new {word} {}", "and more ".repeat(next(2) * 300));
            let item = id(&alice.say(conversation, &text).await);
            items.push((conversation.clone(), item));
        }
    }
}

#[tokio::test]
async fn nothing_of_what_was_deleted_stays_in_the_index() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let kept = alice.conversation(json!({ "title": "kept" })).await;
    let item = id(&alice.say(&kept, "deleted alone").await);
    let gone = alice.conversation(json!({ "title": "gone" })).await;
    alice.say(&gone, "deleted with its conversation").await;
    index_all(&app).await;
    let rows = "select count(*) from search_blocks";
    assert_eq!(app.schema.value(rows).await, "4");
    let path = format!("/v1/conversations/{kept}/items/{item}");
    alice.delete(&path).await.expect_nothing(204);
    let words = "select count(*) from search_blocks where words is not null or marks is not null";
    assert_eq!(app.schema.value(words).await, "3");
    alice
        .delete(&format!("/v1/conversations/{gone}"))
        .await
        .expect_nothing(204);
    leave_jobs(&app).await;
    let _worker = Worker::by(&app.schema, app.clock.clone());
    until(&app.schema, rows, 60, |rows| rows == 1).await;
    let states = "select count(*) from search_conversations";
    until(&app.schema, states, 60, |states| states == 1).await;
}

/// The rows that have the key of a word.
async fn rows_with(app: &TestApp, word: &str) -> String {
    let owner = app
        .schema
        .value("select owner_id from conversations limit 1");
    let owner = u128::from_str_radix(&owner.await.replace('-', ""), 16).unwrap();
    let key = keys(OwnerId::new(owner.into()), [word]).remove(0);
    let rows = format!("select count(*) from search_blocks where words @> '{{{key}}}'");
    app.schema.value(&rows).await
}

#[tokio::test]
async fn a_block_of_messages_is_made_again_when_one_was_edited_or_deleted() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({ "title": "T" })).await;
    let mut items = Vec::new();
    for word in ["first", "second", "third", "fourth"] {
        items.push(id(&alice.say(&conversation, word).await));
    }
    index_all(&app).await;
    let path = |item: &str| format!("/v1/conversations/{conversation}/items/{item}");
    let edit = json!({ "content": "fifth" });
    let edited = format!("{}/edit", path(&items[1]));
    alice
        .call_with(Method::PUT, &edited, &edit)
        .await
        .expect(200);
    alice.delete(&path(&items[2])).await.expect_nothing(204);
    for is_indexed in [false, true] {
        if is_indexed {
            index_all(&app).await;
        }
        for (word, found_in) in [("first", 0), ("fourth", 3), ("fifth", 1)] {
            assert_eq!(found(&alice, word, "").await, [items[found_in].as_str()]);
        }
        for word in ["second", "third"] {
            assert!(found(&alice, word, "").await.is_empty(), "{word}");
        }
    }
    for (word, rows) in [
        ("first", "1"),
        ("second", "0"),
        ("third", "0"),
        ("fifth", "1"),
    ] {
        assert_eq!(rows_with(&app, word).await, rows, "{word}");
    }
}

#[tokio::test]
async fn what_the_version_before_indexed_is_taken_over() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({ "title": "taken" })).await;
    let item = id(&alice.say(&conversation, "taken over").await);
    let before = "insert into search_words (owner_id, id, conversation_id, sequence, words)
        select owner_id, id, conversation_id, sequence, '{1,2}'::int[] from items
        union all select owner_id, id, id, 0, '{3}'::int[] from conversations;
        insert into search_conversations (owner_id, conversation_id, indexed_sequence, maker)
        select owner_id, id, last_sequence, 2 from conversations;
        insert into search_owners (owner_id, indexed_through, maker)
        select owner_id, now() + interval '1 day', 2 from conversations";
    app.schema.rows(before).await;
    assert_eq!(found(&alice, "over", "").await, [item.as_str()]);
    index_all(&app).await;
    assert_eq!(found(&alice, "over", "").await, [item.as_str()]);
    let old = "select count(*) from search_words";
    assert_eq!(app.schema.value(old).await, "0");
    let new = "select count(*) from search_blocks";
    assert_eq!(app.schema.value(new).await, "2");
    // An instance of the version before deletes what it knows of a conversation.
    app.schema.rows("delete from search_conversations").await;
    assert_eq!(app.schema.value(new).await, "0");
    assert_eq!(found(&alice, "over", "").await, [item]);
}

#[tokio::test]
async fn a_conversation_of_ten_thousand_messages_is_searched_to_its_end() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({ "title": "long" })).await;
    let first = id(&alice.say(&conversation, "common needle").await);
    let more = "insert into items (owner_id, conversation_id, id, created_at, updated_at, sequence,
            role, content)
        select owner_id, conversation_id,
            encode(substring(uuid_send(id) for 12) || int4send(n), 'hex')::uuid, created_at,
            created_at, n, 2, 'common word ' || case when n % 1000 = 0 then 'rare' || n else '' end
        from items, generate_series(2, 10000) n;
        update conversations set last_sequence = 10000, item_count = 10000";
    app.schema.rows(more).await;
    for is_indexed in [false, true] {
        if is_indexed {
            index_all(&app).await;
        }
        let only = format!("&conversation_id={conversation}");
        for filter in ["", only.as_str()] {
            assert_eq!(found(&alice, "needle", filter).await, [first.as_str()]);
            assert_eq!(found(&alice, "rare5000", filter).await.len(), 1);
            assert_eq!(
                found(&alice, "rare*", &format!("{filter}&limit=100"))
                    .await
                    .len(),
                10
            );
            let common = found(&alice, "common", &format!("{filter}&limit=100")).await;
            assert_eq!(common.len(), 100);
        }
    }
    let blocks = "select count(*) from search_blocks";
    assert_eq!(app.schema.value(blocks).await, "626");
}

#[tokio::test]
async fn texts_of_owners_that_never_searched_are_indexed_too() {
    let app = TestApp::spawn().await;
    for actor in [app.alice(), app.bob()] {
        let conversation = actor.conversation(json!({ "title": "from before" })).await;
        actor.say(&conversation, "and not searched").await;
    }
    let _worker = Worker::by(&app.schema, app.clock.clone());
    let rows = "select count(*) from search_blocks";
    until(&app.schema, rows, 60, |rows| rows == 4).await;
    until(&app.schema, WAITING, 60, |jobs| jobs == 0).await;
    let owners = "select count(*) from search_owners where maker = 6";
    until(&app.schema, owners, 60, |owners| owners == 2).await;
}

#[tokio::test]
async fn a_full_disk_is_not_filled_by_the_index() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({ "title": "T" })).await;
    let item = id(&alice.say(&conversation, "found without the index").await);
    leave_jobs(&app).await;
    let owner = app
        .schema
        .value("select owner_id from jobs where kind = 10");
    let owner = u128::from_str_radix(&owner.await.replace('-', ""), 16).unwrap();
    let job = Job {
        owner: OwnerId::new(owner.into()),
        kind: JobKind::Search,
        key: owner.into(),
        conversation: None,
        created_at: app.clock.now(),
        attempts: 0,
    };
    let storage = DiskRoom::with_reserve(Reserve::Bytes(u64::MAX));
    storage.open(&std::env::temp_dir()).unwrap();
    let database = app.schema.patient_database(1).reporting_to(storage);
    let index = PgSearch(database);
    let step = index.index(&job, Portion::MOST, app.clock.now());
    assert!(matches!(step.await, Err(Error::StorageFull { .. })));
    assert_eq!(
        app.schema.value("select count(*) from search_blocks").await,
        "0"
    );
    assert_eq!(found(&alice, "without", "").await, [item]);
}
