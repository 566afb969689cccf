//! Search as clients see it, each case before and after the texts are indexed.

use super::indexing::index_all;
use crate::app::{Actor, TestApp, id};
use reqwest::Method;
use serde_json::{Value, json};

pub(super) fn encoded(query: &str) -> String {
    let address = reqwest::Url::parse_with_params("http://x", [("", query)]).unwrap();
    address.query().unwrap().trim_start_matches('=').to_owned()
}

pub(super) async fn hits(actor: &Actor, query: &str, more: &str) -> Vec<Value> {
    let path = format!("/v1/search?q={}{more}", encoded(query));
    let page = actor.get(&path).await.expect(200);
    page["data"].as_array().unwrap().clone()
}

/// The items that are found; titles as the ids of their conversations.
pub(super) async fn found(actor: &Actor, query: &str, more: &str) -> Vec<String> {
    let hits = hits(actor, query, more).await;
    hits.iter().map(place).collect()
}

pub(super) fn place(hit: &Value) -> String {
    let item = hit["item_id"].as_str();
    item.unwrap_or(hit["conversation"]["id"].as_str().unwrap())
        .to_owned()
}

#[tokio::test]
async fn messages_are_found_after_they_are_stored_and_not_after_they_are_deleted() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({ "title": "Plans" })).await;
    let path = |item: &str| format!("/v1/conversations/{conversation}/items/{item}");
    let kept = id(&alice.say(&conversation, "A purple elephant").await);
    for is_indexed in [false, true] {
        let item = id(&alice.say(&conversation, "Green Crocodiles swim").await);
        if is_indexed {
            index_all(&app).await;
        }
        assert_eq!(found(&alice, "crocodiles", "").await, [item.as_str()]);
        assert_eq!(found(&alice, "PURPLE", "").await, [kept.as_str()]);
        let edit = json!({ "content": "A yellow bird" });
        let edit_path = format!("{}/edit", path(&item));
        alice
            .call_with(Method::PUT, &edit_path, &edit)
            .await
            .expect(200);
        for _ in 0..2 {
            assert_eq!(found(&alice, "yellow", "").await, [item.as_str()]);
            assert!(found(&alice, "crocodiles", "").await.is_empty());
            index_all(&app).await;
        }
        alice.delete(&path(&item)).await.expect_nothing(204);
        assert!(found(&alice, "yellow", "").await.is_empty());
    }
    let delete = format!("/v1/conversations/{conversation}");
    alice.delete(&delete).await.expect_nothing(204);
    assert!(found(&alice, "purple", "").await.is_empty());
    assert!(found(&alice, "plans", "").await.is_empty());
}

#[tokio::test]
async fn titles_are_found_as_they_are_now() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}");
    for title in ["Zebra crossing", "Ёлка"] {
        alice
            .patch(&path, json!({ "title": title }))
            .await
            .expect(200);
        for _ in 0..2 {
            let word = title.split(' ').next().unwrap();
            let hits = hits(&alice, word, "").await;
            assert_eq!(hits.len(), 1, "{title}");
            assert_eq!(hits[0]["item_id"], Value::Null);
            assert_eq!(hits[0]["role"], Value::Null);
            assert_eq!(
                hits[0]["conversation"],
                json!({ "id": conversation, "title": title })
            );
            assert_eq!(hits[0]["snippet"], title);
            index_all(&app).await;
        }
    }
    assert!(found(&alice, "zebra", "").await.is_empty());
    alice
        .patch(&path, json!({ "title": null }))
        .await
        .expect(200);
    assert!(found(&alice, "ёлка", "").await.is_empty());
    // The first message names the conversation.
    let item = id(&alice.say(&conversation, "Giraffes everywhere").await);
    assert_eq!(found(&alice, "giraffes", "").await, [item, conversation]);
}

#[tokio::test]
async fn hits_show_where_the_words_are_in_characters() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({ "title": "T" })).await;
    let text = format!(
        "{}\n<b>Ünïcode</b> 東京タワー und 🚀 Café",
        "é ".repeat(100)
    );
    alice.say(&conversation, &text).await;
    for is_indexed in [false, true] {
        if is_indexed {
            index_all(&app).await;
        }
        let hits = hits(&alice, "unicode 東京 cafe \"🚀\"", "").await;
        let [hit] = hits.as_slice() else {
            panic!("{hits:?}");
        };
        assert_eq!(
            (&hit["object"], &hit["role"]),
            (&json!("search.hit"), &json!("user"))
        );
        let snippet: Vec<char> = hit["snippet"].as_str().unwrap().chars().collect();
        let shown = |place: &Value| {
            let number = |name: &str| place[name].as_u64().unwrap() as usize;
            let (start, length) = (number("start"), number("length"));
            snippet[start..start + length].iter().collect::<String>()
        };
        let matches: Vec<_> = hit["matches"]
            .as_array()
            .unwrap()
            .iter()
            .map(shown)
            .collect();
        assert_eq!(matches, ["Ünïcode", "東京", "🚀", "Café"]);
    }
}

