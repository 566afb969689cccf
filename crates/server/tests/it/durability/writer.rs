//! A guest that uses all operations, one after another, through all crashes of the service, and notes the
//! acknowledged ones.

use super::ledger::{Conversation, Gone, Item, Ledger};
use crate::app::client;
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

/// Where the service is; absent while it is being looked at.
pub(super) type WatchedId = watch::Receiver<Option<String>>;

pub(super) struct Writer {
    pub(super) ledger: Arc<Mutex<Ledger>>,
    pub(super) place: WatchedId,
    pub(super) count: Arc<watch::Sender<usize>>,
    /// Statuses that were neither success nor 503.
    pub(super) odd: Arc<Mutex<Vec<String>>>,
    number: usize,
    client: reqwest::Client,
}

impl Writer {
    pub(super) fn new(
        place: WatchedId,
        count: Arc<watch::Sender<usize>>,
        odd: Arc<Mutex<Vec<String>>>,
    ) -> Self {
        Self {
            ledger: Arc::default(),
            place,
            count,
            odd,
            number: 0,
            client: client(),
        }
    }

    /// Does one thing after another, for as long as it is let.
    pub(super) async fn run(mut self) {
        while self.sign_in().await.is_none() {}
        loop {
            self.number += 1;
            match self.number % 16 {
                1 => self.create().await,
                2 | 6 | 12 => self.append().await,
                3 => self.edit().await,
                4 => self.rename().await,
                5 => self.key().await,
                7 => self.share().await.map(drop),
                8 => self.delete_item().await,
                9 => self.chat().await,
                10 => self.refresh().await,
                11 => self.revoke_key().await,
                13 => self.fork_and_revoke().await,
                14 => self.restore().await,
                15 => self.delete().await,
                _ => self.projects_and_removal().await,
            };
        }
    }

    fn note<T>(&self, change: impl FnOnce(&mut Ledger) -> T) -> T {
        change(&mut self.ledger.lock().unwrap())
    }

    /// The answer, if it is a success.
    async fn ask(&mut self, token: &str, method: Method, path: &str, body: Value) -> Option<Value> {
        let place = self.place.wait_for(Option::is_some).await;
        let base = place.ok()?.clone()?;
        let request = self.client.request(method.clone(), base + path);
        let request = match token {
            "" => request,
            token => request.bearer_auth(token),
        };
        let request = match body {
            Value::Null => request,
            body => request.json(&body),
        };
        let answer = match request.send().await {
            Ok(response) if response.status().is_success() => {
                // An answer that was cut off is not an acknowledgement.
                response.bytes().await.ok()
            }
            Ok(response) if response.status() == 503 => None,
            Ok(response) => {
                let status = response.status();
                let text = response.text().await.unwrap_or_default();
                let odd = format!("{method} {path}: {status} {text}");
                self.odd.lock().unwrap().push(odd);
                None
            }
            Err(_) => None,
        };
        let Some(answer) = answer else {
            // After a refusal, the writer pauses.
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            return None;
        };
        self.note(|ledger| ledger.acknowledged += 1);
        self.count.send_modify(|count| *count += 1);
        match answer.is_empty() {
            true => Some(Value::Null),
            false => serde_json::from_slice(&answer).ok(),
        }
    }

    async fn mine(&mut self, method: Method, path: &str, body: Value) -> Option<Value> {
        let token = self.note(|ledger| ledger.token.clone());
        self.ask(&token, method, path, body).await
    }

    async fn sign_in(&mut self) -> Option<()> {
        let session = self
            .ask("", Method::POST, "/auth/guest-login", Value::Null)
            .await?;
        self.note(|ledger| {
            ledger.token = text(&session["access_token"]);
            ledger.refresh = Some(text(&session["refresh_token"]));
        });
        Some(())
    }

    /// A conversation that is certainly there.
    fn conversation(&self) -> Option<String> {
        self.note(|ledger| {
            let mut there = ledger.conversations.iter().rev();
            let there = there.find(|(_, conversation)| conversation.gone == Gone::No);
            there.map(|(id, _)| id.clone())
        })
    }

    /// An item that certainly exists, with its path; not one of which only the content is known.
    fn item(&self) -> Option<(String, String, String)> {
        let conversation = self.conversation()?;
        self.note(|ledger| {
            let items = &ledger.conversations[&conversation].items;
            let mut there = items.iter().filter(|(_, item)| item.gone == Gone::No);
            let (item, _) = there.find(|(name, _)| !name.starts_with('?'))?;
            let path = format!("/v1/conversations/{conversation}/items/{item}");
            Some((conversation.clone(), item.clone(), path))
        })
    }

