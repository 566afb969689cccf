//! Three instances of the real program on one database, each request at another one, as behind a proxy
//! that goes round. One is killed and one is replaced by a new one while all kinds of work go on.

use crate::answer::Answer;
use crate::app::{Actor, id};
use crate::chat::{PATH, user};
use crate::db::Schema;
use crate::process::Process;
use crate::provider::{Provider, says, says_when_told};
use crate::purge::until;
use crate::rows;
use futures_util::future::join_all;
use nix::sys::signal::Signal;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// The title that the model writes.
const TITLE: &str = "A name of the model";

/// An instance, as a proxy sees it.
#[derive(Clone)]
struct Place {
    number: usize,
    actor: Actor,
    under_way: Arc<AtomicUsize>,
    /// Only then may its requests fail.
    is_killed: Arc<AtomicBool>,
}

/// The proxy: each request goes to the next instance, and where no connection is accepted, to the one after it.
#[derive(Clone)]
struct Proxy {
    places: Arc<Mutex<Vec<Place>>>,
    turn: Arc<AtomicUsize>,
    failed: Arc<AtomicUsize>,
}

impl Proxy {
    fn next(&self) -> Place {
        let places = self.places.lock().unwrap();
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let place = places[turn % places.len()].clone();
        place.under_way.fetch_add(1, Ordering::SeqCst);
        place
    }

    /// The answer; `None` if the instance was killed meanwhile.
    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Option<Answer> {
        loop {
            let place = self.next();
            // A connection is for one request: none ends between two.
            let request = place.actor.request(method.clone(), path);
            let request = request.header("connection", "close");
            let request = match body {
                Some(body) => request.json(body),
                None => request,
            };
            let sent = request.send().await;
            let is_refused = sent.as_ref().is_err_and(reqwest::Error::is_connect);
            let answer = read(sent).await;
            place.under_way.fetch_sub(1, Ordering::SeqCst);
            if is_refused {
                continue;
            }
            if answer.is_none() {
                let is_killed = place.is_killed.load(Ordering::SeqCst);
                assert!(is_killed, "{method} {path} failed at {}", place.number);
                self.failed.fetch_add(1, Ordering::Relaxed);
            }
            return answer;
        }
    }

    /// The answer to a request that may be sent again where its instance was killed.
    async fn sent(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        loop {
            if let Some(answer) = self.send(method.clone(), path, body).await {
                return answer;
            }
        }
    }

    async fn get(&self, path: &str) -> Answer {
        self.sent(Method::GET, path, None).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.sent(Method::POST, path, Some(&body)).await
    }

    /// Takes an instance out, and returns when its requests are answered.
    async fn without(&self, number: usize) {
        let mut taken = Vec::new();
        self.places.lock().unwrap().retain(|place| {
            let stays = place.number != number;
            if !stays {
                taken.push(Arc::clone(&place.under_way));
            }
            stays
        });
        for under_way in taken {
            while under_way.load(Ordering::SeqCst) > 0 {
                sleep(Duration::from_millis(5)).await;
            }
        }
    }

    fn with(&self, number: usize, actor: Actor) -> Arc<AtomicBool> {
        let place = Place {
            number,
            actor,
            under_way: Arc::default(),
            is_killed: Arc::default(),
        };
        let is_killed = Arc::clone(&place.is_killed);
        self.places.lock().unwrap().push(place);
        is_killed
    }
}

/// An answer that has come whole.
async fn read(sent: reqwest::Result<reqwest::Response>) -> Option<Answer> {
    let response = sent.ok()?;
    Some(Answer {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: response.bytes().await.ok()?.to_vec(),
    })
}

fn ids(list: &Value) -> Vec<String> {
    list["data"].as_array().unwrap().iter().map(id).collect()
}

/// Work that goes on until it is told that all is over.
struct Load {
    proxy: Proxy,
    is_over: Arc<AtomicBool>,
}

impl Load {
    fn begin<W: Future<Output = ()> + Send + 'static>(
        &self,
        mut work: impl FnMut(Proxy, usize) -> W + Send + 'static,
    ) -> JoinHandle<()> {
        let (proxy, is_over) = (self.proxy.clone(), Arc::clone(&self.is_over));
        tokio::spawn(async move {
            let mut round = 0;
            while !is_over.load(Ordering::Relaxed) {
                work(proxy.clone(), round).await;
                round += 1;
            }
        })
    }
}

/// What the works have seen.
#[derive(Default)]
struct Seen {
    messages: Mutex<Vec<String>>,
    walks: Mutex<Vec<Vec<String>>>,
    fitting: Mutex<HashSet<String>>,
    deleted: Mutex<Vec<String>>,
    untitled: Mutex<Vec<String>>,
    titled: Mutex<Vec<String>>,
}

/// Twins of one message are one, whichever instances take them.
async fn writes(proxy: Proxy, path: String, name: String, seen: Arc<Seen>) {
    let body = json!({ "role": "user", "content": "x", "call_id": name });
    let twins = join_all([
        proxy.post(&path, body.clone()),
        proxy.post(&path, body.clone()),
    ])
    .await;
    let twins: Vec<String> = twins.iter().map(|twin| id(&twin.json())).collect();
    assert_eq!(twins[0], twins[1]);
    seen.messages.lock().unwrap().push(twins[0].clone());
}

