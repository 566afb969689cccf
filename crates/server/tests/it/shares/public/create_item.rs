use crate::app::{Actor, TestApp, id};
use crate::repeats::{is_replayed, keyed};
use crate::rows;
use crate::shares::{link, shown, writable};
use chrono::TimeDelta;
use domain::limits::Rate;
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_signed_in_user_adds_messages_through_a_writable_link() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let conversation = alice.conversation(json!({})).await;
    alice.say(&conversation, "mine").await;
    let share = writable(&alice, &conversation).await;
    let path = format!("{}/items", link(&share));
    let answer = bob.post(&path, json!({ "content": "theirs" })).await;
    let location = answer.header("location").to_owned();
    let added = answer.expect(201);
    let expected = json!({
        "id": added["id"], "role": "user", "content": "theirs",
        "created_at": "2025-12-23T10:00:00.000000Z",
    });
    assert_eq!(added, expected);
    let there = app.anon().get(&location).await.expect(200);
    assert_eq!(there["items"], json!([expected]));
    assert_eq!(shown(&app, &share).await, ["mine", "theirs"]);

    let path = format!("/v1/conversations/{conversation}/items/{}", id(&added));
    let item = alice.get(&path).await.expect(200);
    let user = bob.get("/v1/conversations").await;
    user.expect(200);
    assert_eq!(item["author"]["kind"], "link");
    assert!(
        item["author"]["user_id"]
            .as_str()
            .unwrap()
            .starts_with("user_")
    );
    // The owner may treat it like any message.
    alice.delete(&path).await.expect_nothing(204);
    assert_eq!(shown(&app, &share).await, ["mine"]);
    rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn adding_a_message_needs_a_token_and_a_writable_link() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let conversation = alice.conversation(json!({})).await;
    let writable = writable(&alice, &conversation).await;
    let reading = alice.share(&conversation, json!({ "live": true })).await;
    let body = json!({ "content": "x" });
    let at = |share: &str| format!("{}/items", link(share));
    app.anon()
        .post(&at(&writable), body.clone())
        .await
        .refused("token_missing", None);
    for actor in [&bob, &alice] {
        actor
            .post(&at(&reading), body.clone())
            .await
            .refused("share_read_only", None);
    }
    let unknown = at("share_0LJnh1cJkq3vT8dY2mWfR6xLpZ9sBaNc");
    bob.post(&unknown, body)
        .await
        .refused("share_not_found", None);
    let role = json!({ "content": "x", "role": "system" });
    bob.post(&at(&writable), role)
        .await
        .refused("unknown_field", Some("role"));
    bob.post(&at(&writable), json!({ "content": "" }))
        .await
        .refused("invalid_value", Some("content"));
    assert_eq!(app.schema.value("select count(*) from items").await, "0");
}

#[tokio::test]
async fn a_stranger_with_a_writable_link_cannot_read_other_data_of_its_owner() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let conversation = alice.conversation(json!({})).await;
    let share = writable(&alice, &conversation).await;
    let item = bob
        .post(
            &format!("{}/items", link(&share)),
            json!({ "content": "x" }),
        )
        .await;
    let item = id(&item.expect(201));
    let path = format!("/v1/conversations/{conversation}");
    for path in [
        path.clone(),
        format!("{path}/items"),
        format!("{path}/items/{item}"),
        format!("{path}/items/{item}/versions"),
        format!("{path}/export"),
        format!("{path}/shares"),
    ] {
        bob.get(&path).await.refused("conversation_not_found", None);
    }
    let answer = bob.post(&format!("{path}/share"), json!({})).await;
    answer.refused("conversation_not_found", None);
    for list in ["/v1/conversations", "/v1/shares", "/v1/projects"] {
        assert_eq!(bob.get(list).await.expect(200)["data"], json!([]));
    }
}

/// How many of these were stored; the others must have been refused with this code.
async fn race(app: &TestApp, share: &str, count: usize, code: &str) -> usize {
    let path = format!("{}/items", link(share));
    let writers = (0..count).map(|number| {
        let actor = if number % 2 == 0 {
            app.alice()
        } else {
            app.bob()
        };
        let path = path.clone();
        async move {
            actor
                .post(&path, json!({ "content": number.to_string() }))
                .await
        }
    });
    let mut stored = 0;
    for answer in futures_util::future::join_all(writers).await {
        match answer.status {
            201 => stored += 1,
            _ => {
                answer.refused(code, None);
                assert_eq!(answer.header("x-should-retry"), "false");
            }
        }
    }
    stored
}

