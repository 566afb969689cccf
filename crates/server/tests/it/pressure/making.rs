//! Answers that are being made: their memory is taken before their data is read.

use super::held;
use crate::app::TestApp;
use crate::extent;
use crate::rows;
use crate::slow_reader::SlowReader;
use api::connection::ClientTimeouts;
use api::memory::Memory;
use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::sleep;
use tokio_postgres::{Client, NoTls};

const MIB: u64 = 1024 * 1024;

/// The bytes of a large message, and its text in SQL.
const LARGE: usize = 960_000;
const CONTENT: &str = "repeat('0123456789abcdef', 60000)";

/// A service, and every way to read a conversation of alice's with large messages.
struct Scene {
    app: TestApp,
    memory: Memory,
    /// The addresses, and the fewest bytes of an answer that is whole.
    ways: Vec<(String, usize)>,
}

impl Scene {
    /// With so much memory in all, a quarter of it for one caller.
    async fn new(bytes: u64, messages: u32, patience: ClientTimeouts) -> Self {
        let memory = Memory::new(bytes);
        let app = TestApp::spawn_with(|parts| {
            parts.memory = memory.clone();
            parts.terms.patience = patience;
        });
        let app = app.await;
        let alice = app.alice();
        let conversation = alice.conversation(json!({})).await;
        rows::items(&app.schema, &conversation, messages, CONTENT).await;
        let share = alice.share(&conversation, json!({})).await;
        let (page, all) = (messages.min(4) as usize * LARGE, messages as usize * LARGE);
        let of = |way: &str| format!("/v1/conversations/{conversation}{way}");
        let link = |way: &str| format!("/conversations/share/{share}{way}");
        let ways = vec![
            (of("/items?limit=100"), page),
            (of(""), all),
            (of("/export"), all),
            (of("/export?format=md"), all),
            (format!("/jan{}", of("/items?limit=100")), page),
            (format!("/jan/v1/public/shares/{share}"), page),
            (link(""), page),
            (link("?format=md"), page),
            (link("?format=html"), LARGE),
        ];
        Self { app, memory, ways }
    }
}

