//! Repeats of requests that are still running, on one instance and on several.

use super::{KEY, beside, is_replayed, keyed, patient_for};
use crate::app::{TestApp, id, repeats};
use crate::chat::{PATH, conversing, said, user};
use crate::clock::PinnedClock;
use crate::db::Schema;
use crate::durability::cutter::Cutter;
use crate::provider::{Provider, says_when_told};
use crate::purge::until;
use chrono::TimeDelta;
use domain::clock::Ids;
use futures_util::future::join_all;
use infra::clock::{RandomIds, SystemClock};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use ulid::Ulid;

#[tokio::test]
async fn twins_at_once_are_one_on_any_instance() {
    let app = TestApp::spawn().await;
    let other = beside(&app, |_| {});
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}/items");
    let body = user("once");
    let actors = [app.alice(), other.alice()];
    let twins = (0..12).map(|n| keyed(&actors[n % 2], &path, "k", &body));
    let answers = join_all(twins).await;
    let first = answers.iter().filter(|answer| !is_replayed(answer)).count();
    assert_eq!(first, 1);
    let ids: Vec<_> = answers.into_iter().map(|a| id(&a.expect(201))).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(said(&alice, &conversation).await.len(), 1);
}

#[tokio::test]
async fn a_repeat_waits_for_the_first_wherever_that_is() {
    let provider = Provider::that(says_when_told(&["Yes."]));
    let (app, alice, conversation) = conversing(&provider).await;
    let other = beside(&app, |parts| parts.provider = provider.connected());
    let body = json!({ "messages": [user("Now?")], "conversation": conversation });
    let (here, there) = (app.alice(), other.alice());
    let (first, second, third, ()) = tokio::join!(
        keyed(&alice, PATH, "k", &body),
        async {
            provider.was_asked(1).await;
            keyed(&here, PATH, "k", &body).await
        },
        async {
            provider.was_asked(1).await;
            keyed(&there, PATH, "k", &body).await
        },
        async {
            provider.was_asked(1).await;
            provider.go_on(100);
        },
    );
    assert!(!is_replayed(&first) && is_replayed(&second) && is_replayed(&third));
    let texts = [first, second, third].map(|answer| {
        let answer = answer.expect(200);
        assert_eq!(answer["conversation"]["id"], conversation);
        answer["choices"][0]["message"]["content"].clone()
    });
    assert_eq!(texts, [json!("Yes."), json!("Yes."), json!("Yes.")]);
    assert_eq!(provider.asked().len(), 1);
    assert_eq!(said(&alice, &conversation).await.len(), 2);
}

#[tokio::test]
async fn a_repeat_does_not_wait_for_ever() {
    let provider = Provider::that(says_when_told(&["Yes."]));
    let (app, alice, conversation) = conversing(&provider).await;
    let clock = app.clock.clone();
    let hasty = beside(&app, |parts| {
        patient_for(&clock, parts, Duration::from_millis(50));
    });
    let body = json!({ "messages": [user("Now?")], "conversation": conversation });
    let (first, ()) = tokio::join!(keyed(&alice, PATH, "k", &body), async {
        provider.was_asked(1).await;
        let early = keyed(&hasty.alice(), PATH, "k", &body).await;
        early.refused("idempotency_in_progress", None);
        assert_eq!(early.header("x-should-retry"), "true");
        assert_ne!(early.header("retry-after"), "");
        let other = json!({ "messages": [user("When?")], "conversation": conversation });
        let reused = keyed(&hasty.alice(), PATH, "k", &other).await;
        reused.failure("idempotency_key_reused");
        provider.go_on(100);
    });
    first.expect(200);
}

#[tokio::test]
async fn a_claim_whose_server_died_is_free_after_a_minute_and_the_dead_ones_turn_is_not_stored() {
    let provider = Provider::that(says_when_told(&["Yes."]));
    let (app, alice, conversation) = conversing(&provider).await;
    let other = beside(&app, |parts| parts.provider = provider.connected());
    let body = json!({ "messages": [user("Now?")], "conversation": conversation });
    // It is not renewed, as by a server that stands still.
    let (slow, ()) = tokio::join!(keyed(&alice, PATH, "k", &body), async {
        provider.was_asked(1).await;
        app.clock.advance(TimeDelta::seconds(61));
        let expire = "update turn_queue set leased_until = now() - interval '1 second'";
        app.schema.rows(expire).await;
        let there = other.alice();
        let (taken, ()) = tokio::join!(keyed(&there, PATH, "k", &body), async {
            provider.was_asked(2).await;
            provider.go_on(100);
        });
        assert!(!is_replayed(&taken));
        taken.expect(200);
    });
    // Whichever of the two was stored, the other was not.
    assert!(slow.status == 409 || slow.status == 200, "{}", slow.text());
    assert_eq!(said(&alice, &conversation).await.len(), 2);
}

