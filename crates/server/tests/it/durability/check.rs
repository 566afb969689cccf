//! Compares a service with the writes that it has acknowledged.

use super::ledger::{Conversation, Differences, Gone, Ledger};
use crate::answer::Answer;
use crate::app::client;
use crate::kills::answered;
use futures_util::future::join_all;
use reqwest::RequestBuilder;
use serde_json::json;
use std::sync::{Arc, Mutex};
use std::time::Duration;

struct Reader {
    client: reqwest::Client,
    base: String,
}

impl Reader {
    fn get(&self, path: &str, token: &str) -> RequestBuilder {
        self.client
            .get(format!("{}{path}", self.base))
            .bearer_auth(token)
    }
}

/// Everything that is in the ledgers, each against the service at `base`.
pub(super) async fn compare(base: &str, ledgers: &[Arc<Mutex<Ledger>>]) -> Differences {
    let each = ledgers.iter().map(|ledger| compare_one(base, ledger));
    let mut found = Differences::default();
    for one in join_all(each).await {
        found.add(one);
    }
    found
}

async fn compare_one(base: &str, shared: &Arc<Mutex<Ledger>>) -> Differences {
    let ledger = shared.lock().unwrap().clone();
    let reader = Reader {
        client: client(),
        base: base.to_owned(),
    };
    let mut found = Differences::default();
    if ledger.token.is_empty() {
        return found;
    }
    for (id, conversation) in &ledger.conversations {
        compare_conversation(&reader, &ledger.token, id, conversation, &mut found).await;
    }
    for (id, gone) in &ledger.projects {
        let request = reader.get(&format!("/v1/projects/{id}"), &ledger.token);
        let status = answered(request).await.status;
        found.note(&format!("project {id}"), *gone, status == 200);
    }
    for (id, (secret, gone)) in &ledger.keys {
        let request = reader.get("/v1/conversations?limit=1", secret);
        let status = answered(request).await.status;
        found.note(&format!("key {id}"), *gone, status == 200);
    }
    for (name, (conversation, gone)) in &ledger.links {
        // A link without its conversation has ended, too.
        let gone = match ledger.conversations[conversation].gone {
            Gone::No => *gone,
            Gone::Maybe if *gone == Gone::No => Gone::Maybe,
            Gone::Maybe => *gone,
            Gone::Yes => Gone::Yes,
        };
        let request = reader.get(&format!("/conversations/share/{name}"), &ledger.token);
        let status = answered(request).await.status;
        found.note(&format!("link {name}"), gone, status == 200);
    }
    for (key, refresh) in &ledger.removed {
        let request = reader.get("/v1/conversations?limit=1", key);
        let status = answered(request).await.status;
        found.note("a key of a removed owner", Gone::Yes, status == 200);
        let answer = rotate(&reader, refresh).await;
        let is_good = answer.is_some_and(|answer| answer.status == 200);
        found.note("a removed owner's session", Gone::Yes, is_good);
    }
    if let Some(refresh) = &ledger.refresh {
        let mut next = None;
        if let Some(answer) = rotate(&reader, refresh).await {
            let what = format!("a session: {} {}", answer.status, answer.text());
            found.note(&what, Gone::No, answer.status == 200);
            if answer.status == 200 {
                next = answer.json()["refresh_token"].as_str().map(str::to_owned);
            }
        }
        shared.lock().unwrap().refresh = next;
    }
    found
}

/// Asked once: where the answer fails, it is not known which token is good. A comparison reads so much at
/// once, from one address, that bodies may be refused, before anything is done; these are sent again.
async fn rotate(reader: &Reader, token: &str) -> Option<Answer> {
    let address = format!("{}/auth/refresh-token", reader.base);
    let body = json!({ "refresh_token": token });
    loop {
        let request = reader.client.post(&address).json(&body);
        let answer = Answer::read(request.send().await.ok()?).await;
        match answer.status {
            503 => return None,
            429 => tokio::time::sleep(Duration::from_millis(100)).await,
            _ => return Some(answer),
        }
    }
}

async fn compare_conversation(
    reader: &Reader,
    token: &str,
    id: &str,
    conversation: &Conversation,
    found: &mut Differences,
) {
    let request = reader.get(&format!("/v1/conversations/{id}"), token);
    let answer = answered(request).await;
    found.note(
        &format!("conversation {id}"),
        conversation.gone,
        answer.status == 200,
    );
    if answer.status != 200 {
        return;
    }
    let answer = answer.json();
    let titles = &conversation.titles;
    if !titles.iter().any(|title| answer["title"] == title.as_str()) {
        let is = &answer["title"];
        found
            .lost
            .push(format!("the title of {id}: {is}, not one of {titles:?}"));
    }
    let items = answer["items"].as_array().unwrap();
    // The conversation's own counts are true as well.
    assert_eq!(answer["item_count"], items.len(), "{id}");
    for (name, item) in &conversation.items {
        let there = items.iter().find(|there| match name.strip_prefix('?') {
            None => there["id"] == name.as_str(),
            Some(question) => there["content"] == question,
        });
        found.note(&format!("item {name} of {id}"), item.gone, there.is_some());
        let says = there.and_then(|there| there["content"].as_str());
        let agrees = |says: &str| item.contents.iter().any(|content| content == says);
        if item.gone == Gone::No && says.is_some_and(|says| !agrees(says)) {
            let contents = &item.contents;
            found.lost.push(format!(
                "an edit of {name} of {id}: {says:?}, not one of {contents:?}"
            ));
        }
    }
}
