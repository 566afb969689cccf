//! What every list promises, tried on each of them.

use crate::app::Actor;
use reqwest::Method;
use serde_json::Value;

/// The ids of a whole list, read page by page; each page is checked for what it says of the rest.
pub(crate) async fn read(actor: &Actor, path: &str, limit: usize) -> Vec<String> {
    let mut ids = Vec::new();
    let mut after = String::new();
    let joint = if path.contains('?') { '&' } else { '?' };
    loop {
        let address = format!("{path}{joint}limit={limit}{after}");
        let page = actor.call(Method::GET, &address).await.expect(200);
        let data = page["data"].as_array().unwrap();
        assert_eq!(page["object"], "list");
        assert!(data.len() <= limit, "{} of {limit}", data.len());
        ids.extend(data.iter().map(crate::app::id));
        match &page["next_after"] {
            Value::Null => {
                assert_eq!(page["has_more"], false, "{address}");
                return ids;
            }
            next => {
                assert_eq!(page["has_more"], true, "{address}");
                assert_eq!(data.len(), limit, "{address}");
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
