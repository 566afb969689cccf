//! The promises of every list, tried on each of them.

use crate::app::Actor;
use reqwest::Method;
use serde_json::Value;

/// The ids of a whole list, read page by page; each page's statements about the rest are checked.
pub(crate) async fn read(actor: &Actor, path: &str, limit: usize) -> Vec<String> {
    let mut ids = Vec::new();
    let mut after = String::new();
    let joint = if path.contains('?') { '&' } else { '?' };
    // Every second page is asked for as OpenAI's SDKs do it.
    let mut by_last_id = false;
    loop {
        let address = format!("{path}{joint}limit={limit}{after}");
        let page = actor.call(Method::GET, &address).await.expect(200);
        let data = page["data"].as_array().unwrap();
        assert_eq!(page["object"], "list");
        assert!(data.len() <= limit, "{} of {limit}", data.len());
        let id_of = |entry: Option<&Value>| entry.map_or(Value::Null, |entry| entry["id"].clone());
        let ends = (id_of(data.first()), id_of(data.last()));
        assert_eq!((page["first_id"].clone(), page["last_id"].clone()), ends);
        ids.extend(data.iter().map(crate::app::id));
        match &page["next_after"] {
            Value::Null => {
                assert_eq!(page["has_more"], false, "{address}");
                return ids;
            }
            next => {
                assert_eq!(page["has_more"], true, "{address}");
                assert_eq!(data.len(), limit, "{address}");
                let next = if by_last_id { &page["last_id"] } else { next };
                by_last_id = !by_last_id;
                after = format!("&after={}", next.as_str().unwrap());
            }
        }
    }
}

/// Each limit and order must give the same list: `created`, the oldest first.
pub(crate) async fn assert_exact(actor: &Actor, path: &str, created: &[String]) {
    let joint = if path.contains('?') { '&' } else { '?' };
    for limit in [1, 2, 7, created.len(), 100] {
        println!("{path} by {limit}");
        let ascending = read(actor, &format!("{path}{joint}order=asc"), limit).await;
        assert_eq!(ascending, created);
        let mut descending = read(actor, &format!("{path}{joint}order=desc"), limit).await;
        descending.reverse();
        assert_eq!(descending, created);
    }
}