/// A transaction that keeps all others from reading messages.
async fn locked(app: &TestApp) -> Client {
    let (client, connection) = tokio_postgres::connect(app.schema.url(), NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    let lock = "begin; lock table items in access exclusive mode";
    client.batch_execute(lock).await.unwrap();
    client
}

#[tokio::test]
async fn an_answer_takes_its_memory_before_it_is_read_and_holds_no_more_than_its_size() {
    let scene = Scene::new(256 * MIB, 4, ClientTimeouts::USUAL).await;
    let (app, memory) = (&scene.app, &scene.memory);
    for (path, whole) in &scene.ways {
        println!("{path}");
        let lock = locked(app).await;
        let mut reader = SlowReader::get(&app.url(""), &app.alice(), path).await;
        held(memory, |held| held >= 3 * MIB).await;
        lock.batch_execute("rollback").await.unwrap();
        reader.some(1_000).await;
        held(memory, |held| held < 5 * MIB).await;
        assert!(reader.drained().await >= *whole, "{path}");
        held(memory, |held| held == 0).await;
    }
}

/// The most memory that is held while this is kept.
struct Watched {
    most: Arc<AtomicU64>,
    is_over: Arc<AtomicBool>,
}

impl Watched {
    fn begin(memory: &Memory) -> Self {
        let (most, is_over) = (Arc::<AtomicU64>::default(), Arc::<AtomicBool>::default());
        let (memory, seen, ends) = (memory.clone(), Arc::clone(&most), Arc::clone(&is_over));
        tokio::spawn(async move {
            while !ends.load(Ordering::Relaxed) {
                seen.fetch_max(memory.held(), Ordering::Relaxed);
                sleep(Duration::from_millis(1)).await;
            }
        });
        Self { most, is_over }
    }

    fn most(&self) -> u64 {
        self.is_over.store(true, Ordering::Relaxed);
        self.most.load(Ordering::Relaxed)
    }
}

/// The memory lets one answer be made at a time. That many readers have to wait their turn harms none
/// of them, however long the answers before theirs take.
#[tokio::test]
async fn many_large_reads_are_all_answered_within_the_share_of_one() {
    let scene = Scene::new(64 * MIB, 6, ClientTimeouts::USUAL).await;
    let (app, memory) = (&scene.app, &scene.memory);
    let watched = Watched::begin(memory);
    let each = extent::either(1, 3);
    let readers = scene
        .ways
        .iter()
        .flat_map(|way| std::iter::repeat_n(way, each));
    let answers = readers.map(async |(path, whole)| {
        let answer = app.alice().get(path).await;
        let start = String::from_utf8_lossy(&answer.body[..answer.body.len().min(200)]);
        assert_eq!(answer.status, 200, "{path}: {start}");
        assert!(answer.body.len() >= *whole, "{path}: {}", answer.body.len());
    });
    join_all(answers).await;
    // Alice's, and that of the visitors of her link.
    assert!(watched.most() <= 32 * MIB, "{} were held", watched.most());
    held(memory, |held| held == 0).await;
}

/// Silent readers are ended, and the reads that wait behind them are answered.
#[tokio::test]
async fn reads_behind_silent_readers_are_answered_when_those_are_ended() {
    // Several services at once, since this waits more than it computes. One reads pages, a whole conversation and
    // its export; those of the other faces are made alike.
    let services = extent::either(1, 3);
    join_all((0..services).map(|n| reads_behind_silent_readers(3 * n..3 * n + 3))).await;
}

async fn reads_behind_silent_readers(ways: Range<usize>) {
    let patience = ClientTimeouts {
        answer: Duration::from_millis(1_500),
        ..ClientTimeouts::USUAL
    };
    let scene = Scene::new(64 * MIB, 6, patience).await;
    let (app, memory) = (&scene.app, &scene.memory);
    for (path, whole) in &scene.ways[ways] {
        println!("{path}");
        let mut silent = Vec::new();
        for _ in 0..3 {
            silent.push(SlowReader::get(&app.url(""), &app.alice(), path).await);
        }
        held(memory, |held| held > LARGE as u64).await;
        let readers = (0..3).map(async |_| {
            let answer = app.alice().get(path).await;
            assert_eq!(answer.status, 200, "{path}");
            assert!(answer.body.len() >= *whole, "{path}: {}", answer.body.len());
        });
        join_all(readers).await;
        held(memory, |held| held == 0).await;
    }
}

#[tokio::test]
async fn a_page_that_grows_when_it_is_written_is_counted_as_it_is() {
    let memory = Memory::new(256 * MIB);
    let app = TestApp::spawn_with(|parts| parts.memory = memory.clone()).await;
    let conversation = app.alice().conversation(json!({})).await;
    // Each character becomes six, such as `\u0001`.
    rows::items(&app.schema, &conversation, 4, "repeat(chr(1), 1000000)").await;
    let path = format!("/v1/conversations/{conversation}/items");
    let readers = (0..3).map(async |_| {
        let mut reader = SlowReader::get(&app.url(""), &app.alice(), &path).await;
        reader.some(100).await;
        reader
    });
    // Two of them have room: the third would hold more than a quarter.
    let mut refused = 0;
    let readers = join_all(readers).await;
    held(&memory, |held| held >= 44 * MIB).await;
    assert!(memory.held() <= 64 * MIB, "{} are held", memory.held());
    for reader in readers {
        let head = String::from_utf8_lossy(&reader.read).into_owned();
        refused += usize::from(head.starts_with("HTTP/1.1 503"));
        let length = reader.drained().await;
        assert!(head.starts_with("HTTP/1.1 503") || length > 24_000_000);
    }
    assert_eq!(refused, 1);
    held(&memory, |held| held == 0).await;
}

/// Guests of one address have one quarter together, and each of them gets an answer in turn.
#[tokio::test]
async fn owners_of_one_address_read_in_turn_within_one_share() {
    let memory = Memory::new(64 * MIB);
    let app = TestApp::spawn_with(|parts| {
        parts.memory = memory.clone();
        parts.proxies = api::client_address::TrustedProxies(vec!["127.0.0.0/8".parse().unwrap()]);
    });
    let app = app.await;
    let mut owners = Vec::new();
    for owner in 1..=6 {
        let owner = app.bearing(Some(app.token(owner, TimeDelta::hours(1))));
        let conversation = owner.conversation(json!({})).await;
        rows::items(&app.schema, &conversation, 4, CONTENT).await;
        owners.push((owner, format!("/v1/conversations/{conversation}/items")));
    }
    let watched = Watched::begin(&memory);
    let answers = owners.iter().map(async |(owner, path)| {
        let from = [(
            "x-forwarded-for".parse().unwrap(),
            "203.0.113.7".parse().unwrap(),
        )];
        let answer = owner.get_with(path, from.into_iter().collect()).await;
        assert_eq!(answer.status, 200);
    });
    join_all(answers).await;
    assert!(watched.most() <= 16 * MIB, "{} were held", watched.most());
    held(&memory, |held| held == 0).await;
}
