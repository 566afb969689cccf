//! Three instances of the real program on one database, each request at another one, as behind a proxy
//! that goes round.

use crate::app::Actor;
use crate::db::Schema;
use crate::process::Process;
use crate::purge::until;
use crate::rows;
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

struct Instances {
    schema: Schema,
    processes: Vec<Process>,
    actors: Vec<Actor>,
    turn: AtomicUsize,
}

impl Instances {
    async fn three() -> Self {
        let schema = Schema::migrated().await;
        let mut processes = Vec::new();
        for _ in 0..3 {
            processes.push(Process::external(schema.url(), &[("DATABASE_POOL_SIZE", "4")]).await);
        }
        for process in &processes {
            process.ready().await;
        }
        Self {
            actors: processes.iter().map(Process::alice).collect(),
            schema,
            processes,
            turn: AtomicUsize::new(0),
        }
    }

    /// The same owner, at the next instance.
    fn next(&self) -> Actor {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        self.actors[turn % self.actors.len()].clone()
    }
}

fn ids(list: &Value) -> Vec<String> {
    let items = list["data"].as_array().unwrap().iter();
    items
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn pages_call_ids_and_purge_are_right_at_any_instance() {
    let instances = Instances::three().await;
    let conversation = instances.next().conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}/items");
    let appends = (0..60).map(|number| {
        let (actor, path) = (instances.next(), path.clone());
        async move {
            let body = json!({ "role": "user", "content": number.to_string() });
            actor.post(&path, body).await.expect(201)
        }
    });
    join_all(appends).await;
    // Pages of one list, each from another instance.
    let whole = ids(&instances
        .next()
        .get(&format!("{path}?limit=100"))
        .await
        .expect(200));
    let mut paged: Vec<String> = Vec::new();
    loop {
        let after = paged
            .last()
            .map(|id| format!("&after={id}"))
            .unwrap_or_default();
        let page = instances
            .next()
            .get(&format!("{path}?limit=7{after}"))
            .await
            .expect(200);
        paged.extend(ids(&page));
        if page["has_more"] == json!(false) {
            break;
        }
    }
    assert_eq!(
        (paged.len(), paged.iter().collect::<HashSet<_>>().len()),
        (60, 60)
    );
    assert_eq!(paged, whole);
    // Twins of one call_id are one message.
    let twins = (0..12).map(|_| {
        let (actor, path) = (instances.next(), path.clone());
        let body = json!({ "role": "tool", "content": "once", "call_id": "call_1" });
        async move { actor.post(&path, body).await.json()["id"].clone() }
    });
    let twins: HashSet<String> = join_all(twins).await.iter().map(Value::to_string).collect();
    assert_eq!(twins.len(), 1, "{twins:?}");
    // What one deletes is gone at the others, and its rows soon.
    instances
        .next()
        .delete(&format!("/v1/conversations/{conversation}"))
        .await;
    for _ in 0..3 {
        instances
            .next()
            .get(&path)
            .await
            .refused("conversation_not_found", None);
    }
    until(
        &instances.schema,
        "select count(*) from items",
        60,
        |count| count == 0,
    )
    .await;
}

#[tokio::test]
async fn exactly_10_000_fit_through_three_instances() {
    let instances = Instances::three().await;
    let conversation = instances.next().conversation(json!({})).await;
    rows::items(&instances.schema, &conversation, 9_990, "'x'").await;
    let path = format!("/v1/conversations/{conversation}/items");
    let appends = (0..40).map(|_| {
        let (actor, path) = (instances.next(), path.clone());
        async move {
            actor
                .post(&path, json!({ "role": "user", "content": "x" }))
                .await
        }
    });
    let answers = join_all(appends).await;
    let stored = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(stored, 10);
    for full in answers.iter().filter(|answer| answer.status != 201) {
        full.refused("conversation_full", None);
    }
    rows::assert_consistent(&instances.schema).await;
}

#[tokio::test]
async fn an_instance_that_is_killed_under_load_costs_the_others_nothing() {
    let mut instances = Instances::three().await;
    let is_over = Arc::new(AtomicBool::new(false));
    let conversation = instances.next().conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}/items");
    // Writers at the two that stay.
    let writers = (0..4).map(|number| {
        let (actor, path) = (instances.actors[number % 2].clone(), path.clone());
        let is_over = Arc::clone(&is_over);
        tokio::spawn(async move {
            let mut stored = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                let item = actor
                    .post(&path, json!({ "role": "user", "content": "x" }))
                    .await;
                stored.push(item.expect(201)["id"].as_str().unwrap().to_owned());
            }
            stored
        })
    });
    let writers: Vec<_> = writers.collect();
    // One at the instance that is killed in the middle of it.
    let (doomed, doomed_path) = (instances.actors[2].clone(), path.clone());
    let doomed = tokio::spawn(async move {
        let mut stored = Vec::new();
        loop {
            let body = json!({ "role": "user", "content": "x" }).to_string();
            let request = doomed.request(reqwest::Method::POST, &doomed_path);
            let request = request
                .header("content-type", "application/json")
                .body(body);
            let Ok(answer) = request.send().await else {
                return stored;
            };
            let status = answer.status();
            let Ok(text) = answer.text().await else {
                return stored;
            };
            assert_eq!(status, 201, "{text}");
            let item: Value = serde_json::from_str(&text).unwrap();
            stored.push(item["id"].as_str().unwrap().to_owned());
        }
    });
    let enough = format!(
        "select item_count from conversations where id = '{}'",
        rows::stored(&conversation)
    );
    until(&instances.schema, &enough, 60, |count| count >= 60).await;
    instances.processes[2].kill().await;
    let mut acknowledged = doomed.await.unwrap();
    let more = instances
        .schema
        .value(&enough)
        .await
        .parse::<u64>()
        .unwrap()
        + 60;
    until(&instances.schema, &enough, 60, |count| count >= more).await;
    is_over.store(true, Ordering::Relaxed);
    for writer in writers {
        acknowledged.extend(writer.await.unwrap());
    }
    let there: HashSet<String> = rows::item_ids(&instances.schema, &conversation)
        .await
        .into_iter()
        .collect();
    let lost = acknowledged
        .iter()
        .filter(|id| !there.contains(*id))
        .count();
    assert_eq!(lost, 0, "of {}", acknowledged.len());
}