#[tokio::test]
async fn two_hundred_messages_come_through_a_link_and_not_one_more() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let share = writable(&alice, &conversation).await;
    app.schema.rows("update shares set added_count = 180").await;
    assert_eq!(race(&app, &share, 50, "share_full").await, 20);
    let stored = "select (select count(*) from items) || ' ' || (select added_count from shares)";
    assert_eq!(app.schema.value(stored).await, "20 200");
    // The next link of the same conversation has a count of its own.
    let next = writable(&alice, &conversation).await;
    assert_eq!(race(&app, &next, 10, "share_full").await, 10);
    rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn a_conversation_takes_ten_thousand_also_through_links() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    rows::items(&app.schema, &conversation, 9_985, "'m'").await;
    let share = writable(&alice, &conversation).await;
    assert_eq!(race(&app, &share, 40, "conversation_full").await, 15);
    let stored = "select (select count(*) from items) || ' ' || (select added_count from shares)";
    assert_eq!(app.schema.value(stored).await, "10000 15");
    rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn a_message_through_a_link_names_an_untitled_conversation_but_not_the_link() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let conversation = alice.conversation(json!({})).await;
    let share = writable(&alice, &conversation).await;
    let path = format!("{}/items", link(&share));
    bob.post(&path, json!({ "content": "Hello there" }))
        .await
        .expect(201);
    let path = format!("/v1/conversations/{conversation}");
    assert_eq!(alice.get(&path).await.expect(200)["title"], "Hello there");
    let view = app.anon().get(&link(&share)).await.expect(200);
    assert_eq!(view["title"], Value::Null);
}

/// A link of alice's, and a message that bob has sent through it with the link's name as the key.
async fn sent_once(app: &TestApp, conversation: &str, terms: Value) -> (String, String) {
    let share = app.alice().share(conversation, terms).await;
    let item = again(app, &share).await;
    assert!(!is_replayed(&item));
    (share, id(&item.expect(201)))
}

/// The same message once more.
async fn again(app: &TestApp, share: &str) -> crate::answer::Answer {
    let body = json!({ "content": "theirs" });
    keyed(&app.bob(), &format!("{}/items", link(share)), share, &body).await
}

async fn edit(alice: &Actor, item: &str, content: &str) {
    let body = json!({ "content": content });
    let path = format!("{item}/edit");
    alice.call_with(Method::PUT, &path, &body).await.expect(200);
}

#[tokio::test]
async fn a_repeat_shows_the_links_view_until_the_link_has_ended() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}");
    let writable = || json!({ "read_only": false });
    let (revoked, item) = sent_once(&app, &conversation, writable()).await;
    let item = format!("{path}/items/{item}");
    edit(&alice, &item, "for all to see").await;
    let shown = again(&app, &revoked).await;
    assert!(is_replayed(&shown));
    assert_eq!(shown.expect(201)["content"], "for all to see");
    alice
        .delete(&format!("/v1/shares/{revoked}"))
        .await
        .expect_nothing(204);
    edit(&alice, &item, "for alice alone").await;
    again(&app, &revoked).await.refused("share_ended", None);

    let (open, item) = sent_once(&app, &conversation, writable()).await;
    let item = format!("{path}/items/{item}");
    alice.delete(&item).await.expect_nothing(204);
    again(&app, &open).await.refused("item_not_found", None);

    let brief = json!({ "read_only": false, "expires_in": 60 });
    let (expired, _) = sent_once(&app, &conversation, brief).await;
    app.clock.advance(TimeDelta::seconds(60));
    again(&app, &expired).await.refused("share_ended", None);

    let (deleted, _) = sent_once(&app, &conversation, writable()).await;
    alice.delete(&path).await.expect_nothing(204);
    again(&app, &deleted).await.refused("share_ended", None);
}

#[tokio::test]
async fn repeats_through_a_link_are_limited_as_all_that_goes_through_it() {
    let app = TestApp::spawn_limited(|rates| rates.share = Rate::parse("4/h")).await;
    let bob = app.bob();
    let conversation = app.alice().conversation(json!({})).await;
    let writable = json!({ "read_only": false });
    let (share, _) = sent_once(&app, &conversation, writable).await;
    assert!(is_replayed(&again(&app, &share).await));
    let fork = format!("{}/fork", link(&share));
    for is_again in [false, true] {
        let copy = keyed(&bob, &fork, "k", &json!({})).await;
        assert_eq!(is_replayed(&copy), is_again);
        copy.expect(201);
    }
    again(&app, &share).await.failure("rate_limited");
    let copy = keyed(&bob, &fork, "k", &json!({})).await;
    copy.failure("rate_limited");
}