/// A service whose way to the database may be cut, and the database itself.
async fn behind(patience: Duration) -> (TestApp, Cutter, Schema) {
    let schema = Schema::migrated().await;
    let cutter = Cutter::to(&schema).await;
    let proxied = cutter.schema(&schema);
    let database = proxied.patient_database(1);
    let clock = Arc::new(PinnedClock::new());
    let app = TestApp::serve_at(clock.clone(), proxied, database, |parts| {
        parts.ids = Arc::new(RandomIds(SystemClock));
        patient_for(&clock, parts, patience);
    });
    (app, cutter, schema)
}

#[tokio::test]
async fn a_key_is_free_again_whose_client_was_gone_while_it_was_claimed() {
    let (app, cutter, schema) = behind(Duration::from_secs(5)).await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}/items");
    let (line, body) = (format!("POST {path}"), user("once"));
    let request = app.by_alice(line.as_bytes(), body.to_string().as_bytes());
    let request = String::from_utf8(request).unwrap();
    let marked = format!("Host: localhost\r\n{KEY}: k\r\n");
    let request = request.replacen("Host: localhost\r\n", &marked, 1);
    cutter.hold_after(0);
    let mut client = TcpStream::connect(app.address).await.unwrap();
    client.write_all(request.as_bytes()).await.unwrap();
    // It is claimed, and the service does not know it yet.
    until(&schema, "select count(*) from repeats", 20, |n| n == 1).await;
    client.set_zero_linger().unwrap();
    drop(client);
    // The only worker has seen it when it has answered others.
    for _ in 0..3 {
        app.anon().get("/healthz").await.expect(200);
    }
    cutter.let_all_through();
    let again = keyed(&alice, &path, "k", &body).await;
    assert!(!is_replayed(&again), "{}", again.text());
    again.expect(201);
    assert_eq!(said(&alice, &conversation).await.len(), 1);
}

#[tokio::test]
async fn a_key_is_free_again_soon_after_the_database_is_back() {
    let (app, cutter, schema) = behind(Duration::from_millis(50)).await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}/items");
    let connections = cutter.connections();
    cutter.cut_all();
    let failed = keyed(&alice, &path, "k", &user("once")).await;
    failed.failure("database_unavailable");
    until(&schema, "select count(*) from repeats", 20, |n| n == 1).await;
    // It was tried to give the key back, in vain.
    while cutter.connections() == connections {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    cutter.let_all_through();
    let mut answer = keyed(&alice, &path, "k", &user("once")).await;
    for _ in 0..200 {
        if answer.status == 201 {
            break;
        }
        answer = keyed(&alice, &path, "k", &user("once")).await;
    }
    assert!(!is_replayed(&answer), "{}", answer.text());
    answer.expect(201);
    assert_eq!(said(&alice, &conversation).await.len(), 1);
}

/// Counts how often requests are looked up.
struct Looks(RandomIds<SystemClock>, AtomicUsize);

impl Ids for Looks {
    fn ulid(&self) -> Ulid {
        self.1.fetch_add(1, Relaxed);
        self.0.ulid()
    }
}

#[tokio::test]
async fn a_repeat_of_a_turn_that_is_cancelled_is_told_so_and_asks_no_model() {
    let provider = Provider::that(says_when_told(&["One ", "two"]));
    let (app, _, conversation) = conversing(&provider).await;
    let looks = Arc::new(Looks(RandomIds(SystemClock), AtomicUsize::new(0)));
    let counted = beside(&app, |parts| {
        parts.provider = provider.connected();
        let patience = Duration::from_secs(60);
        parts.repeats = repeats(&parts.database, &app.clock, looks.clone(), patience);
    });
    let alice = counted.alice();
    let body = json!({ "messages": [user("Count")], "conversation": conversation });
    let (first, repeat, ended) = tokio::join!(
        keyed(&alice, PATH, "k", &body),
        async {
            provider.was_asked(1).await;
            keyed(&alice, PATH, "k", &body).await
        },
        async {
            // The repeat has found the first under way when it looks once more.
            while looks.1.load(Relaxed) < 3 {
                tokio::task::yield_now().await;
            }
            let cancel = format!("/v1/conversations/{conversation}/cancel");
            alice.post(&cancel, json!({ "keep": false })).await
        },
    );
    ended.expect(200);
    for answer in [first, repeat] {
        answer.refused("turn_cancelled", None);
    }
    assert_eq!(provider.asked().len(), 1);
    assert_eq!(said(&alice, &conversation).await, []);
}