/// Pages of one list, each from another instance.
async fn walks(proxy: Proxy, path: String, seen: Arc<Seen>) {
    let mut walk: Vec<String> = Vec::new();
    loop {
        let after = walk.last().map(|id| format!("&after={id}"));
        let page = format!("{path}?order=asc&limit=50{}", after.unwrap_or_default());
        let page = proxy.get(&page).await.expect(200);
        walk.extend(ids(&page));
        if page["has_more"] == json!(false) {
            break;
        }
    }
    seen.walks.lock().unwrap().push(walk);
}

/// No more fit than 10,000.
async fn fills(proxy: Proxy, path: String, name: String, seen: Arc<Seen>) {
    let body = json!({ "role": "user", "content": "x", "call_id": name });
    let answer = proxy.post(&path, body).await;
    match answer.status {
        200 | 201 => {
            let stored = id(&answer.json());
            seen.fitting.lock().unwrap().insert(stored);
        }
        _ => {
            answer.refused("conversation_full", None);
        }
    }
}

/// Deletes what it has made, and finds it gone elsewhere.
async fn deletes(proxy: Proxy, seen: Arc<Seen>) {
    let made = json!({ "title": "Mine", "items": [user("x"), user("y")] });
    let conversation = id(&proxy.post("/v1/conversations", made).await.expect(201));
    let path = format!("/v1/conversations/{conversation}");
    let answer = proxy.sent(Method::DELETE, &path, None).await;
    // A repeat finds nothing.
    assert!([204, 404].contains(&answer.status), "{}", answer.text());
    for _ in 0..2 {
        let gone = proxy.get(&path).await;
        gone.refused("conversation_not_found", None);
    }
    seen.deleted.lock().unwrap().push(conversation);
}

/// Conversations that the model names, and every third one that a person does.
async fn names(proxy: Proxy, round: usize, seen: Arc<Seen>) {
    let conversation = id(&proxy.post("/v1/conversations", json!({})).await.expect(201));
    let path = format!("/v1/conversations/{conversation}");
    let message = json!({ "role": "user", "content": "Hello", "call_id": "1" });
    proxy.post(&format!("{path}/items"), message).await;
    let named = match round % 3 {
        0 => {
            let answer = proxy.sent(Method::PATCH, &path, Some(&mine())).await;
            answer.expect(200);
            &seen.titled
        }
        _ => &seen.untitled,
    };
    named.lock().unwrap().push(conversation);
}

fn mine() -> Value {
    json!({ "title": "Mine" })
}

async fn chats(proxy: Proxy) {
    let body = json!({ "messages": [user("Hello")] });
    proxy.post(PATH, body).await.expect(200);
}

/// Begins each kind of work.
fn all_works(load: &Load, seen: &Arc<Seen>, [busy, full]: [&str; 2]) -> Vec<JoinHandle<()>> {
    let [busy, full] = [busy, full].map(|id| format!("/v1/conversations/{id}/items"));
    let writing = |writer: usize| {
        let (path, seen) = (busy.clone(), Arc::clone(seen));
        load.begin(move |proxy, round| {
            let name = format!("{writer}-{round}");
            writes(proxy, path.clone(), name, Arc::clone(&seen))
        })
    };
    let (first, second) = (writing(1), writing(2));
    let of = Arc::clone(seen);
    let walking = load.begin(move |proxy, _| walks(proxy, busy.clone(), Arc::clone(&of)));
    let of = Arc::clone(seen);
    let filling = load
        .begin(move |proxy, round| fills(proxy, full.clone(), round.to_string(), Arc::clone(&of)));
    let of = Arc::clone(seen);
    let deleting = load.begin(move |proxy, _| deletes(proxy, Arc::clone(&of)));
    let of = Arc::clone(seen);
    let naming = load.begin(move |proxy, round| names(proxy, round, Arc::clone(&of)));
    let chatting = load.begin(|proxy, _| chats(proxy));
    vec![first, second, walking, filling, deleting, naming, chatting]
}

/// At each instance an owner has one of two places at the model, and another owner the other one.
async fn places_are_shared(proxy: &Proxy, others: &Proxy, provider: &Provider) {
    let instances = proxy.places.lock().unwrap().len();
    let before = provider.asked().len();
    provider.does(says_when_told(&["Yes."]));
    let ask = |proxy: &Proxy, name: &str| {
        let (proxy, body) = (proxy.clone(), json!({ "messages": [user(name)] }));
        tokio::spawn(async move { proxy.post(PATH, body).await.status })
    };
    let greedy: Vec<_> = (0..3 * instances).map(|_| ask(proxy, "greedy")).collect();
    provider.was_asked(before + instances).await;
    let modest: Vec<_> = (0..instances).map(|_| ask(others, "modest")).collect();
    let asked = provider.was_asked(before + 2 * instances).await;
    let of = |name: &str| {
        let asked = asked[before..].iter();
        asked.filter(|asked| asked.body.contains(name)).count()
    };
    assert_eq!((of("greedy"), of("modest")), (instances, instances));
    provider.go_on(100);
    for answer in join_all(greedy.into_iter().chain(modest)).await {
        assert_eq!(answer.unwrap(), 200);
    }
}

