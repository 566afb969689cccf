use super::{link, message, share_item};
use crate::app::{Actor, TestApp};
use chrono::TimeDelta;
use serde_json::{Value, json};

async fn names(actor: &Actor, path: &str) -> Vec<String> {
    let page = actor.get(path).await.expect(200);
    let data = page["data"].as_array().unwrap().iter();
    data.map(|share| share["share_id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn links_are_listed_newest_first_by_their_state() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let item = message(&alice, &conversation, "user", "x").await;
    let step = || app.clock.advance(TimeDelta::microseconds(1));
    let active = alice.share(&conversation, json!({})).await;
    step();
    let expired = alice
        .share(&conversation, json!({ "expires_in": 60 }))
        .await;
    step();
    let revoked = share_item(&alice, &conversation, &item, json!({ "expires_in": 60 })).await;
    step();
    let later = alice
        .share(&conversation, json!({ "expires_in": 86_400 }))
        .await;
    app.clock.advance(TimeDelta::minutes(2));
    alice
        .delete(&format!("/v1/shares/{revoked}"))
        .await
        .expect_nothing(204);

    let expected = [&later, &revoked, &expired, &active];
    assert_eq!(
        names(&alice, "/v1/shares").await,
        expected.map(String::clone)
    );
    let path = format!("/v1/conversations/{conversation}/shares?order=asc");
    let mut backwards = expected;
    backwards.reverse();
    assert_eq!(names(&alice, &path).await, backwards.map(String::clone));
    for (state, expected) in [
        ("active", vec![&later, &active]),
        ("expired", vec![&expired]),
        ("revoked", vec![&revoked]),
    ] {
        for list in [
            "/v1/shares".to_owned(),
            format!("/v1/conversations/{conversation}/shares"),
        ] {
            let path = format!("{list}?state={state}");
            let names = names(&alice, &path).await;
            assert_eq!(names.iter().collect::<Vec<_>>(), expected, "{path}");
        }
    }
    // Ended links leave the lists after 30 days; others stay.
    app.clock.advance(TimeDelta::days(31));
    assert_eq!(names(&app.alice(), "/v1/shares").await, [active]);
}

#[tokio::test]
async fn a_state_is_one_of_three() {
    let app = TestApp::spawn().await;
    for state in ["", "Active", "ended", "active,revoked"] {
        let answer = app.alice().get(&format!("/v1/shares?state={state}")).await;
        answer.refused("invalid_value", Some("state"));
    }
}

#[tokio::test]
async fn paging_is_exact_while_links_end_and_conversations_go() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let (kept, gone) = (
        alice.conversation(json!({})).await,
        alice.conversation(json!({})).await,
    );
    let mut expected = Vec::new();
    for number in 0..9 {
        let conversation = if number % 3 == 0 { &gone } else { &kept };
        let share = alice.share(conversation, json!({})).await;
        if number % 3 != 0 {
            expected.push(share);
        }
        app.clock.advance(TimeDelta::microseconds(1));
    }
    expected.reverse();
    let mut seen = Vec::new();
    let mut path = "/v1/shares?limit=3".to_owned();
    loop {
        let page = alice.get(&path).await.expect(200);
        let data = page["data"].as_array().unwrap();
        seen.extend(data.iter().map(|share| share["share_id"].clone()));
        if seen.len() == 3 {
            // The last link of the page goes, with its conversation, and its row, too.
            assert_eq!(page["next_after"], seen[2]);
            alice
                .delete(&format!("/v1/conversations/{gone}"))
                .await
                .expect_nothing(204);
            app.schema.rows("delete from shares where conversation_id not in (select id from conversations)").await;
        }
        let Value::String(next) = &page["next_after"] else {
            break;
        };
        path = format!("/v1/shares?limit=3&after={next}");
        alice.share(&kept, json!({})).await;
    }
    let kept: Vec<_> = seen
        .iter()
        .filter(|name| expected.iter().any(|e| *name == e))
        .collect();
    assert_eq!(kept, expected.iter().collect::<Vec<_>>());
    let distinct: std::collections::HashSet<_> = seen.iter().map(Value::to_string).collect();
    assert_eq!(distinct.len(), seen.len());
}

#[tokio::test]
async fn a_link_that_ended_is_still_listed_with_its_message() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({ "title": "Plans" })).await;
    let item = message(&alice, &conversation, "user", "x").await;
    let share = share_item(&alice, &conversation, &item, json!({})).await;
    let path = format!("/v1/conversations/{conversation}/items/{item}");
    alice.delete(&path).await.expect_nothing(204);
    let page = alice.get("/v1/shares?state=revoked").await.expect(200);
    let listed = &page["data"][0];
    assert_eq!(listed["share_id"], share.as_str());
    assert_eq!(listed["item_id"], item.as_str());
    assert_eq!(listed["title"], "Plans");
    assert_eq!(listed["revoked_at"], "2025-12-23T10:00:00.000000Z");
    assert_eq!(listed["url"], app.url(&link(&share)));
}
