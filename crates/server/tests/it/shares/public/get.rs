use crate::app::TestApp;
use crate::rows;
use crate::shares::{link, message, shown, texts};
use reqwest::Method;
use reqwest::header::{ACCEPT, HeaderMap};
use serde_json::{Value, json};

/// Data that only the owner may ever see.
const SECRET: &str = "zanzibar";

#[tokio::test]
async fn a_link_shows_exactly_this() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let project = alice.project(SECRET).await;
    let described = json!({ "description": SECRET, "instruction": SECRET });
    let path = format!("/v1/projects/{project}");
    alice.patch(&path, described).await.expect(200);
    let body = json!({
        "title": "Plans", "project_id": project, "metadata": { SECRET: SECRET },
    });
    let conversation = alice.conversation(body).await;
    for role in ["system", "developer", "tool"] {
        message(&alice, &conversation, role, SECRET).await;
    }
    let path = format!("/v1/conversations/{conversation}");
    let called = json!({ "role": "user", "content": "Hello", "call_id": SECRET });
    let first = alice
        .post(&format!("{path}/items"), called)
        .await
        .expect(201);
    let second = message(&alice, &conversation, "assistant", SECRET).await;
    let edit = format!("{path}/items/{second}/edit");
    let body = json!({ "content": "Hi." });
    alice.call_with(Method::PUT, &edit, &body).await.expect(200);
    let share = alice
        .share(&conversation, json!({ "read_only": false }))
        .await;
    let add = format!("{}/items", link(&share));
    let third = bob
        .post(&add, json!({ "content": "Me, too" }))
        .await
        .expect(201);
    message(&alice, &conversation, "tool", SECRET).await;

    let view = app.anon().get(&link(&share)).await.expect(200);
    let at = "2025-12-23T10:00:00.000000Z";
    let expected = json!({
        "object": "shared_conversation",
        "share_id": share,
        "title": "Plans",
        "read_only": false,
        "live": true,
        "expires_at": null,
        "items": [
            { "id": first["id"], "role": "user", "content": "Hello", "created_at": at },
            { "id": second, "role": "assistant", "content": "Hi.", "created_at": at },
            { "id": third["id"], "role": "user", "content": "Me, too", "created_at": at },
        ],
        "has_more": false,
        "next_after": null,
    });
    assert_eq!(view, expected);
    for format in ["json", "md", "html"] {
        let answer = app
            .anon()
            .get(&format!("{}?format={format}", link(&share)))
            .await;
        assert_eq!(answer.status, 200);
        let text = answer.text();
        for hidden in [SECRET, &conversation, &project, "user_"] {
            assert!(!text.contains(hidden), "{hidden} in {format}: {text}");
        }
        for shown in ["Plans", "Hello", "Hi.", "Me, too"] {
            assert!(text.contains(shown), "{shown} not in {format}: {text}");
        }
    }
}

#[tokio::test]
async fn pages_lead_on_and_back_over_hidden_messages() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    for number in 1..=7 {
        message(&alice, &conversation, "tool", "hidden").await;
        message(&alice, &conversation, "user", &number.to_string()).await;
    }
    let share = alice.share(&conversation, json!({})).await;
    let anon = app.anon();
    let mut after = String::new();
    let mut seen = Vec::new();
    let mut pages = Vec::new();
    loop {
        let path = format!("{}?limit=3{after}", link(&share));
        let page = anon.get(&path).await.expect(200);
        seen.extend(texts(&page));
        pages.push(texts(&page));
        let next = page["next_after"].as_str().map(str::to_owned);
        assert_eq!(page["has_more"], next.is_some());
        let Some(next) = next else { break };
        after = format!("&after={next}");
    }
    assert_eq!(seen, ["1", "2", "3", "4", "5", "6", "7"]);
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 1]);
    // Before the seventh, which is the fourteenth message, stand the three of the second page.
    let back = format!("{}?limit=3&before=seq_14", link(&share));
    let back = anon.get(&back).await.expect(200);
    assert_eq!(texts(&back), pages[1]);
    assert_eq!(back["has_more"], true);
    let both = format!("{}?after=seq_1&before=seq_9", link(&share));
    anon.get(&both)
        .await
        .refused("invalid_value", Some("before"));
    let bad = format!("{}?before=x", link(&share));
    anon.get(&bad)
        .await
        .refused("invalid_cursor", Some("before"));
}

#[tokio::test]
async fn a_page_has_100_messages_unless_told_and_500_at_the_most() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    rows::items(&app.schema, &conversation, 600, "'m' || n").await;
    let share = alice.share(&conversation, json!({})).await;
    assert_eq!(shown(&app, &share).await.len(), 100);
    let path = format!("{}?limit=500", link(&share));
    let page = app.anon().get(&path).await.expect(200);
    assert_eq!(page["items"].as_array().unwrap().len(), 500);
    for limit in ["0", "501", "-1"] {
        let path = format!("{}?limit={limit}", link(&share));
        app.anon()
            .get(&path)
            .await
            .refused("invalid_value", Some("limit"));
    }
}

