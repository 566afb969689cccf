//! `kill -9`, of the service, of PostgreSQL, of both, under load: acknowledged writes survive.

use crate::answer::Answer;
use crate::app::{Actor, SECRET};
use crate::extent;
use crate::process::{Process, Scratch};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// The writes that the service has acknowledged.
#[derive(Default)]
struct Acknowledged {
    /// Conversation to title.
    conversations: HashMap<String, String>,
    /// Conversation and item to content.
    items: HashMap<(String, String), String>,
}

/// Writers that go on whatever happens, each waiting for the answer before it goes on.
struct Load {
    acknowledged: Arc<Mutex<Acknowledged>>,
    /// How many requests were acknowledged.
    count: watch::Receiver<usize>,
    /// The address of the service now; `None` while its data is being counted.
    address: watch::Sender<Option<Actor>>,
    tasks: JoinSet<()>,
}

impl Load {
    fn start(actor: Actor, writers: usize) -> Self {
        let acknowledged = Arc::new(Mutex::new(Acknowledged::default()));
        let (counted, count) = watch::channel(0);
        let counted = Arc::new(counted);
        let (address, at) = watch::channel(Some(actor));
        let mut tasks = JoinSet::new();
        for writer in 0..writers {
            tasks.spawn(write(
                writer,
                at.clone(),
                acknowledged.clone(),
                counted.clone(),
            ));
        }
        Self {
            acknowledged,
            count,
            address,
            tasks,
        }
    }

    async fn progress(&mut self, more: usize) {
        progress(&mut self.count, more).await;
    }
}

/// Waits until so many more requests were acknowledged.
pub(crate) async fn progress(count: &mut watch::Receiver<usize>, more: usize) {
    let wanted = *count.borrow() + more;
    let reached = count.wait_for(|count| *count >= wanted);
    let reached = tokio::time::timeout(Duration::from_secs(60), reached).await;
    reached
        .expect("the service accepts no request any more")
        .unwrap();
}

async fn write(
    writer: usize,
    mut at: watch::Receiver<Option<Actor>>,
    acknowledged: Arc<Mutex<Acknowledged>>,
    count: Arc<watch::Sender<usize>>,
) {
    let mut conversation: Option<String> = None;
    for number in 0_u64.. {
        let Ok(actor) = at.wait_for(Option::is_some).await.map(|at| at.clone()) else {
            return;
        };
        let actor = actor.unwrap();
        let text = format!("writer {writer}, message {number} 🦀");
        let (path, body) = match &conversation {
            // A conversation of ten messages, then a new one.
            Some(id) if number % 11 != 0 => {
                let body = json!({ "role": "user", "content": text });
                (format!("/v1/conversations/{id}/items"), body)
            }
            _ => ("/v1/conversations".to_owned(), json!({ "title": text })),
        };
        let created = path.ends_with("/conversations");
        let request = actor.request(reqwest::Method::POST, &path).json(&body);
        // An answer that was cut off is not an acknowledgement.
        let answer = match request.send().await {
            Ok(response) if response.status() == 201 => response.json::<Value>().await.ok(),
            Ok(response) => {
                assert_eq!(response.status(), 503, "{path}");
                None
            }
            Err(_) => None,
        };
        let Some(answer) = answer else {
            if created {
                conversation = None;
            }
            // After a refusal, the writer pauses.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let id = answer["id"].as_str().unwrap().to_owned();
        {
            let mut kept = acknowledged.lock().unwrap();
            if created {
                kept.conversations.insert(id.clone(), text);
                conversation = Some(id);
            } else {
                kept.items.insert((conversation.clone().unwrap(), id), text);
            }
        }
        count.send_modify(|count| *count += 1);
    }
}

/// The answer of a service that is coming back. It may be ready and then away again, since a PostgreSQL
/// that was killed may serve its sessions for another moment.
pub(crate) async fn answered(request: reqwest::RequestBuilder) -> Answer {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let again = request.try_clone().unwrap();
        if let Ok(response) = again.send().await {
            let answer = Answer::read(response).await;
            if answer.status != 503 || Instant::now() > deadline {
                return answer;
            }
        }
        assert!(Instant::now() < deadline, "the service does not come back");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// How many of the acknowledged writes are not there as they were acknowledged; and how many were
/// looked for.
async fn lost(actor: &Actor, load: &Load) -> (usize, usize) {
    let (conversations, items) = {
        let kept = load.acknowledged.lock().unwrap();
        (kept.conversations.clone(), kept.items.clone())
    };
    let mut lost = 0;
    let mut found: HashMap<(String, String), String> = HashMap::new();
    for (id, title) in &conversations {
        let request = actor.request(reqwest::Method::GET, &format!("/v1/conversations/{id}"));
        let answer = answered(request).await;
        if answer.status != 200 {
            println!("{id} answers {}", answer.status);
            lost += 1;
            continue;
        }
        let answer = answer.json();
        let all = answer["items"].as_array().unwrap();
        // The conversation's own counts are true as well.
        assert_eq!(answer["item_count"], all.len(), "{id}");
        lost += usize::from(answer["title"] != title.as_str());
        for item in all {
            let key = (id.clone(), item["id"].as_str().unwrap().to_owned());
            found.insert(key, item["content"].as_str().unwrap().to_owned());
        }
    }
    let missing = items
        .iter()
        .filter(|(key, content)| found.get(key) != Some(content));
    (lost + missing.count(), conversations.len() + items.len())
}

fn random(below: u64) -> u64 {
    RandomState::new().hash_one(0) % below
}

async fn survive(kills: usize) {
    let scratch = Scratch::new();
    let settings = [("JWT_SECRET", SECRET), ("LOG_LEVEL", "warn,server=info")];
    let mut process = Process::embedded(&scratch, &settings).await;
    let mut load = Load::start(process.alice(), 6);
    let started = Instant::now();
    let mut looked_for = 0;
    let mut slowest = Duration::ZERO;
    for number in 0..kills {
        load.progress(30).await;
        tokio::time::sleep(Duration::from_millis(random(100))).await;
        let killed = Instant::now();
        let service = number % 3 != 1;
        if number % 3 != 0 {
            let postmaster = scratch.postmaster().expect("it runs");
            kill(Pid::from_raw(postmaster), Signal::SIGKILL).unwrap();
        }
        if service {
            process.kill().await;
            process = Process::embedded(&scratch, &settings).await;
        }
        process.ready().await;
        slowest = slowest.max(killed.elapsed());
        load.address.send_replace(None);
        let (lost, all) = lost(&process.alice(), &load).await;
        load.address.send_replace(Some(process.alice()));
        looked_for = all;
        assert_eq!(lost, 0, "lost of {all} after kill {number}");
    }
    load.progress(30).await;
    load.tasks.abort_all();
    while let Some(ended) = load.tasks.join_next().await {
        assert!(
            ended.is_err_and(|error| error.is_cancelled()),
            "a writer was answered wrongly"
        );
    }
    let (lost, all) = lost(&process.alice(), &load).await;
    assert_eq!(lost, 0, "lost of {all} in the end");
    println!(
        "{kills} kills in {:?}: {all} writes acknowledged ({looked_for} before the last kill), 0 \
         lost; ready again after {slowest:?} at most",
        started.elapsed()
    );
}

#[tokio::test]
async fn three_kills_lose_no_acknowledged_write() {
    survive(3).await;
}

#[tokio::test]
async fn fifty_kills_lose_no_acknowledged_write() {
    if !extent::is_due() {
        return;
    }
    survive(50).await;
}
