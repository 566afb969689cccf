//! `?q=`: lists of conversations whose titles match.

use crate::app::{Actor, TestApp};
use crate::search::indexing::index_all;
use chrono::TimeDelta;
use serde_json::{Value, json};

async fn listed(actor: &Actor, path: &str) -> Vec<String> {
    let page = actor.get(path).await.expect(200);
    let data = page["data"].as_array().unwrap().iter();
    data.map(|one| one["title"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn titles_alone_are_searched_in_the_words_of_search() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let project = alice.project("P").await;
    for (title, more) in [
        ("Straße nach Oslo", json!({})),
        ("旅行の計画", json!({ "tags": ["trip"] })),
        ("Oslo invoices", json!({ "project_id": project })),
        ("Old Oslo", json!({ "archived": true })),
    ] {
        let mut body = more;
        body["title"] = json!(title);
        let id = alice.conversation(body).await;
        app.clock.advance(TimeDelta::seconds(1));
        alice.say(&id, "Oslo is only in the message 旅行").await;
    }
    app.bob()
        .conversation(json!({ "title": "Oslo, too" }))
        .await;
    let of_project = format!("/v1/projects/{project}/conversations?q=oslo");
    for is_indexed in [false, true] {
        for (path, expected) in [
            (
                "/v1/conversations?q=OSLO",
                vec!["Oslo invoices", "Straße nach Oslo"],
            ),
            (
                "/v1/conversations?q=oslo&order=asc&limit=1",
                vec!["Straße nach Oslo"],
            ),
            (
                "/v1/conversations?q=oslo&sort=updated",
                vec!["Oslo invoices", "Straße nach Oslo"],
            ),
            ("/v1/conversations?q=osl*&archived=true", vec!["Old Oslo"]),
            (
                "/v1/conversations?q=strasse+-invoices",
                vec!["Straße nach Oslo"],
            ),
            (
                "/v1/conversations?q=%22nach+oslo%22",
                vec!["Straße nach Oslo"],
            ),
            (
                "/v1/conversations?q=%E6%97%85%E8%A1%8C&tag=trip",
                vec!["旅行の計画"],
            ),
            ("/v1/conversations?q=message", vec![]),
            (of_project.as_str(), vec!["Oslo invoices"]),
        ] {
            assert_eq!(listed(&alice, path).await, expected, "{path} {is_indexed}");
        }
        index_all(&app).await;
    }
    for refused in ["", "*", "-oslo"] {
        let path = format!("/v1/conversations?q={refused}");
        alice.get(&path).await.refused("invalid_value", Some("q"));
    }
    let unknown = "/v1/conversations?q=oslo&project_id=proj_01JFQ2K7W2B3V4C5X6Z7M8N9QA";
    alice
        .get(unknown)
        .await
        .refused("project_not_found", Some("project_id"));
}

#[tokio::test]
async fn paging_through_titles_is_exact_while_others_are_renamed() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let mut expected = Vec::new();
    let mut others = Vec::new();
    for number in 0..9 {
        expected.push(
            alice
                .conversation(json!({ "title": format!("plan {number}") }))
                .await,
        );
        others.push(alice.conversation(json!({ "title": "other" })).await);
    }
    expected.reverse();
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = alice
            .get(&format!("/v1/conversations?q=plan&limit=2{after}"))
            .await;
        let page = page.expect(200);
        let data = page["data"].as_array().unwrap().iter();
        seen.extend(data.map(|one| one["id"].as_str().unwrap().to_owned()));
        if seen.len() == 4 {
            index_all(&app).await;
        }
        if page["has_more"] == false {
            assert_eq!(page["next_after"], Value::Null);
            break;
        }
        after = format!("&after={}", page["next_after"].as_str().unwrap());
        // A newer one, which is not on the pages that follow.
        let path = format!("/v1/conversations/{}", others[others.len() - 1]);
        alice
            .patch(&path, json!({ "title": "a plan now" }))
            .await
            .expect(200);
    }
    assert_eq!(seen, expected);
    assert_eq!(
        listed(&alice, "/v1/conversations?q=now").await,
        ["a plan now"]
    );
}
