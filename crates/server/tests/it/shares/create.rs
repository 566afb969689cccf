use super::{link, message, shown};
use crate::app::TestApp;
use crate::rows;
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_link_is_answered_as_the_guide_says() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let body = json!({ "title": "Project Planning" });
    let conversation = alice.conversation(body).await;
    let path = format!("/v1/conversations/{conversation}/share");
    let body = json!({ "expires_in": 86_400, "read_only": true });
    let answer = alice.post(&path, body).await;
    let location = answer.header("location").to_owned();
    let mut share = answer.expect(201);
    let share_id = share["share_id"].as_str().unwrap().to_owned();
    assert!(share_id.starts_with("share_"), "{share_id}");
    assert_eq!(share["url"], app.url(&link(&share_id)));
    assert_eq!(location, link(&share_id));
    let fields = share.as_object_mut().unwrap();
    fields.remove("share_id");
    fields.remove("url");
    let expected = json!({
        "object": "share",
        "conversation_id": conversation,
        "item_id": null,
        "title": "Project Planning",
        "read_only": true,
        "live": false,
        "include_context": false,
        "view_count": 0,
        "created_at": "2025-12-23T10:00:00.000000Z",
        "expires_at": "2025-12-24T10:00:00.000000Z",
        "revoked_at": null,
    });
    assert_eq!(share, expected);
}

#[tokio::test]
async fn names_are_random_and_never_the_same() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let mut names = Vec::new();
    for _ in 0..50 {
        names.push(alice.share(&conversation, json!({})).await);
    }
    let secrets = names.iter().map(|name| name[name.len() - 24..].to_owned());
    let distinct: std::collections::HashSet<_> = secrets.collect();
    assert_eq!(distinct.len(), 50);
    for name in &names {
        let (_, secret) = name.split_once('_').unwrap();
        assert!(secret.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }
}

#[tokio::test]
async fn without_a_body_a_link_is_read_only_and_does_not_end() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}/share");
    let share = alice.call(Method::POST, &path).await.expect(201);
    for (field, value) in [
        ("read_only", json!(true)),
        ("live", json!(false)),
        ("expires_at", Value::Null),
        ("title", Value::Null),
    ] {
        assert_eq!(share[field], value, "{field}");
    }
    app.clock.advance(TimeDelta::days(3_650));
    let share_id = share["share_id"].as_str().unwrap();
    app.anon().get(&link(share_id)).await.expect(200);
}

#[tokio::test]
async fn the_options_of_a_link_have_limits() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}/share");
    for seconds in [0, 59, -1, 31_536_001, i64::MAX, i64::MIN] {
        let answer = alice.post(&path, json!({ "expires_in": seconds })).await;
        answer.refused("invalid_value", Some("expires_in"));
    }
    for seconds in [60, 31_536_000] {
        let answer = alice.post(&path, json!({ "expires_in": seconds })).await;
        answer.expect(201);
    }
    let still = json!({ "read_only": false, "live": false });
    let answer = alice.post(&path, still).await;
    answer.refused("invalid_value", Some("live"));
    let share = alice.post(&path, json!({ "read_only": false })).await;
    assert_eq!(share.expect(201)["live"], true);
}

#[tokio::test]
async fn a_link_shows_the_messages_from_before_it_was_made() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    message(&alice, &conversation, "user", "first").await;
    let edited = message(&alice, &conversation, "assistant", "second").await;
    let deleted = message(&alice, &conversation, "user", "third").await;
    let still = alice.share(&conversation, json!({})).await;
    let live = alice.share(&conversation, json!({ "live": true })).await;
    message(&alice, &conversation, "user", "later").await;

    let path = format!("/v1/conversations/{conversation}");
    let renamed = alice.patch(&path, json!({ "title": "Private" })).await;
    renamed.expect(200);
    let edit = format!("{path}/items/{edited}/edit");
    let body = json!({ "content": "edited" });
    alice.call_with(Method::PUT, &edit, &body).await.expect(200);
    let item = format!("{path}/items/{deleted}");
    alice.delete(&item).await.expect_nothing(204);

    assert_eq!(shown(&app, &still).await, ["first", "edited"]);
    assert_eq!(shown(&app, &live).await, ["first", "edited", "later"]);
    for share in [&still, &live] {
        let view = app.anon().get(&link(share)).await.expect(200);
        assert_eq!(view["title"], "first", "the title there was");
    }
}

#[tokio::test]
async fn links_made_while_others_write_show_whole_messages_in_order() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let writers = (0..40).map(|number| {
        let (alice, conversation) = (alice.clone(), conversation.clone());
        async move { alice.say(&conversation, &number.to_string()).await }
    });
    let sharers = (0..20).map(|_| {
        let (alice, conversation) = (alice.clone(), conversation.clone());
        async move { alice.share(&conversation, json!({})).await }
    });
    let (_, shares) = futures_util::future::join(
        futures_util::future::join_all(writers),
        futures_util::future::join_all(sharers),
    )
    .await;
    let path = format!("/v1/conversations/{conversation}/items?limit=100");
    let all = alice.get(&path).await.expect(200);
    let all: Vec<_> = all["data"].as_array().unwrap().iter().collect();
    for share in shares {
        let seen = shown(&app, &share).await;
        let first: Vec<_> = all
            .iter()
            .take(seen.len())
            .map(|item| item["content"].as_str().unwrap())
            .collect();
        assert_eq!(seen, first);
    }
    rows::assert_consistent(&app.schema).await;
}
