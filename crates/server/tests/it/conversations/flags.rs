//! Archived and pinned conversations and projects.

use crate::app::{Actor, TestApp, id};
use crate::paging;
use crate::rows;
use chrono::TimeDelta;
use serde_json::{Value, json};

fn flags(object: &Value) -> (bool, bool) {
    let flag = |name: &str| object[name].as_bool().unwrap();
    (flag("archived"), flag("pinned"))
}

async fn listed(actor: &Actor, path: &str) -> Vec<String> {
    let page = actor.get(path).await.expect(200);
    let data = page["data"].as_array().unwrap();
    data.iter().map(id).collect()
}

#[tokio::test]
async fn they_are_set_at_creation_changed_and_cleared() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    for (list, new) in [
        (
            "/v1/conversations",
            json!({ "archived": true, "pinned": true }),
        ),
        (
            "/v1/projects",
            json!({ "title": "P", "archived": true, "pinned": true }),
        ),
    ] {
        let created = alice.post(list, new).await.expect(201);
        assert_eq!(flags(&created), (true, true), "{list}");
        let path = format!("{list}/{}", id(&created));
        let steps = [
            (json!({}), (true, true)),
            (json!({ "archived": false }), (false, true)),
            (json!({ "pinned": null }), (false, false)),
            (json!({ "archived": true, "pinned": true }), (true, true)),
            (json!({ "archived": null }), (false, true)),
        ];
        for (change, expected) in steps {
            app.clock.advance(TimeDelta::seconds(1));
            let changed = alice.patch(&path, change.clone()).await.expect(200);
            assert_eq!(flags(&changed), expected, "{list} {change}");
            let found = alice.get(&path).await.expect(200);
            assert_eq!(flags(&found), expected, "{list} {change}");
            assert_eq!(
                found["updated_at"], created["updated_at"],
                "{list} {change}"
            );
        }
        let refused = alice.patch(&path, json!({ "archived": "yes" })).await;
        refused.refused("invalid_type", Some("archived"));
    }
}

#[tokio::test]
async fn first_messages_and_flags_go_together() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let body = json!({ "archived": true, "items": [{ "role": "user", "content": "Hello" }] });
    let conversation = alice.conversation(body).await;
    let found = alice
        .get(&format!("/v1/conversations/{conversation}"))
        .await
        .expect(200);
    assert_eq!(flags(&found), (true, false));
    assert_eq!(found["items"][0]["content"], "Hello");
}

#[tokio::test]
async fn a_list_shows_the_chosen_conversations() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let project = alice.project("P").await;
    let mut all = Vec::new();
    for (archived, pinned) in [(false, false), (false, true), (true, false), (true, true)] {
        let body = json!({ "project_id": project, "archived": archived, "pinned": pinned });
        all.push(alice.conversation(body).await);
        app.clock.advance(TimeDelta::seconds(1));
    }
    for list in [
        "/v1/conversations?order=asc".to_owned(),
        "/v1/conversations?order=asc&sort=updated".to_owned(),
        format!("/v1/conversations?order=asc&project_id={project}"),
        format!("/v1/projects/{project}/conversations?order=asc"),
        format!("/v1/projects/{project}/conversations?order=asc&sort=updated"),
    ] {
        for (filter, shown) in [
            ("", vec![0, 1]),
            ("&archived=false", vec![0, 1]),
            ("&archived=true", vec![2, 3]),
            ("&archived=any", vec![0, 1, 2, 3]),
            ("&pinned=true", vec![1]),
            ("&pinned=false", vec![0]),
            ("&archived=true&pinned=true", vec![3]),
            ("&archived=any&pinned=true", vec![1, 3]),
            ("&archived=any&pinned=false", vec![0, 2]),
        ] {
            let shown: Vec<_> = shown.into_iter().map(|n: usize| all[n].clone()).collect();
            let path = format!("{list}{filter}");
            assert_eq!(listed(&alice, &path).await, shown, "{path}");
        }
    }
    let found = alice.get(&format!("/v1/projects/{project}")).await;
    assert_eq!(found.expect(200)["conversation_count"], 4);
}

#[tokio::test]
async fn the_list_of_projects_has_the_same_filters() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let (one, other) = (alice.project("One").await, alice.project("Other").await);
    let path = format!("/v1/projects/{one}");
    alice
        .patch(&path, json!({ "archived": true, "pinned": true }))
        .await
        .expect(200);
    for (filter, shown) in [
        ("", vec![&other]),
        ("?archived=true", vec![&one]),
        ("?archived=any&order=asc", vec![&one, &other]),
        ("?archived=any&pinned=true", vec![&one]),
        ("?archived=any&pinned=false", vec![&other]),
        ("?pinned=true", vec![]),
    ] {
        let path = format!("/v1/projects{filter}");
        assert_eq!(
            listed(&alice, &path).await.iter().collect::<Vec<_>>(),
            shown,
            "{path}"
        );
    }
    // A change of the texts moves `updated_at`, also beside a flag.
    app.clock.advance(TimeDelta::seconds(1));
    let before = alice.get(&path).await.expect(200);
    let change = json!({ "title": "New", "archived": false });
    let after = alice.patch(&path, change).await.expect(200);
    assert_ne!(before["updated_at"], after["updated_at"]);
}

#[tokio::test]
async fn paging_stays_exact_among_many_archived_ones() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let ids = rows::conversations(&app.schema, 300).await;
    app.schema
        .rows("update conversations set archived = true")
        .await;
    let mut in_use = Vec::new();
    for id in ids.iter().step_by(20) {
        let path = format!("/v1/conversations/{id}");
        alice
            .patch(&path, json!({ "archived": false }))
            .await
            .expect(200);
        in_use.push(id.clone());
    }
    paging::assert_exact(&alice, "/v1/conversations", &in_use).await;
}

#[tokio::test]
async fn an_export_has_the_flags_and_a_fork_has_not() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let body = json!({ "archived": true, "pinned": true,
        "items": [{ "role": "user", "content": "Hello" }] });
    let conversation = alice.conversation(body).await;
    let path = format!("/v1/conversations/{conversation}/export");
    let export = alice.get(&path).await.expect(200);
    assert_eq!(flags(&export), (true, true));
    let share = alice.share(&conversation, json!({})).await;
    let link = format!("/conversations/share/{share}");
    let shown = app.anon().get(&link).await.expect(200);
    assert!(shown.get("archived").is_none() && shown.get("pinned").is_none());
    let fork = bob
        .post(&format!("{link}/fork"), json!({}))
        .await
        .expect(201);
    assert_eq!(flags(&fork), (false, false));
}
