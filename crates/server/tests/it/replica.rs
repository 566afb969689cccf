//! Reads at a replica (`DATABASE_READ_URL`), and addresses that name several servers.

use crate::app::{Actor, TestApp};
use crate::db::Schema;
use crate::process::{Process, output, text};
use crate::servers::Server;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;
use std::cell::Cell;
use std::time::{Duration, Instant};
use tokio::time::sleep;

const WITHOUT: &str = "the primary answers all reads, without the replica";
const WITH: &str = "the replica answers reads";

/// A service that reads at a replica.
struct Follower {
    process: Process,
    metrics: String,
    replica: Server,
    _primary: Server,
}

impl Follower {
    async fn spawn() -> Self {
        let primary = Server::primary().await;
        let replica = Server::replica_of(&primary).await;
        let settings = [
            ("DATABASE_READ_URL", replica.url()),
            ("METRICS_PORT", "0"),
            ("GUEST_LOGIN", "true"),
            ("SHARE_LIMIT", "off"),
        ];
        let process = Process::external(primary.url(), &settings).await;
        process.ready().await;
        let line = process.log.line("metrics: http://").await;
        let (_, metrics) = line.split_once("metrics: ").unwrap();
        let metrics = metrics.trim_end().to_owned();
        let follower = Self {
            process,
            metrics,
            replica,
            _primary: primary,
        };
        follower.reads_until(WITH).await;
        follower
    }

    /// How many reads had this result so far.
    async fn reads(&self, result: &str) -> u64 {
        let page = reqwest::get(&self.metrics).await.unwrap();
        let page = page.text().await.unwrap();
        let series = format!("jan_replica_reads_total{{result=\"{result}\"}} ");
        let value = page.lines().find_map(|line| line.strip_prefix(&series));
        value.unwrap().parse().unwrap()
    }

    /// Reads until the replica has answered so many. On a busy machine it is often behind for longer than reads wait
    /// for it.
    async fn answers(&self, reads: u64) {
        for _ in 0..100 {
            if self.reads("replica").await >= reads {
                return;
            }
            many_read_own_writes(&self.process, 10).await;
        }
        panic!("the replica has not answered {reads} reads");
    }

    /// Which of the two lines the log had last.
    fn last(&self) -> Option<&'static str> {
        let lines = self.process.log.lines();
        let known = |line: &String| [WITH, WITHOUT].into_iter().find(|one| line.contains(one));
        lines.iter().rev().find_map(known)
    }

    /// Reads until the log has this one of the two lines last: on a busy machine it may have it already.
    async fn reads_until(&self, line: &str) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while self.last() != Some(line) {
            let log = || self.process.log.lines().join("\n");
            assert!(Instant::now() < deadline, "{line} is missing in\n{}", log());
            let list = self.process.alice().get("/v1/conversations").await;
            list.expect(200);
            sleep(Duration::from_millis(5)).await;
        }
    }
}

/// Stores something and reads it at once, by each kind of read.
async fn read_own_writes(actor: &Actor, anon: &Actor, rounds: usize) {
    let conversation = actor.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}");
    let share = actor.share(&conversation, json!({})).await;
    for round in 0..rounds {
        let message = format!("message {round}");
        let item = actor.say(&conversation, &message).await;
        let id = item["id"].as_str().unwrap();
        match round % 5 {
            0 => {
                let list = format!("{path}/items?order=desc&limit=1");
                let found = actor.get(&list).await.expect(200);
                assert_eq!(found["data"], json!([item]));
            }
            1 => {
                let found = actor.get(&path).await.expect(200);
                let items = found["items"].as_array().unwrap();
                assert_eq!(items.len(), round + 1);
            }
            2 => {
                let found = actor.get(&format!("{path}/items/{id}")).await;
                assert_eq!(found.expect(200), item);
            }
            3 => {
                let words =
                    format!("/v1/search?q=message%20{round}&conversation_id={conversation}");
                let found = actor.get(&words).await.expect(200);
                assert!(found.to_string().contains(id), "{found}");
            }
            _ => {
                let found = actor.get(&format!("{path}/export")).await.expect(200);
                assert!(found.to_string().contains(&message), "{found}");
            }
        }
        if round % 10 == 0 {
            let page = anon.get(&format!("/conversations/share/{share}")).await;
            page.expect(200);
            let title = json!({ "title": format!("title {round}") });
            actor.patch(&path, title.clone()).await.expect(200);
            let list = actor.get("/v1/conversations?sort=updated&limit=1").await;
            assert_eq!(list.expect(200)["data"][0]["title"], title["title"]);
        }
    }
}

