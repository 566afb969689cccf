//! Copies of shared conversations: each may be as much work as a whole conversation.

use super::{are_waiting, at_once};
use crate::app::{Actor, TestApp};
use crate::db::Schema;
use crate::purge::until;
use crate::rows;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;
use std::time::Duration;
use tokio_postgres::Client;

/// A link to a conversation, and a lock that holds up copies of it until it is dropped.
struct Scene {
    app: TestApp,
    link: String,
    holder: Client,
}

impl Scene {
    /// A service of so many connections.
    async fn new(connections: usize) -> Self {
        let schema = Schema::migrated().await;
        let database = schema.patient_database(connections);
        let app = TestApp::serve(schema, database, |_| {});
        let alice = app.alice();
        let conversation = alice.conversation(json!({})).await;
        rows::items(&app.schema, &conversation, 3, "'x'").await;
        let share = alice.share(&conversation, json!({})).await;
        let link = format!("/conversations/share/{share}");
        let holder = app.schema.connected().await;
        let lock = "begin; lock table items in share mode";
        holder.batch_execute(lock).await.unwrap();
        Self { app, link, holder }
    }

    fn forks(&self, actor: &Actor, count: usize) -> Vec<tokio::task::JoinHandle<u16>> {
        at_once(count, || {
            let (actor, path) = (actor.clone(), format!("{}/fork", self.link));
            async move { actor.call(Method::POST, &path).await.status }
        })
    }

    /// Waits until so many copies are being made.
    async fn are_made(&self, count: u64) {
        let made = "select count(*) from pg_locks l join pg_class c on c.oid = l.relation
            where c.relname = 'items' and c.relnamespace = current_schema()::regnamespace
                and not l.granted";
        until(&self.app.schema, made, 20, |found| found == count).await;
    }
}

#[tokio::test]
async fn an_owner_makes_one_copy_at_a_time_and_all_together_a_quarter_of_the_connections() {
    let scene = Scene::new(8).await;
    let (bob, carol) = (scene.app.bob(), scene.app.guest().await.0);
    let mut stuck = scene.forks(&bob, 4);
    scene.are_made(1).await;
    // Others have their turn, and everything but copies goes on.
    stuck.extend(scene.forks(&carol, 1));
    scene.are_made(2).await;
    let dave = scene.app.guest().await.0;
    stuck.extend(scene.forks(&dave, 1));
    for actor in [&bob, &carol, &dave] {
        actor.get("/v1/conversations").await.expect(200);
        actor.conversation(json!({})).await;
    }
    scene.app.anon().get(&scene.link).await.expect(200);
    scene.are_made(2).await;
    assert!(are_waiting(&stuck));
    scene.holder.batch_execute("rollback").await.unwrap();
    for answer in join_all(stuck).await {
        assert_eq!(answer.unwrap(), 201);
    }
    let copies = "select count(*) from conversations where item_count = 3";
    assert_eq!(scene.app.schema.value(copies).await, "7");
}

#[tokio::test]
async fn many_copies_at_once_are_told_to_come_back() {
    let scene = Scene::new(8).await;
    let bob = scene.app.bob();
    let forks = scene.forks(&bob, 10);
    scene.are_made(1).await;
    // One is being made, and four may wait for it.
    let refused = || forks.iter().filter(|fork| fork.is_finished()).count();
    while refused() < 5 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let path = format!("{}/fork", scene.link);
    let answer = bob.call(Method::POST, &path).await;
    answer.refused("server_busy", None);
    assert!(!answer.header("retry-after").is_empty());
    // The others that may wait do wait.
    assert_eq!(refused(), 5);
    scene.holder.batch_execute("rollback").await.unwrap();
    let answers: Vec<_> = join_all(forks).await.into_iter().flatten().collect();
    let made = answers.iter().filter(|status| **status == 201).count();
    let busy = answers.iter().filter(|status| **status == 503).count();
    assert_eq!((made, busy), (5, 5), "{answers:?}");
}
