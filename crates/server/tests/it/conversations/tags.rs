//! Tags of conversations, and lists by tags and metadata.

use crate::app::{Actor, TestApp, id};
use serde_json::json;

async fn listed(actor: &Actor, query: &str) -> Vec<String> {
    let path = format!("/v1/conversations?order=asc&{query}");
    let page = actor.get(&path).await.expect(200);
    let data = page["data"].as_array().unwrap();
    data.iter().map(id).collect()
}

#[tokio::test]
async fn they_are_set_at_creation_changed_and_cleared() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let new = json!({ "tags": [" Work ", "work", "Straße"] });
    let created = alice.post("/v1/conversations", new).await.expect(201);
    assert_eq!(created["tags"], json!(["Work", "Straße"]));
    let path = format!("/v1/conversations/{}", id(&created));
    for (change, expected) in [
        (json!({}), json!(["Work", "Straße"])),
        (json!({ "title": "T" }), json!(["Work", "Straße"])),
        (json!({ "tags": ["Ω", "b"] }), json!(["Ω", "b"])),
        (json!({ "tags": null }), json!([])),
        (json!({ "tags": ["c"] }), json!(["c"])),
        (json!({ "tags": [] }), json!([])),
    ] {
        let before = alice.get(&path).await;
        let changed = alice.patch(&path, change.clone()).await.expect(200);
        assert_eq!(changed["tags"], expected, "{change}");
        let found = alice.get(&path).await;
        let is_same = before.json()["tags"] == expected && change.get("title").is_none();
        assert_eq!(
            before.header("etag") == found.header("etag"),
            is_same,
            "{change}"
        );
        let found = found.expect(200);
        assert_eq!(found["tags"], expected, "{change}");
        assert_eq!(found["updated_at"], created["updated_at"], "{change}");
        let export = alice.get(&format!("{path}/export")).await.expect(200);
        assert!(
            export.to_string().contains(&expected.to_string()),
            "{export}"
        );
    }
}

#[tokio::test]
async fn wrong_ones_are_refused_by_their_place() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let many: Vec<_> = (0..21).map(|n| n.to_string()).collect();
    for (tags, param) in [
        (json!(["a", " "]), "tags[1]"),
        (json!(["x".repeat(65)]), "tags[0]"),
        (json!(many), "tags"),
    ] {
        let answer = alice.post("/v1/conversations", json!({ "tags": tags }));
        answer.await.refused("invalid_value", Some(param));
    }
    let list = |query: &str| format!("/v1/conversations?{query}");
    let answer = alice.get(&list("tag=")).await;
    answer.refused("invalid_value", Some("tag"));
    let twice = alice.get(&list("metadata[a]=1&metadata[a]=2")).await;
    twice.refused("invalid_value", Some("metadata"));
    let unknown = alice.get(&list("tags=a")).await;
    unknown.refused("unknown_field", Some("tags"));
    let equal = json!({ "tags": vec!["equal"; 21] });
    let answer = alice.post("/v1/conversations", equal).await;
    answer.refused("invalid_value", Some("tags"));
}

#[tokio::test]
async fn filters_in_another_form_are_refused_with_the_right_one() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let project = alice.project("P").await;
    for (names, advice) in [
        (
            &["tag[]", "tag[0]", "tag."][..],
            "Tags are given as `tag=…`, once for each of them.",
        ),
        (
            &[
                "metadata",
                "metadata.a",
                "metadata[a.b",
                "metadata[a][b]",
                "metadata[a]b",
            ],
            "A pair of metadata is given as `metadata[key]=value`.",
        ),
    ] {
        for name in names {
            for path in [
                "/v1/conversations".to_owned(),
                format!("/v1/projects/{project}/conversations"),
            ] {
                let answer = alice.get(&format!("{path}?{name}=1")).await;
                let told = answer.json()["error"]["message"].clone();
                answer.refused("unknown_field", Some(name));
                let expected = format!("{name} is not a query parameter here. {advice}");
                assert_eq!(told, expected);
            }
        }
    }
    let no_key = alice.get("/v1/conversations?metadata[]=1").await;
    no_key.refused("invalid_value", Some("metadata"));
    // Keys may have brackets.
    let body = json!({ "metadata": { "a[b]": "1", "a]": "2" } });
    let conversation = alice.conversation(body).await;
    let found = listed(&alice, "metadata[a[b]]=1&metadata[a]]=2").await;
    assert_eq!(found, [conversation]);
}

#[tokio::test]
async fn lists_show_conversations_with_all_given_tags_and_pairs() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let project = alice.project("P").await;
    let work = json!({ "tags": ["Work"], "metadata": { "a": "1", "b": "x y&z" } });
    let both = json!({ "tags": ["work", "ÖL"], "metadata": { "a": "1" }, "project_id": project });
    let (work, both) = (
        alice.conversation(work).await,
        alice.conversation(both).await,
    );
    let none = alice.conversation(json!({})).await;
    let all = [&work, &both, &none].map(Clone::clone).to_vec();
    for (query, expected) in [
        ("", all),
        ("tag=WORK", vec![work.clone(), both.clone()]),
        ("tag=work&tag=%C3%B6l", vec![both.clone()]),
        ("tag=wor", vec![]),
        ("metadata[a]=1", vec![work.clone(), both.clone()]),
        (
            "metadata%5Ba%5D=1&metadata[b]=x%20y%26z",
            vec![work.clone()],
        ),
        ("metadata[a]=2", vec![]),
        ("metadata[a]=1&tag=%C3%96l&sort=updated", vec![both.clone()]),
        ("tag=work&limit=1", vec![work.clone()]),
    ] {
        assert_eq!(listed(&alice, query).await, expected, "{query}");
    }
    let path = format!("/v1/projects/{project}/conversations?tag=work");
    let page = alice.get(&path).await.expect(200);
    assert_eq!(page["data"].as_array().map(Vec::len), Some(1));
    assert_eq!(listed(&app.bob(), "tag=work").await, Vec::<String>::new());
}
