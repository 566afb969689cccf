//! Much to read: all of it arrives, and the service's memory does not notice.

use crate::app::{Actor, TestApp};
use crate::db::Schema;
use crate::extent;
use crate::process::Process;
use crate::purge::until;
use crate::resources;
use crate::rows;
use crate::slow_reader::SlowReader;
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

const MEBIBYTE: u64 = 1 << 20;

/// The text of the message at `number` of [`full`]: two and a half kilobytes.
fn text(number: usize) -> String {
    format!("{number:05} {}", "0123456789abcdef".repeat(160))
}

/// A conversation that is as long as one can be: 26 megabytes.
async fn full(schema: &Schema, actor: &Actor) -> String {
    let conversation = actor.conversation(json!({})).await;
    let content = "lpad(n::text, 5, '0') || ' ' || repeat('0123456789abcdef', 160)";
    rows::items(schema, &conversation, 10_000, content).await;
    conversation
}

/// A request before the measurement, so that data that is made once does not count.
async fn warm_up(actor: &Actor) {
    let conversation = actor.conversation(json!({})).await;
    for number in 0..20 {
        actor.say(&conversation, &text(number)).await;
    }
    for way in ["", "/export", "/export?format=md"] {
        let path = format!("/v1/conversations/{conversation}{way}");
        assert_eq!(actor.get(&path).await.status, 200);
    }
}

/// What reading all of a full conversation must give, byte for byte. To read as many megabytes of JSON
/// takes long without an optimizer, so the text is made from that of one message.
async fn expected(schema: &Schema, actor: &Actor, conversation: &str, end: &str) -> String {
    let path = format!("/v1/conversations/{conversation}");
    let outline = actor.get(&format!("{path}?include_items=false")).await;
    assert_eq!(outline.json()["item_count"], 10_000);
    let ids = rows::item_ids(schema, conversation).await;
    let sample = actor.get(&format!("{path}/items/{}", ids[0])).await;
    assert_eq!(sample.json()["content"], text(1));
    let (begin, rest) = sample.text().split_once(&ids[0]).unwrap();
    let (middle, rest) = rest.split_once(&text(1)).unwrap();
    let rest = rest.strip_suffix('}').unwrap();
    let items = ids.iter().enumerate().map(|(index, id)| {
        let text = text(index + 1);
        [begin, id, middle, &text, rest, end].concat()
    });
    let items: Vec<String> = items.collect();
    let outline = outline.text().strip_suffix('}').unwrap();
    format!("{outline},\"items\":[{}]}}", items.join(","))
}

async fn read(process: &Process, path: &str) -> (Vec<u8>, bool) {
    let alice = process.alice();
    let reader = SlowReader::eager(&process.url, &alice, path).await;
    reader.into_answer().await
}

#[tokio::test]
async fn ten_thousand_messages_are_read_whole_and_in_order_in_flat_memory() {
    let schema = Schema::migrated().await;
    let process = Process::external(schema.url(), &[]).await;
    process.ready().await;
    let alice = process.alice();
    let conversation = full(&schema, &alice).await;
    warm_up(&alice).await;
    let before = resources::memory(&process);
    resources::forget_peak(&process);
    for (way, end) in [("", "}"), ("/export", ",\"earlier_versions\":[]}")] {
        let path = format!("/v1/conversations/{conversation}{way}");
        let (read, is_whole) = read(&process, &path).await;
        let expected = expected(&schema, &alice, &conversation, end).await;
        assert!(is_whole && expected.len() > 26_000_000);
        assert!(
            read == expected.as_bytes(),
            "{path} is {} bytes",
            read.len()
        );
    }
    let path = format!("/v1/conversations/{conversation}/export?format=md");
    let (markdown, is_whole) = read(&process, &path).await;
    let markdown = std::str::from_utf8(&markdown).unwrap();
    let texts = markdown.lines().filter(|line| line.len() > 2_500);
    assert!(is_whole && texts.eq((1..=10_000).map(text)));

    let more = resources::peak(&process).saturating_sub(before);
    println!(
        "memory grew by {} KiB from {} KiB",
        more / 1024,
        before / 1024
    );
    assert!(more < 16 * MEBIBYTE, "{more} bytes more");
}

/// Another owner writes and reads, while others read. Were connections held by those, this would
/// have to wait for one until it is refused.
async fn talk(actor: &Actor, conversation: &str, until: Instant) {
    let path = format!("/v1/conversations/{conversation}?include_items=false");
    let mut is_first = true;
    while std::mem::take(&mut is_first) || Instant::now() < until {
        actor.say(conversation, "hello").await;
        actor.get(&path).await.expect(200);
    }
}

/// So many clients that read at a kilobyte a second; all of them have begun.
async fn slow_readers(
    process: &Process,
    actor: &Actor,
    conversation: &str,
    tens: usize,
) -> Vec<SlowReader> {
    let paths = ["", "/export"].map(|way| format!("/v1/conversations/{conversation}{way}"));
    let mut readers = Vec::new();
    for _ in 0..tens {
        let ten = (0..10).map(|number| {
            let path = &paths[number % 2];
            SlowReader::get(&process.url, actor, path)
        });
        let mut ten = join_all(ten).await;
        join_all(ten.iter_mut().map(|reader| reader.some(1_024))).await;
        readers.append(&mut ten);
        // The kernel has taken its part, and the service waits for the readers.
        resources::idle(process).await;
    }
    readers
}

