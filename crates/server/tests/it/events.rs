//! Server-sent events, as a client reads them.

use serde_json::Value;

/// The name and the data of each event; comments are left out.
#[track_caller]
pub(crate) fn events(text: &str) -> Vec<(String, Value)> {
    assert!(text.ends_with("\n\n"), "the last event is cut: {text:?}");
    let blocks = text.split("\n\n").filter(|block| !block.is_empty());
    let blocks = blocks.filter(|block| !block.starts_with(':'));
    blocks
        .map(|block| {
            let (name, data) = block.split_once('\n').unwrap();
            let name = name.strip_prefix("event: ").unwrap();
            let data = data.strip_prefix("data: ").unwrap();
            (name.to_owned(), serde_json::from_str(data).unwrap())
        })
        .collect()
}

/// The text that a stream of one reply has told, and its last event's data. In how many pieces it
/// was told depends on how the provider's bytes arrived.
#[track_caller]
pub(crate) fn reply(text: &str) -> (String, Value) {
    let mut events = events(text);
    let (name, completed) = events.pop().expect("a stream tells something");
    assert_eq!(name, "item.completed");
    let pieces = events.iter().map(|(name, data)| {
        assert_eq!(name, "item.delta");
        data["text"].as_str().unwrap()
    });
    (pieces.collect(), completed)
}