async fn titles_are_written(schema: &Schema, proxy: &Proxy, seen: &Seen) {
    // What the killed instance had begun is due now, and not in six minutes.
    let due = "update jobs set due_at = now(), leased_until = 'epoch' where kind = 2";
    schema.rows(due).await;
    let left = "select count(*) from jobs where kind = 2";
    until(schema, left, 60, |left| left == 0).await;
    for (conversations, title) in [(&seen.untitled, TITLE), (&seen.titled, "Mine")] {
        let conversations = conversations.lock().unwrap().clone();
        assert!(!conversations.is_empty());
        for conversation in conversations {
            let path = format!("/v1/conversations/{conversation}?include_items=false");
            let found = proxy.get(&path).await.expect(200);
            assert_eq!(found["title"], title, "{conversation}");
        }
    }
}

async fn what_was_acknowledged_is_there(schema: &Schema, conversation: &str, seen: &Seen) {
    let there = rows::item_ids(schema, conversation).await;
    let all: HashSet<&String> = there.iter().collect();
    assert_eq!(all.len(), there.len());
    let messages = seen.messages.lock().unwrap().clone();
    let lost = messages.iter().filter(|id| !all.contains(id)).count();
    assert_eq!((lost, messages.len()), (0, there.len()));
    for walk in &*seen.walks.lock().unwrap() {
        assert_eq!(walk[..], there[..walk.len()]);
    }
}

async fn what_was_deleted_goes(schema: &Schema, seen: &Seen) {
    let deleted = seen.deleted.lock().unwrap().clone();
    let deleted: Vec<String> = deleted.iter().map(|id| rows::stored(id)).collect();
    assert!(!deleted.is_empty());
    let left = format!(
        "select count(*) from items where conversation_id = any('{{{}}}'::uuid[])",
        deleted.join(",")
    );
    until(schema, &left, 60, |left| left == 0).await;
}

async fn process(schema: &Schema, provider: &Provider) -> Process {
    let url = provider.url();
    let settings = [
        ("DATABASE_POOL_SIZE", "4"),
        ("LLM_BASE_URL", url.as_str()),
        ("LLM_MAX_CONCURRENCY", "2"),
        ("LLM_OWNER_CONCURRENCY", "1"),
    ];
    Process::external(schema.url(), &settings).await
}

#[tokio::test]
async fn three_instances_are_one_service_while_one_is_killed_and_one_is_replaced() {
    let schema = Schema::migrated().await;
    let provider = Provider::that(says(&[TITLE]));
    let starts = (0..3).map(|_| process(&schema, &provider));
    let mut processes = join_all(starts).await;
    let proxy = || Proxy {
        places: Arc::default(),
        turn: Arc::default(),
        failed: Arc::default(),
    };
    let (proxy, others) = (proxy(), proxy());
    let mut killed = Vec::new();
    for (number, process) in processes.iter().enumerate() {
        process.ready().await;
        killed.push(proxy.with(number, process.alice()));
        others.with(number, process.owner(0xB0B));
    }
    let busy = processes[0].alice().conversation(mine()).await;
    let full = processes[1].alice().conversation(mine()).await;
    rows::items(&schema, &full, 9_990, "'x'").await;

    let load = Load {
        proxy: proxy.clone(),
        is_over: Arc::default(),
    };
    let seen = Arc::new(Seen::default());
    let works = all_works(&load, &seen, [&busy, &full]);
    let count = format!(
        "select item_count from conversations where id = '{}'",
        rows::stored(&busy)
    );
    let more = async || {
        let enough = schema.value(&count).await.parse::<u64>().unwrap() + 20;
        until(&schema, &count, 60, |count| count >= enough).await;
    };
    more().await;
    killed[2].store(true, Ordering::SeqCst);
    processes[2].kill().await;
    more().await;
    let new = process(&schema, &provider).await;
    new.ready().await;
    proxy.with(3, new.alice());
    proxy.without(0).await;
    processes[0].signal(Signal::SIGTERM);
    assert!(processes[0].ended().await.success());
    more().await;
    load.is_over.store(true, Ordering::Relaxed);
    for work in works {
        work.await.unwrap();
    }

    // The works had a request under way each at most, and the writers two.
    let failed = proxy.failed.load(Ordering::Relaxed);
    assert!(failed <= 9, "{failed} failed");
    proxy.without(2).await;
    what_was_acknowledged_is_there(&schema, &busy, &seen).await;
    assert_eq!(seen.fitting.lock().unwrap().len(), 10);
    titles_are_written(&schema, &proxy, &seen).await;
    what_was_deleted_goes(&schema, &seen).await;
    rows::assert_consistent(&schema).await;
    others.without(0).await;
    others.without(2).await;
    others.with(3, new.owner(0xB0B));
    places_are_shared(&proxy, &others, &provider).await;
}
