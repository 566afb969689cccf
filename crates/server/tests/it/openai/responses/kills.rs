//! `kill -9` of the service at ten places of a response: right after it said `completed`, and at nine before.

use super::{PATH, STREAM_OF_A_CALL, ended, events};
use crate::app::{Actor, SECRET, id};
use crate::db::Schema;
use crate::extent;
use crate::kills::answered;
use crate::openai::{LIST, all, conversation};
use crate::process::{Process, Scratch};
use crate::provider::{Play, Provider, STREAM, event, says, says_when_told};
use crate::purge::until;
use crate::rows;
use crate::slow_reader::SlowReader;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio_postgres::Client;

#[tokio::test]
async fn a_response_that_said_completed_is_there_after_a_kill() {
    let provider = Provider::that(says(&["Os", "lo."]));
    let (scratch, url) = (Scratch::new(), provider.url());
    let settings = [
        ("JWT_SECRET", SECRET),
        ("LLM_BASE_URL", url.as_str()),
        ("LLM_TITLES", "false"),
    ];
    let mut process = Process::embedded(&scratch, &settings).await;
    process.ready().await;
    let one = conversation(&process.alice(), json!({})).await;
    for (turn, is_streamed) in [false, true, false].into_iter().enumerate() {
        let body = json!({ "input": "Capital?", "conversation": one, "stream": is_streamed });
        let answer = process.alice().post(PATH, body).await;
        process.kill().await;
        let response = match is_streamed {
            false => answer.expect(200),
            true => events(answer.text()).pop().unwrap()["response"].clone(),
        };
        assert_eq!(response["status"], "completed");
        process = Process::embedded(&scratch, &settings).await;
        process.ready().await;
        let alice = process.alice();
        let path = format!("{PATH}/{}", id(&response));
        let stored = answered(alice.request(Method::GET, &path))
            .await
            .expect(200);
        assert_eq!(stored, response);
        let items = all(&alice, &one).await;
        assert_eq!(items.len(), 2 * (turn + 1));
        assert_eq!(items.last().unwrap()["id"], response["output"][0]["id"]);
    }
}

/// Where a response is before it has said `completed`.
#[derive(Clone, Copy, Debug, PartialEq)]
enum KillPoint {
    /// Its turn is about to be stored.
    EntersTheQueue,
    /// Its turn is stored, and the provider is silent.
    Asked,
    /// The provider has sent its first bytes.
    Begun,
    InText,
    InArguments,
    /// A background response whose turn waits for another one.
    Queued,
    /// A background response in the middle of its text.
    Running,
    /// Another one, which is being cancelled.
    Cancelling,
    /// The provider has ended; the items are stored, and the response is about to be.
    Storing,
}

/// In the order in which they can be reached: the last ones need locks, of which the last stops all writing of
/// responses.
const KILL_POINTS: [KillPoint; 9] = [
    KillPoint::Asked,
    KillPoint::Begun,
    KillPoint::InText,
    KillPoint::InArguments,
    KillPoint::Queued,
    KillPoint::Running,
    KillPoint::EntersTheQueue,
    KillPoint::Cancelling,
    KillPoint::Storing,
];

/// A transaction that keeps the service's statements waiting.
struct Lock {
    client: Client,
    process: i32,
}

impl Lock {
    async fn take(schema: &Schema, sql: &str) -> Self {
        let client = schema.connected().await;
        client
            .batch_execute(&format!("begin; {sql}"))
            .await
            .unwrap();
        let row = client.query_one("select pg_backend_pid()", &[]).await;
        let process = row.unwrap().get(0);
        Self { client, process }
    }

    /// The statements that wait for it.
    fn waiting(&self) -> String {
        format!(
            "pg_stat_activity where {} = any(pg_blocking_pids(pid))",
            self.process
        )
    }

    /// Waits until a statement like this waits.
    async fn stops(&self, schema: &Schema, statement: &str) {
        let sql = format!(
            "select count(*) from {} and query like '{statement}%'",
            self.waiting()
        );
        until(schema, &sql, 20, |waiting| waiting > 0).await;
    }

    /// Ends it, and waits until the statements that have waited are over. Their service is dead.
    async fn release(self, schema: &Schema) {
        let waiting = schema
            .rows(&format!("select pid from {}", self.waiting()))
            .await;
        let waiting: Vec<_> = waiting
            .into_iter()
            .map(|row| row[0].clone().unwrap())
            .collect();
        drop(self.client);
        let of_these = format!(
            "select count(*) from pg_stat_activity where pid = any('{{{}}}'::int[])",
            waiting.join(",")
        );
        until(schema, &of_these, 20, |left| left == 0).await;
    }
}