#[tokio::test]
async fn filters_narrow_what_is_searched() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let project = alice.project("P").await;
    let one = alice
        .conversation(json!({ "title": "needle", "project_id": project }))
        .await;
    let two = alice
        .conversation(json!({ "title": "x", "archived": true }))
        .await;
    let message = async |conversation: &str, role: &str| {
        app.clock.advance(chrono::TimeDelta::minutes(1));
        let path = format!("/v1/conversations/{conversation}/items");
        let body = json!({ "role": role, "content": "a needle here" });
        let stored = alice.post(&path, body).await.expect(201);
        (
            id(&stored),
            stored["created_at"].as_str().unwrap().to_owned(),
        )
    };
    let (user, _) = message(&one, "user").await;
    let (assistant, second) = message(&one, "assistant").await;
    let (archived, third) = message(&two, "user").await;
    for _ in 0..2 {
        for (more, expected) in [
            (String::new(), vec![&archived, &assistant, &user, &one]),
            ("&role=user".into(), vec![&archived, &user]),
            (
                format!("&project_id={project}"),
                vec![&assistant, &user, &one],
            ),
            (format!("&conversation_id={two}"), vec![&archived]),
            (
                format!("&conversation_id={one}&role=assistant"),
                vec![&assistant],
            ),
            (format!("&from={second}"), vec![&archived, &assistant]),
            (format!("&from={second}&to={third}"), vec![&assistant]),
            ("&archived=false".into(), vec![&assistant, &user, &one]),
            ("&archived=true&sort=recent".into(), vec![&archived]),
            ("&limit=2".into(), vec![&archived, &assistant]),
        ] {
            let found = found(&alice, "needle", &more).await;
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{more}");
        }
        let ranked = found(&alice, "needle", "&sort=relevance").await;
        assert_eq!((ranked.len(), &ranked[0]), (4, &one));
        index_all(&app).await;
    }
    let at = format!("/v1/conversations/{one}/items?around={assistant}&limit=1");
    assert_eq!(id(&alice.get(&at).await.expect(200)["data"][0]), assistant);
}

#[tokio::test]
async fn a_filter_by_what_does_not_exist_is_refused_and_one_without_hits_is_empty() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let (project, gone) = (alice.project("Empty").await, json!({ "title": "needle" }));
    let gone = alice.conversation(gone).await;
    for (kind, path, more) in [
        (
            "project_not_found",
            format!("/v1/projects/{project}"),
            format!("&project_id={project}"),
        ),
        (
            "conversation_not_found",
            format!("/v1/conversations/{gone}"),
            format!("&role=user&conversation_id={gone}"),
        ),
    ] {
        assert!(found(&alice, "needle", &more).await.is_empty());
        alice.delete(&path).await.expect_nothing(204);
        let param = kind.replace("_not_found", "_id");
        let search = format!("/v1/search?q=needle{more}");
        alice.get(&search).await.refused(kind, Some(&param));
    }
}

#[tokio::test]
async fn paging_shows_each_hit_once_while_conversations_change() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let mut expected = Vec::new();
    let mut conversations = Vec::new();
    for number in 0..4 {
        let conversation = alice
            .conversation(json!({ "title": format!("c{number}") }))
            .await;
        for _ in 0..6 {
            expected.push(id(&alice.say(&conversation, "common word").await));
        }
        conversations.push(conversation);
        if number == 1 {
            index_all(&app).await;
        }
    }
    expected.reverse();
    for sort in ["recent", "relevance"] {
        let (mut all, mut after) = (Vec::new(), String::new());
        loop {
            let path = format!("/v1/search?q=common&limit=5&sort={sort}{after}");
            let page = alice.get(&path).await.expect(200);
            let data = page["data"].as_array().unwrap();
            all.extend(
                data.iter()
                    .map(|hit| hit["item_id"].as_str().unwrap().to_owned()),
            );
            let Some(next) = page["next_after"].as_str() else {
                assert_eq!(page["has_more"], false);
                break;
            };
            after = format!("&after={next}");
            if sort == "recent" {
                let change = json!({ "title": format!("at {}", all.len()), "archived": true });
                let path = format!("/v1/conversations/{}", conversations[all.len() % 4]);
                alice.patch(&path, change).await.expect(200);
                index_all(&app).await;
            } else {
                // The pages are of the hits that were there at first.
                alice.say(&conversations[0], "common common").await;
            }
        }
        if sort == "relevance" {
            all.sort_unstable();
            expected.sort_unstable();
        }
        assert_eq!(all, expected, "{sort}");
    }
}