    async fn create(&mut self) -> Option<()> {
        let title = format!("title {}", self.number);
        let body = json!({ "title": title, "items": [{ "role": "user", "content": "first" }] });
        let made = self.mine(Method::POST, "/v1/conversations", body).await?;
        self.note(|ledger| {
            let conversation = Conversation {
                titles: vec![title],
                ..Conversation::default()
            };
            ledger.conversations.insert(text(&made["id"]), conversation);
        });
        Some(())
    }

    async fn append(&mut self) -> Option<()> {
        let conversation = self.conversation()?;
        let content = format!("message {}", self.number);
        let body = json!({ "role": "user", "content": content });
        let path = format!("/v1/conversations/{conversation}/items");
        let made = self.mine(Method::POST, &path, body).await?;
        self.keep(&conversation, text(&made["id"]), content);
        Some(())
    }

    fn keep(&self, conversation: &str, id: String, content: String) {
        self.note(|ledger| {
            let conversation = ledger.conversations.get_mut(conversation).unwrap();
            let item = Item {
                contents: vec![content],
                gone: Gone::No,
            };
            conversation.items.insert(id, item);
        });
    }

    /// Notes the texts that an item may have from now on, and the final one.
    async fn change(
        &mut self,
        (conversation, item): (String, String),
        content: String,
        request: (Method, String, Value),
    ) -> Option<()> {
        let of = |ledger: &mut Ledger, change: &dyn Fn(&mut Vec<String>)| {
            let conversation = ledger.conversations.get_mut(&conversation).unwrap();
            change(&mut conversation.items.get_mut(&item).unwrap().contents);
        };
        self.note(|ledger| of(ledger, &|contents| contents.push(content.clone())));
        let (method, path, body) = request;
        self.mine(method, &path, body).await?;
        self.note(|ledger| of(ledger, &|contents| *contents = vec![content.clone()]));
        Some(())
    }

    async fn edit(&mut self) -> Option<()> {
        let (conversation, item, path) = self.item()?;
        let content = format!("edited {}", self.number);
        let body = json!({ "content": content });
        let request = (Method::PUT, format!("{path}/edit"), body);
        self.change((conversation, item), content, request).await
    }

    async fn restore(&mut self) -> Option<()> {
        self.append().await?;
        let conversation = self.conversation()?;
        let (item, first) = self.note(|ledger| {
            let items = &ledger.conversations[&conversation].items;
            let (id, item) = items.iter().next_back()?;
            Some((id.clone(), item.contents.last()?.clone()))
        })?;
        let path = format!("/v1/conversations/{conversation}/items/{item}");
        let place = (conversation, item);
        let body = json!({ "content": "a draft" });
        let edit = (Method::PUT, format!("{path}/edit"), body);
        self.change(place.clone(), "a draft".to_owned(), edit)
            .await?;
        let path = format!("{path}/versions/1/restore");
        self.change(place, first, (Method::POST, path, Value::Null))
            .await
    }

    async fn rename(&mut self) -> Option<()> {
        let conversation = self.conversation()?;
        let title = format!("renamed {}", self.number);
        let titles = |ledger: &mut Ledger, change: &dyn Fn(&mut Vec<String>)| {
            change(&mut ledger.conversations.get_mut(&conversation).unwrap().titles);
        };
        self.note(|ledger| titles(ledger, &|titles| titles.push(title.clone())));
        let path = format!("/v1/conversations/{conversation}");
        let body = json!({ "title": title });
        self.mine(Method::PATCH, &path, body).await?;
        self.note(|ledger| titles(ledger, &|titles| *titles = vec![title.clone()]));
        Some(())
    }

    async fn delete_item(&mut self) -> Option<()> {
        let (conversation, item, path) = self.item()?;
        let gone = |ledger: &mut Ledger, gone| {
            let conversation = ledger.conversations.get_mut(&conversation).unwrap();
            conversation.items.get_mut(&item).unwrap().gone = gone;
        };
        self.note(|ledger| gone(ledger, Gone::Maybe));
        self.mine(Method::DELETE, &path, Value::Null).await?;
        self.note(|ledger| gone(ledger, Gone::Yes));
        Some(())
    }

    /// One conversation by itself or several at once, in turn.
    async fn delete(&mut self) -> Option<()> {
        self.create().await?;
        let conversation = self.conversation()?;
        let gone = |ledger: &mut Ledger, gone| {
            ledger.conversations.get_mut(&conversation).unwrap().gone = gone;
        };
        self.note(|ledger| gone(ledger, Gone::Maybe));
        match self.number % 32 {
            15 => {
                let path = format!("/v1/conversations/{conversation}");
                self.mine(Method::DELETE, &path, Value::Null).await?;
            }
            _ => {
                let path = "/v1/conversations/bulk-delete";
                let body = json!({ "conversation_ids": [conversation] });
                self.mine(Method::POST, path, body).await?;
            }
        }
        self.note(|ledger| gone(ledger, Gone::Yes));
        Some(())
    }