#[tokio::test]
async fn a_page_of_large_messages_ends_early() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    rows::items(&app.schema, &conversation, 12, "repeat('x', 1000000)").await;
    let share = alice.share(&conversation, json!({})).await;
    let page = app.anon().get(&link(&share)).await.expect(200);
    assert_eq!(page["items"].as_array().unwrap().len(), 4);
    assert_eq!(page["has_more"], true);
    let back = format!("{}?before=seq_12", link(&share));
    let page = app.anon().get(&back).await.expect(200);
    assert_eq!(page["items"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn unknown_and_malformed_names_are_not_found_alike() {
    let app = TestApp::spawn().await;
    let mut bodies = Vec::new();
    let long = "x".repeat(5_000);
    for name in [
        "share_0LJnh1cJkq3vT8dY2mWfR6xLpZ9sBaNc",
        "msg_share_0LJnh1cJkq3vT8dY2mWfR6xLpZ9sBaNc",
        "share_",
        "x",
        "%F0%9F%92%A5",
        "'%20or%201=1--",
        &long,
    ] {
        let mut headers = HeaderMap::new();
        headers.insert("x-request-id", "the-same".parse().unwrap());
        let answer = app.anon().get_with(&link(name), headers).await;
        answer.refused("share_not_found", None);
        bodies.push(answer.text().to_owned());
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1);
}

#[tokio::test]
async fn a_name_is_read_exactly() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let share = alice.share(&conversation, json!({})).await;
    let swapped: String = share
        .chars()
        .map(|c| {
            if c.is_ascii_lowercase() {
                c.to_ascii_uppercase()
            } else {
                c.to_ascii_lowercase()
            }
        })
        .collect();
    for name in [
        swapped,
        share.replace("share_", "msg_share_"),
        format!("{share}%20"),
    ] {
        app.anon()
            .get(&link(&name))
            .await
            .refused("share_not_found", None);
    }
}

#[tokio::test]
async fn a_client_that_takes_anything_gets_json_and_one_may_ask_for_markdown() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({ "title": "Plans" })).await;
    message(&alice, &conversation, "user", "Hello").await;
    message(&alice, &conversation, "assistant", "Hi.\n").await;
    let share = alice.share(&conversation, json!({})).await;
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, "*/*".parse().unwrap());
    let answer = app.anon().get_with(&link(&share), headers.clone()).await;
    assert_eq!(answer.header("content-type"), "application/json");
    headers.insert(ACCEPT, "text/markdown".parse().unwrap());
    let by_header = app.anon().get_with(&link(&share), headers).await;
    let by_query = app.anon().get(&format!("{}?format=md", link(&share))).await;
    assert_eq!(by_header.text(), by_query.text());
    assert_eq!(
        by_query.header("content-type"),
        "text/markdown; charset=utf-8"
    );
    let expected = "# Plans\n\n## User\n\n*2025-12-23 10:00 UTC*\n\nHello\n\n\
                    ## Assistant\n\n*2025-12-23 10:00 UTC*\n\nHi.\n";
    assert_eq!(by_query.text(), expected);
    let first = app
        .anon()
        .get(&format!("{}?format=md&limit=1", link(&share)))
        .await;
    assert!(
        first.text().ends_with("[More](?format=md&after=seq_1)\n"),
        "{}",
        first.text()
    );
    let bad = app
        .anon()
        .get(&format!("{}?format=pdf", link(&share)))
        .await;
    bad.refused("invalid_value", Some("format"));
}

#[tokio::test]
async fn head_answers_as_get_does() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let share = alice.share(&conversation, json!({})).await;
    let get = app.anon().get(&link(&share)).await;
    let head = app.anon().call(Method::HEAD, &link(&share)).await;
    head.expect_nothing(200);
    assert_eq!(head.header("content-length"), get.body.len().to_string());
    assert_eq!(head.header("content-type"), get.header("content-type"));
}

#[tokio::test]
async fn a_page_of_ten_thousand_opens_at_once_wherever_it_is() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    rows::items(&app.schema, &conversation, 10_000, "'message ' || n").await;
    let share = alice.share(&conversation, json!({})).await;
    for (query, first) in [
        ("", "message 1"),
        ("?after=seq_9000", "message 9001"),
        ("?before=seq_5001", "message 4901"),
    ] {
        let begun = std::time::Instant::now();
        let path = format!("{}{query}", link(&share));
        let page: Value = app.anon().get(&path).await.expect(200);
        println!("{query:?} in {:?}", begun.elapsed());
        assert_eq!(texts(&page)[0], first);
        assert_eq!(page["items"].as_array().unwrap().len(), 100);
    }
}
