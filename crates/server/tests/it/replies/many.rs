//! Many replies at once.

use super::{path, said};
use crate::db::Schema;
use crate::events::events;
use crate::process::Process;
use crate::provider::{Provider, says_when_told};
use crate::resources;
use futures_util::future::join_all;
use serde_json::json;

const STREAMS: usize = 200;

#[tokio::test]
async fn two_hundred_streams_at_once_are_all_completed_and_cost_little() {
    let schema = Schema::migrated().await;
    let pieces: Vec<_> = (0..20).map(|n| format!("Piece number {n}. ")).collect();
    let texts: Vec<_> = pieces.iter().map(String::as_str).collect();
    let provider = Provider::that(says_when_told(&texts));
    let (url, streams) = (provider.url(), STREAMS.to_string());
    let settings = [
        ("LLM_BASE_URL", url.as_str()),
        ("LLM_MAX_CONCURRENCY", streams.as_str()),
        ("LLM_OWNER_CONCURRENCY", streams.as_str()),
    ];
    let process = Process::external(schema.url(), &settings).await;
    process.ready().await;
    let alice = process.alice();
    let mut places = Vec::new();
    for _ in 0..STREAMS {
        places.push(said(&alice, &[("user", "Why?")]).await);
    }
    let before = resources::memory(&process);
    resources::forget_peak(&process);
    let all = places.iter().map(|(conversation, ids)| {
        let path = path(conversation, &ids[0]);
        let alice = alice.clone();
        async move { alice.post(&path, json!({ "stream": true })).await }
    });
    let all = tokio::spawn(join_all(all.collect::<Vec<_>>()));
    // All of them are under way before the first one goes on.
    provider.was_asked(STREAMS).await;
    provider.go_on(STREAMS * (pieces.len() + 1));
    let whole = pieces.concat();
    for answer in all.await.unwrap() {
        assert_eq!(answer.status, 200);
        let (name, data) = events(answer.text()).pop().unwrap();
        assert_eq!(name, "item.completed", "{data}");
        assert_eq!(data["item"]["content"], whole.trim_end_matches('\n'));
    }
    let more = resources::peak(&process).saturating_sub(before);
    let each = more / STREAMS as u64 / 1024;
    println!(
        "{STREAMS} streams: {} KiB more, {each} KiB each",
        more / 1024
    );
    assert!(each < 512, "{each} KiB for each stream");
}