/// Several clients at once, who read what they have just stored: so many reads each.
async fn many_read_own_writes(process: &Process, rounds: usize) {
    let clients = (0..4).map(|_| async {
        let anon = process.anon();
        let session = anon.post("/auth/guest-login", json!({})).await.expect(201);
        let token = session["access_token"].as_str().unwrap().to_owned();
        let guest = Actor::of(&process.url, Some(token));
        read_own_writes(&guest, &anon, rounds).await;
    });
    join_all(clients).await;
}

#[tokio::test]
async fn reads_at_a_replica_see_what_was_stored_before_and_none_fails_without_it() {
    let follower = Follower::spawn().await;
    many_read_own_writes(&follower.process, 50).await;
    follower.answers(100).await;

    // A replica that is behind.
    follower
        .replica
        .schema
        .rows("select pg_wal_replay_pause()")
        .await;
    many_read_own_writes(&follower.process, 20).await;
    follower.reads_until(WITHOUT).await;
    let behind = "it is more than 50 ms behind the primary";
    follower
        .process
        .log
        .line_with(&["WARN", WITHOUT, behind])
        .await;
    // Nothing waits for it now.
    let begun = Instant::now();
    let lost = follower.reads("lost").await;
    let alice = follower.process.alice();
    join_all((0..20).map(|_| alice.get("/v1/conversations"))).await;
    assert_eq!(
        follower.reads("lost").await,
        lost,
        "in {:?}",
        begun.elapsed()
    );
    follower
        .replica
        .schema
        .rows("select pg_wal_replay_resume()")
        .await;
    follower.reads_until(WITH).await;

    // A replica that dies while it is read.
    let is_dead = Cell::new(false);
    let reading = (0..8).map(|_| async {
        let mut since = 0;
        while since < 20 {
            alice.get("/v1/conversations").await.expect(200);
            since += usize::from(is_dead.get());
        }
    });
    let dying = async {
        sleep(Duration::from_millis(50)).await;
        follower.replica.crash().await;
        is_dead.set(true);
    };
    tokio::join!(join_all(reading), dying);
    many_read_own_writes(&follower.process, 10).await;
    follower.reads_until(WITHOUT).await;
    follower.replica.start().await;
    follower.reads_until(WITH).await;
    let before = follower.reads("replica").await;
    follower.answers(before + 1).await;
}

#[tokio::test]
async fn a_service_that_names_both_servers_follows_a_failover() {
    let primary = Server::primary().await;
    let replica = Server::replica_of(&primary).await;
    let both = primary.url_of_both(&replica);
    let process = Process::external(&both, &[("DATABASE_READ_URL", replica.url())]).await;
    process.ready().await;
    let alice = process.alice();
    let conversation = alice.conversation(json!({})).await;
    let synchronised = "select sent_lsn = replay_lsn from pg_stat_replication";
    while primary.schema.value(synchronised).await != "t" {
        sleep(Duration::from_millis(5)).await;
    }
    primary.crash().await;
    for (method, path) in [
        (Method::POST, "/v1/conversations"),
        (Method::GET, "/v1/conversations"),
    ] {
        let refused = alice.call(method, path).await;
        refused.refused("database_unavailable", None);
        assert!(!refused.header("retry-after").is_empty());
    }
    replica.promote().await;
    let deadline = Instant::now() + Duration::from_secs(60);
    while alice.post("/v1/conversations", json!({})).await.status != 201 {
        assert!(
            Instant::now() < deadline,
            "it does not find the new primary"
        );
        sleep(Duration::from_millis(20)).await;
    }
    let path = format!("/v1/conversations/{conversation}");
    alice.get(&path).await.expect(200);
}

#[tokio::test]
async fn a_database_that_takes_no_writes_is_away_for_those() {
    let primary = Server::primary().await;
    let replica = Server::replica_of(&primary).await;
    let schema = Schema::at(replica.url().to_owned());
    let database = schema.usual_database();
    let app = TestApp::serve(schema, database, |_| {});
    let alice = app.alice();
    alice.get("/v1/conversations").await.expect(200);
    let unknown = "/v1/conversations/conv_01ARZ3NDEKTSV4RRFFQ69G5FAV";
    let message = json!({ "role": "user", "content": "Hello" });
    for request in [
        alice.post("/v1/conversations", json!({})).await,
        alice.post("/v1/projects", json!({ "title": "T" })).await,
        alice.post(&format!("{unknown}/items"), message).await,
        alice.delete(unknown).await,
        app.anon().post("/auth/guest-login", json!({})).await,
    ] {
        request.refused("database_unavailable", None);
        assert!(!request.header("retry-after").is_empty());
    }
}

#[tokio::test]
async fn a_replica_needs_its_primary() {
    let run = output(&["serve"], &[("DATABASE_READ_URL", "postgres://a@b/c")]).await;
    assert_eq!(run.status.code(), Some(1));
    let said = text(&run.stderr);
    assert!(said.contains("DATABASE_READ_URL"), "{said}");
}
