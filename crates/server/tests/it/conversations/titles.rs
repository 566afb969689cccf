//! Where a title comes from.

use crate::app::TestApp;
use serde_json::{Value, json};

async fn title(app: &TestApp, conversation: &str) -> Value {
    let path = format!("/v1/conversations/{conversation}");
    app.alice().get(&path).await.expect(200)["title"].clone()
}

#[tokio::test]
async fn the_first_user_message_names_the_conversation_at_once() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let items = format!("/v1/conversations/{conversation}/items");
    for role in ["system", "developer", "assistant", "tool"] {
        let message = json!({ "role": role, "content": "not a question" });
        alice.post(&items, message).await.expect(201);
        assert_eq!(title(&app, &conversation).await, json!(null), "{role}");
    }
    alice.say(&conversation, " \n\t\n").await;
    assert_eq!(title(&app, &conversation).await, json!(null));
    alice
        .say(&conversation, "\n  How do I get to Oslo?  \nBy train.")
        .await;
    assert_eq!(title(&app, &conversation).await, "How do I get to Oslo?");
    alice.say(&conversation, "Another question").await;
    assert_eq!(title(&app, &conversation).await, "How do I get to Oslo?");
}

#[tokio::test]
async fn the_first_user_message_among_the_first_items_names_it() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let body = json!({ "items": [
        { "role": "system", "content": "Be brief." },
        { "role": "user", "content": "How do I get to Oslo?\nBy train." },
        { "role": "user", "content": "And back?" },
    ]});
    let created = alice.post("/v1/conversations", body).await.expect(201);
    assert_eq!(created["title"], "How do I get to Oslo?");
    let conversation = created["id"].as_str().unwrap();
    assert_eq!(title(&app, conversation).await, "How do I get to Oslo?");
}

#[tokio::test]
async fn a_long_first_line_is_cut_on_a_word_or_a_grapheme() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let family = "👨‍👩‍👧‍👦";
    let sixty = "x".repeat(60);
    let cases = [
        (sixty.clone(), sixty.clone()),
        (
            "Plan the trip to Oslo in the spring with the whole family and two dogs".to_owned(),
            "Plan the trip to Oslo in the spring with the whole family…".to_owned(),
        ),
        ("x".repeat(61), format!("{}…", "x".repeat(59))),
        (family.repeat(20), format!("{}…", family.repeat(8))),
        ("é".repeat(61), format!("{}…", "é".repeat(59))),
        ("e\u{301}".repeat(31), format!("{}…", "e\u{301}".repeat(29))),
    ];
    for (text, expected) in cases {
        let conversation = alice.conversation(json!({})).await;
        alice.say(&conversation, &text).await;
        let title = title(&app, &conversation).await;
        assert_eq!(title, expected);
        assert!(title.as_str().unwrap().chars().count() <= 60, "{title}");
    }
}

#[tokio::test]
async fn a_title_that_a_person_chose_stays() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let body = json!({ "title": "Mine", "items": [{ "role": "user", "content": "first" }] });
    let titled = alice.conversation(body).await;
    assert_eq!(title(&app, &titled).await, "Mine");
    alice.say(&titled, "second").await;
    assert_eq!(title(&app, &titled).await, "Mine");

    // Also one chosen over a derived one.
    let renamed = alice.conversation(json!({})).await;
    alice.say(&renamed, "derived").await;
    let path = format!("/v1/conversations/{renamed}");
    alice
        .patch(&path, json!({ "title": "Chosen" }))
        .await
        .expect(200);
    alice.say(&renamed, "second").await;
    assert_eq!(title(&app, &renamed).await, "Chosen");
    let source = "select string_agg(distinct title_source::text, ',') from conversations";
    assert_eq!(app.schema.value(source).await, "1");
}

#[tokio::test]
async fn a_null_title_makes_it_untitled_again() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({ "title": "Mine" })).await;
    let path = format!("/v1/conversations/{conversation}");
    let untitled = alice
        .patch(&path, json!({ "title": null }))
        .await
        .expect(200);
    assert_eq!(untitled["title"], json!(null));
    assert_eq!(title(&app, &conversation).await, json!(null));
    // Like any untitled conversation, it is named by the user's message.
    alice.say(&conversation, "Hello").await;
    assert_eq!(title(&app, &conversation).await, "Hello");
}