#[tokio::test]
async fn slow_readers_cost_little_and_do_not_slow_others_down() {
    // More than there are connections to the database; a hundred when there is time.
    let tens = extent::either(3, 10);
    let schema = Schema::migrated().await;
    let name = schema.value("select current_schema()").await;
    let url = format!("{}&application_name={name}", schema.url());
    let process = Process::external(&url, &[("DATABASE_POOL_SIZE", "16")]).await;
    process.ready().await;
    let alice = process.alice();
    let conversation = full(&schema, &alice).await;
    let small = alice.conversation(json!({})).await;
    warm_up(&alice).await;
    let before = resources::memory(&process);
    resources::forget_peak(&process);

    let mut readers = slow_readers(&process, &alice, &conversation, tens).await;
    // None of them holds a connection to the database while it waits.
    let busy = format!(
        "select count(*) from pg_stat_activity where application_name = '{name}' and state <> 'idle'"
    );
    until(&schema, &busy, 20, |count| count == 0).await;
    let end = Instant::now() + Duration::from_secs(2);
    let slow = readers
        .iter_mut()
        .map(|reader| reader.at_a_kilobyte_a_second(end));
    tokio::join!(join_all(slow), talk(&alice, &small, end));

    let more = resources::peak(&process).saturating_sub(before);
    println!(
        "{} slow readers; memory grew by {} KiB from {} KiB",
        readers.len(),
        more / 1024,
        before / 1024
    );
    // 64 MiB for a hundred; a few readers also have fixed costs.
    assert!(
        more < 64 * MEBIBYTE * (tens as u64 + 2) / 12,
        "{more} bytes more"
    );
}

#[tokio::test]
async fn a_message_may_have_a_million_characters() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    for character in ["x", "\u{1f468}"] {
        let most = character.repeat(1_000_000);
        let sent = alice.say(&conversation, &most).await;
        assert!(sent["content"] == most);
    }
    let whole = alice
        .get(&format!("/v1/conversations/{conversation}"))
        .await
        .expect(200);
    assert_eq!(whole["item_count"], 2);
    assert!(whole["items"][0]["content"] == "x".repeat(1_000_000));
    assert!(whole["items"][1]["content"] == "\u{1f468}".repeat(1_000_000));
}

/// The sizes of the pages of a list, read with a limit of 100.
async fn page_sizes(actor: &Actor, list: &str, field: &str) -> Vec<usize> {
    let mut sizes = Vec::new();
    let mut numbers = Vec::new();
    let mut after = String::new();
    loop {
        let answer = actor.get(&format!("{list}?limit=100{after}")).await;
        assert!(answer.body.len() < 5_000_000, "{}", answer.body.len());
        let page: Value = answer.expect(200);
        let data = page["data"].as_array().unwrap();
        sizes.push(data.len());
        numbers.extend(data.iter().map(|entry| entry[field].to_string()));
        assert_eq!(page["has_more"], !page["next_after"].is_null());
        let Some(next) = page["next_after"].as_str() else {
            let total = numbers.len();
            numbers.sort_unstable();
            numbers.dedup();
            assert_eq!(numbers.len(), total, "some came twice");
            return sizes;
        };
        after = format!("&after={next}");
    }
}

#[tokio::test]
async fn a_page_of_large_messages_ends_early_and_says_that_there_is_more() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let cases = [
        // Four of these are under four mebibytes, and of these but one.
        ("repeat('x', 1000000)", 6, vec![4, 2]),
        ("repeat('\u{1f468}', 1000000)", 2, vec![1; 2]),
        // Exactly four mebibytes, and one byte more.
        ("repeat('x', 262144)", 17, vec![16, 1]),
        ("repeat('x', 262144 + (n = 1)::int)", 16, vec![15, 1]),
    ];
    for (content, count, expected) in cases {
        let conversation = alice.conversation(json!({})).await;
        rows::items(&app.schema, &conversation, count, content).await;
        let list = format!("/v1/conversations/{conversation}/items");
        assert_eq!(page_sizes(&alice, &list, "id").await, expected, "{content}");
    }
}

#[tokio::test]
async fn a_page_of_large_versions_ends_early_and_says_that_there_is_more() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    rows::items(&app.schema, &conversation, 1, "repeat('x', 1000000)").await;
    let versions = "insert into item_versions
        select owner_id, conversation_id, created_at, sequence, v, null, repeat('x', 1000000)
        from items, generate_series(1, 5) v;
        update items set version = 6";
    app.schema.rows(versions).await;
    let item = rows::item_ids(&app.schema, &conversation).await.remove(0);
    let list = format!("/v1/conversations/{conversation}/items/{item}/versions");
    assert_eq!(page_sizes(&alice, &list, "version").await, [4, 2]);
}
