//! Very many messages that are not in the index: what a request reads is bounded, and all is found.

use super::list::place;
use crate::app::{Actor, TestApp};
use crate::reads::{named, rows_read};
use crate::rows::{ALICE, conversations, items};
use serde_json::Value;

/// What is found, page by page, in how many pages.
async fn pages(alice: &Actor, query: &str) -> (Vec<String>, usize) {
    let (mut all, mut after) = (Vec::new(), String::new());
    for count in 1.. {
        let path = format!("/v1/search?limit=100&q={query}{after}");
        let page = alice.get(&path).await.expect(200);
        assert_eq!(page["indexed_through"], Value::Null);
        all.extend(page["data"].as_array().unwrap().iter().map(place));
        match page["next_after"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return (all, count),
        }
    }
    unreachable!()
}

async fn app() -> TestApp {
    let schema = named().await;
    let database = schema.patient_database(2);
    TestApp::serve(schema, database, |_| {})
}

#[tokio::test]
async fn a_request_for_ten_thousand_long_messages_compares_a_part_and_says_where_to_go_on() {
    let app = app().await;
    let alice = app.alice();
    let conversation = conversations(&app.schema, 1).await.remove(0);
    let text = "case n when 5 then 'needle ' else '' end || repeat('a filler ', 480)";
    items(&app.schema, &conversation, 10_000, text).await;
    let before = rows_read(&app.schema, "items").await;
    let page = alice.get("/v1/search?q=filler").await.expect(200);
    assert_eq!(page["data"].as_array().unwrap().len(), 20);
    let page = alice.get("/v1/search?q=needle").await.expect(200);
    assert_eq!(
        (&page["data"], &page["has_more"]),
        (&Value::Array(Vec::new()), &true.into())
    );
    // The ids of all, twice, and the texts of a page, and of eight mebibytes, in several statements.
    let read = rows_read(&app.schema, "items").await - before;
    assert!((20_000..30_000).contains(&read), "{read}");
    let (found, count) = pages(&alice, "needle").await;
    assert_eq!(found.len(), 1);
    assert!((5..=7).contains(&count), "{count}");
    let (ranked, _) = pages(&alice, "needle&sort=relevance").await;
    assert_eq!(ranked, found);
}

#[tokio::test]
async fn only_the_conversations_of_the_newest_messages_are_read() {
    let app = app().await;
    let alice = app.alice();
    // An hour apart; some were active long after they began.
    let fill = format!(
        "insert into conversations (owner_id, id, created_at, updated_at, item_count, last_sequence)
        select '{ALICE:032x}', (lpad(to_hex(ms), 12, '0') || lpad(to_hex(n), 12, '0') || '00000000')::uuid,
            to_timestamp(ms / 1000), to_timestamp(ms / 1000) + case n % 7 when 0 then '50 hours' else '1 minute' end::interval,
            100, 100
        from generate_series(1, 80) n cross join lateral (select 1766000000000 + n * 3600000 as ms) t;
        insert into items (owner_id, conversation_id, id, created_at, updated_at, sequence, role, content)
        select owner_id, id, encode(substring(uuid_send(id) for 12) || int4send(n), 'hex')::uuid,
            created_at, created_at, n, 2, 'common' || case when n % 20 = 0 then ' rare' else '' end
        from conversations, generate_series(1, 100) n;
        analyze conversations, items"
    );
    app.schema.rows(&fill).await;
    let before = rows_read(&app.schema, "items").await;
    let page = alice.get("/v1/search?q=common").await.expect(200);
    assert_eq!(page["data"].as_array().unwrap().len(), 20);
    let read = rows_read(&app.schema, "items").await - before;
    assert!((2_000..2_600).contains(&read), "{read}");
    let (found, _) = pages(&alice, "rare").await;
    let mut expected = found.clone();
    expected.sort_unstable_by(|one, other| other.cmp(one));
    expected.dedup();
    assert_eq!((found.len(), &found), (400, &expected));
}