#[tokio::test]
async fn another_owner_finds_nothing() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let conversation = alice.conversation(json!({ "title": "Secret plans" })).await;
    let project = alice.project("P").await;
    alice.say(&conversation, "A secret message").await;
    let others = bob.conversation(json!({ "title": "Secret, too" })).await;
    for _ in 0..2 {
        assert_eq!(found(&bob, "secret", "").await, [others.as_str()]);
        index_all(&app).await;
    }
    // What another owner has is unknown, also beside what the caller has.
    for (more, param) in [
        (
            format!("&conversation_id={conversation}"),
            "conversation_id",
        ),
        (format!("&project_id={project}"), "project_id"),
        (
            format!("&project_id={project}&conversation_id={others}"),
            "project_id",
        ),
    ] {
        for sort in ["recent", "relevance"] {
            let path = format!("/v1/search?q=secret&sort={sort}{more}");
            let kind = param.replace("_id", "_not_found");
            bob.get(&path).await.refused(&kind, Some(param));
        }
    }
    let nobody = app.anon().get("/v1/search?q=a").await;
    assert_eq!(nobody.status, 401);
}

#[tokio::test]
async fn hostile_queries_are_refused_or_find_nothing() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({ "title": "T" })).await;
    alice
        .say(&conversation, "100% of a_b \\ 'quoted' (x|y)* & !z :* <->")
        .await;
    index_all(&app).await;
    let long = "a".repeat(1_001);
    let words = "w ".repeat(33);
    for refused in [
        "",
        " ",
        "*",
        "-x",
        "\"\"",
        "!!!",
        "%",
        long.as_str(),
        words.as_str(),
    ] {
        let path = format!("/v1/search?q={}", encoded(refused));
        alice.get(&path).await.refused("invalid_value", Some("q"));
    }
    for query in [
        "(x|y|q)*",
        "bb%",
        "a_c",
        "' or 1=1 --",
        "\"; drop table items; --",
        "!z & w",
        "q:*",
        "\\x00",
        "[a-z]+",
        "zz* AND NOT y",
        "{1,2}",
        "$1",
        "\u{202e}nope",
        "\"unclosed phrase",
    ] {
        assert!(found(&alice, query, "").await.is_empty(), "{query}");
    }
    for query in ["100%", "a_b", "'quoted'", "(x|y)*", "!z", "\"x|y"] {
        assert_eq!(found(&alice, query, "").await.len(), 1, "{query}");
    }
    let nul = alice.get("/v1/search?q=a%00b").await;
    assert_eq!(nul.status, 400);
    for (more, param) in [
        ("q=a&sort=best", "sort"),
        ("q=a&limit=0", "limit"),
        ("q=a&after=x", "after"),
        ("q=a&after=rank_5", "after"),
        ("q=a&sort=relevance&after=rank_-5", "after"),
        ("q=a&from=yesterday", "from"),
        ("q=a&role=boss", "role"),
        ("q=a&qq=b", "qq"),
    ] {
        let answer = alice.get(&format!("/v1/search?{more}")).await;
        let error = &answer.expect(400)["error"];
        assert_eq!(error["param"], json!(param), "{more}");
    }
}

#[tokio::test]
async fn a_plus_sign_of_a_time_is_explained() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let search = "/v1/search?q=a&from=2026-01-31T12:00:00";
    alice.get(&format!("{search}%2B01:00")).await.expect(200);
    for (zone, is_explained) in [("+01:00", true), ("", false), ("+x", false)] {
        let refused = alice.get(&format!("{search}{zone}")).await;
        let message = refused.expect(400)["error"]["message"].to_string();
        assert_eq!(message.contains("%2B"), is_explained, "{message}");
    }
}

#[tokio::test]
async fn a_message_of_a_million_characters_is_found_by_its_last_word() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({ "title": "T" })).await;
    let mut text = String::new();
    let mut number = 0;
    while text.len() < 999_960 {
        text.push_str(&format!("word{number} "));
        number += 1;
    }
    text.push_str("last東京needle");
    let item = id(&alice.say(&conversation, &text).await);
    for _ in 0..2 {
        assert_eq!(found(&alice, "word777 needle", "").await, [item.as_str()]);
        assert!(found(&alice, "word777 noodle", "").await.is_empty());
        index_all(&app).await;
    }
}