struct Scene {
    schema: Schema,
    provider: Provider,
    process: Process,
    locks: Vec<Lock>,
    /// Clients that wait.
    clients: Vec<SlowReader>,
}

impl Scene {
    async fn begin() -> Self {
        let schema = Schema::migrated().await;
        let provider = Provider::that(says(&["Oslo."]));
        let process = service(&schema, &provider).await;
        Self {
            schema,
            provider,
            process,
            locks: Vec::new(),
            clients: Vec::new(),
        }
    }

    /// A client that sends this, and waits.
    async fn client(&mut self, path: &str, body: &Value) -> &mut SlowReader {
        let client = SlowReader::post(&self.process.url, &self.process.alice(), path, body).await;
        self.clients.push(client);
        self.clients.last_mut().unwrap()
    }

    async fn was_asked(&self, text: &str) {
        while !self
            .provider
            .asked()
            .iter()
            .any(|asked| asked.body.contains(text))
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// A background response.
    async fn background(&self, conversation: &str, text: &str) -> String {
        let body = json!({ "input": text, "conversation": conversation, "background": true });
        id(&self.process.alice().post(PATH, body).await.expect(200))
    }

    /// A background response that has begun to say something.
    async fn running(&mut self, conversation: &str, text: &str) -> String {
        self.provider
            .does(Play::Hangs(format!("{STREAM}{}", event("Os")).into_bytes()));
        let response = self.background(conversation, text).await;
        let path = format!("{PATH}/{response}?stream=true");
        let alice = self.process.alice();
        let mut client = SlowReader::get(&self.process.url, &alice, &path).await;
        client.reads("response.output_text.delta").await;
        self.clients.push(client);
        response
    }

    /// Brings a response in this conversation to the place.
    async fn reach(&mut self, place: KillPoint, conversation: &str) {
        let text = format!("{place:?}?");
        let body = |is_streamed: bool| json!({ "input": text, "conversation": conversation, "stream": is_streamed });
        match place {
            KillPoint::EntersTheQueue => {
                let (alice, key) = (rows::ALICE, rows::stored(conversation));
                let place = format!(
                    "insert into turn_queue (owner_id, conversation_id, place, token, leased_until)
                     values ('{alice:032x}', '{key}', 1, '{key}', now())"
                );
                let lock = Lock::take(&self.schema, &place).await;
                self.client(PATH, &body(false)).await;
                lock.stops(&self.schema, "with here as").await;
                self.locks.push(lock);
            }
            KillPoint::Asked => {
                self.provider.does(Play::Hangs(Vec::new()));
                self.client(PATH, &body(false)).await;
                self.was_asked(&text).await;
            }
            KillPoint::Begun => {
                self.provider.does(Play::Hangs(STREAM.as_bytes().to_vec()));
                self.client(PATH, &body(true))
                    .await
                    .reads("response.in_progress")
                    .await;
            }
            KillPoint::InText => {
                self.provider
                    .does(Play::Hangs(format!("{STREAM}{}", event("Os")).into_bytes()));
                self.client(PATH, &body(true))
                    .await
                    .reads("response.output_text.delta")
                    .await;
            }
            KillPoint::InArguments => {
                self.provider
                    .does(Play::Hangs(STREAM_OF_A_CALL.as_bytes().to_vec()));
                let delta = "response.function_call_arguments.delta";
                self.client(PATH, &body(true)).await.reads(delta).await;
            }
            KillPoint::Queued => {
                self.running(conversation, "First").await;
                self.background(conversation, &text).await;
            }
            KillPoint::Running => {
                self.running(conversation, &text).await;
            }
            KillPoint::Cancelling => {
                let response = self.running(conversation, &text).await;
                let lock = Lock::take(&self.schema, "lock table responses in share mode").await;
                self.client(&format!("{PATH}/{response}/cancel"), &json!({}))
                    .await;
                lock.stops(&self.schema, "update responses r set status = 5")
                    .await;
                self.locks.push(lock);
            }
            KillPoint::Storing => {
                self.provider.does(says(&["Oslo."]));
                self.client(PATH, &body(false)).await;
                let lock = self.locks.last().unwrap();
                lock.stops(&self.schema, "insert into responses").await;
            }
        }
    }

    /// Kills the service, and starts another one, as if half a minute had passed.
    async fn kill(&mut self) {
        self.process.kill().await;
        for lock in self.locks.drain(..) {
            lock.release(&self.schema).await;
        }
        for table in ["responses", "turn_queue"] {
            let late = format!("update {table} set leased_until = now() - interval '1 second'");
            self.schema
                .rows(&format!("{late} where leased_until is not null"))
                .await;
        }
        let due = "update jobs set due_at = now() - interval '1 second' where kind = 11";
        self.schema.rows(due).await;
        self.provider.does(says(&["Oslo."]));
        self.process = service(&self.schema, &self.provider).await;
    }
}

async fn service(schema: &Schema, provider: &Provider) -> Process {
    let url = provider.url();
    let settings = [
        ("LLM_BASE_URL", url.as_str()),
        ("LLM_TITLES", "false"),
        ("LLM_OWNER_CONCURRENCY", "16"),
    ];
    let process = Process::external(schema.url(), &settings).await;
    process.ready().await;
    process
}

/// All stored responses: each is told as it is, whole and as a stream.
async fn stored(schema: &Schema, alice: &Actor) -> Vec<Value> {
    let ids = "select replace(id::text, '-', '') from responses order by id";
    let mut stored = Vec::new();
    for row in schema.rows(ids).await {
        let digits = u128::from_str_radix(row[0].as_ref().unwrap(), 16).unwrap();
        let path = format!("{PATH}/resp_{}", ulid::Ulid(digits));
        let response = alice.get(&path).await.expect(200);
        let told = events(alice.get(&format!("{path}?stream=true")).await.text());
        assert_eq!(told.last().unwrap()["response"], response);
        stored.push(response);
    }
    stored
}

#[tokio::test]
async fn a_response_that_is_killed_before_its_end_leaves_no_items_wherever_it_is() {
    let mut scene = Scene::begin().await;
    let mut conversations = Vec::new();
    for place in KILL_POINTS {
        let one = conversation(&scene.process.alice(), json!({})).await;
        scene.reach(place, &one).await;
        println!("{place:?} is reached");
        conversations.push((place, one));
    }
    scene.kill().await;
    // A job ends them, although no client reads them.
    let under_way = "select count(*) from responses where status = 1";
    until(&scene.schema, under_way, 20, |count| count == 0).await;
    let alice = scene.process.alice();
    let responses = stored(&scene.schema, &alice).await;
    for (place, one) in &conversations {
        let of_this = responses
            .iter()
            .filter(|response| response["conversation"]["id"] == **one);
        let states: Vec<_> = of_this
            .map(|response| response["status"].as_str().unwrap())
            .collect();
        println!("{place:?}: {states:?}");
        match place {
            // These were not stored yet.
            KillPoint::EntersTheQueue | KillPoint::Asked | KillPoint::Storing => {
                assert_eq!(states.len(), 0)
            }
            KillPoint::Begun | KillPoint::InText | KillPoint::InArguments | KillPoint::Running => {
                assert_eq!(states, ["failed"]);
            }
            KillPoint::Queued => assert_eq!(states, ["failed", "failed"]),
            KillPoint::Cancelling => assert!(matches!(states[..], ["failed" | "cancelled"])),
        }
        assert_eq!(all(&alice, one).await, Vec::<Value>::new(), "{place:?}");
        // The conversation can be used.
        let body = json!({ "input": "Capital?", "conversation": one });
        alice.post(PATH, body).await.expect(200);
        assert_eq!(all(&alice, one).await.len(), 2, "{place:?}");
    }
    rows::assert_consistent(&scene.schema).await;
}

#[tokio::test]
async fn a_response_that_a_kill_has_cut_fails_within_a_minute() {
    if !extent::is_due() {
        return;
    }
    let provider = Provider::that(says_when_told(&["Os", "lo."]));
    let (scratch, url) = (Scratch::new(), provider.url());
    let settings = [("JWT_SECRET", SECRET), ("LLM_BASE_URL", url.as_str())];
    let mut process = Process::embedded(&scratch, &settings).await;
    process.ready().await;
    let one = conversation(&process.alice(), json!({})).await;
    let body = json!({ "input": "Capital?", "conversation": one, "background": true });
    let queued = process.alice().post(PATH, body).await.expect(200);
    provider.was_asked(1).await;
    provider.go_on(1);
    process.kill().await;
    let killed = Instant::now();
    process = Process::embedded(&scratch, &settings).await;
    process.ready().await;
    let alice = process.alice();
    let response = ended(&alice, &id(&queued)).await;
    assert_eq!(response["status"], "failed");
    assert!(
        killed.elapsed() < Duration::from_secs(60),
        "{:?}",
        killed.elapsed()
    );
    let list = format!("{LIST}/{one}/items");
    assert_eq!(alice.get(&list).await.expect(200)["data"], json!([]));
    // The next turn finds its place free.
    provider.does(says(&["Oslo."]));
    let body = json!({ "input": "Capital?", "conversation": one });
    alice.post(PATH, body).await.expect(200);
    assert_eq!(all(&alice, &one).await.len(), 2);
}