    async fn chat(&mut self) -> Option<()> {
        let conversation = self.conversation()?;
        let question = format!("question {}", self.number);
        let body = json!({
            "model": "m",
            "messages": [{ "role": "user", "content": question }],
            "conversation": conversation,
        });
        let path = "/v1/chat/completions";
        self.mine(Method::POST, path, body).await?;
        // A chat does not give the ids of its stored messages: they are known by their texts.
        self.keep(&conversation, format!("?{question}"), question);
        Some(())
    }

    async fn key(&mut self) -> Option<()> {
        let body = json!({ "name": "k" });
        let made = self.mine(Method::POST, "/auth/api-keys", body).await?;
        let key = (text(&made["key"]), Gone::No);
        self.note(|ledger| ledger.keys.insert(text(&made["id"]), key));
        Some(())
    }

    async fn revoke_key(&mut self) -> Option<()> {
        let good = |ledger: &mut Ledger| {
            let mut good = ledger
                .keys
                .iter()
                .filter(|(_, (_, gone))| *gone == Gone::No);
            good.next_back().map(|(id, _)| id.clone())
        };
        let id = self.note(good)?;
        self.note(|ledger| ledger.keys.get_mut(&id).unwrap().1 = Gone::Maybe);
        let path = format!("/auth/api-keys/{id}");
        self.mine(Method::DELETE, &path, Value::Null).await?;
        self.note(|ledger| ledger.keys.get_mut(&id).unwrap().1 = Gone::Yes);
        Some(())
    }

    async fn share(&mut self) -> Option<String> {
        let conversation = self.conversation()?;
        let path = format!("/v1/conversations/{conversation}/share");
        let made = self.mine(Method::POST, &path, json!({})).await?;
        let name = text(&made["share_id"]);
        let link = (conversation, Gone::No);
        self.note(|ledger| ledger.links.insert(name.clone(), link));
        Some(name)
    }

    async fn fork_and_revoke(&mut self) -> Option<()> {
        let link = self.share().await?;
        let path = format!("/conversations/share/{link}/fork");
        let made = self.mine(Method::POST, &path, Value::Null).await?;
        let titles = vec![text(&made["title"])];
        self.note(|ledger| {
            let conversation = Conversation {
                titles,
                ..Conversation::default()
            };
            ledger.conversations.insert(text(&made["id"]), conversation);
            ledger.links.get_mut(&link).unwrap().1 = Gone::Maybe;
        });
        let path = format!("/v1/shares/{link}");
        self.mine(Method::DELETE, &path, Value::Null).await?;
        self.note(|ledger| ledger.links.get_mut(&link).unwrap().1 = Gone::Yes);
        Some(())
    }

    async fn refresh(&mut self) -> Option<()> {
        let token = self.note(|ledger| ledger.refresh.take())?;
        let body = json!({ "refresh_token": token });
        let session = self
            .ask("", Method::POST, "/auth/refresh-token", body)
            .await?;
        self.note(|ledger| {
            ledger.token = text(&session["access_token"]);
            ledger.refresh = Some(text(&session["refresh_token"]));
        });
        Some(())
    }

    async fn projects_and_removal(&mut self) -> Option<()> {
        let body = json!({ "title": "p" });
        let made = self.mine(Method::POST, "/v1/projects", body).await?;
        let id = text(&made["id"]);
        self.note(|ledger| ledger.projects.insert(id.clone(), Gone::No));
        if self.number.is_multiple_of(32) {
            self.note(|ledger| ledger.projects.insert(id.clone(), Gone::Maybe));
            let path = format!("/v1/projects/{id}");
            self.mine(Method::DELETE, &path, Value::Null).await?;
            self.note(|ledger| ledger.projects.insert(id, Gone::Yes));
        }
        let session = self
            .ask("", Method::POST, "/auth/guest-login", Value::Null)
            .await?;
        let token = text(&session["access_token"]);
        let body = json!({ "name": "k" });
        let key = self
            .ask(&token, Method::POST, "/auth/api-keys", body)
            .await?;
        self.ask(&token, Method::DELETE, "/auth/me", Value::Null)
            .await?;
        let gone = (text(&key["key"]), text(&session["refresh_token"]));
        self.note(|ledger| ledger.removed.push(gone));
        Some(())
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
