use crate::app::{TestApp, id};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn every_version_of_every_message_is_in_it() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({ "title": "Plans" })).await;
    let path = format!("/v1/conversations/{conversation}");
    let first = id(&alice.say(&conversation, "one").await);
    let edit = format!("{path}/items/{first}/edit");
    for text in ["two", "three"] {
        let body = json!({ "content": text });
        alice.call_with(Method::PUT, &edit, &body).await.expect(200);
    }
    alice.say(&conversation, "reply").await;
    let answer = alice.get(&format!("{path}/export")).await;
    assert!(
        answer
            .header("content-disposition")
            .starts_with("attachment;")
    );
    let export = answer.expect(200);
    let found = alice.get(&path).await.expect(200);
    assert_eq!(export["title"], "Plans");
    let texts = |item: &serde_json::Value| {
        let versions = item["earlier_versions"].as_array().unwrap();
        versions
            .iter()
            .map(|v| v["content"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(texts(&export["items"][0]), ["one", "two"]);
    assert_eq!(texts(&export["items"][1]), Vec::<String>::new());
    for (exported, item) in [0, 1].map(|n| (&export["items"][n], &found["items"][n])) {
        for (field, value) in item.as_object().unwrap() {
            assert_eq!(&exported[field], value);
        }
    }
}

#[tokio::test]
async fn for_people_it_is_markdown() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({ "title": "Plans" })).await;
    alice.say(&conversation, "Let's plan").await;
    let path = format!("/v1/conversations/{conversation}/export?format=md");
    let answer = alice.get(&path).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        "text/markdown; charset=utf-8"
    );
    assert!(answer.text().contains("Plans") && answer.text().contains("Let's plan"));
}

#[tokio::test]
async fn blocks_that_a_message_leaves_open_end_with_it_in_markdown() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let cut = "```python\ndef f():\n    return";
    let items = json!([
        { "role": "user", "content": "Write f." },
        { "role": "assistant", "content": cut },
        { "role": "user", "content": "Go on." },
    ]);
    let conversation = alice.conversation(json!({ "items": items })).await;
    let share = alice.share(&conversation, json!({})).await;
    let links = crate::shares::link(&share);
    let path = format!("/v1/conversations/{conversation}");
    let export = alice.get(&format!("{path}/export?format=md")).await;
    let link = app.anon().get(&format!("{links}?format=md")).await;
    for text in [export.text(), link.text()] {
        assert!(text.contains(&format!("{cut}\n```\n")), "{text}");
        assert!(text.contains("\n\nGo on.\n"), "{text}");
    }
    // The data has the stored text.
    let found = alice.get(&path).await.expect(200);
    assert_eq!(found["items"][1]["content"], cut);
}

#[tokio::test]
async fn marks_of_citations_stay_in_the_data_and_only_the_view_hides_them() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let cited = "Oslo \u{e200}cite\u{e202}turn0search3\u{e201} has a fjord【4:0†source】.";
    let items = json!([
        { "role": "user", "content": "Where?" },
        { "role": "assistant", "content": cited },
    ]);
    let conversation = alice.conversation(json!({ "items": items })).await;
    let share = alice.share(&conversation, json!({})).await;
    let link = crate::shares::link(&share);
    let path = format!("/v1/conversations/{conversation}");
    let found = alice.get(&path).await.expect(200);
    assert_eq!(found["items"][1]["content"], cited);
    let item = format!("{path}/items/{}", id(&found["items"][1]));
    assert_eq!(alice.get(&item).await.expect(200)["content"], cited);
    let export = alice.get(&format!("{path}/export")).await.expect(200);
    assert_eq!(export["items"][1]["content"], cited);
    let export = alice.get(&format!("{path}/export?format=md")).await;
    let markdown = app.anon().get(&format!("{link}?format=md")).await;
    for text in [export.text(), markdown.text()] {
        assert!(text.contains(cited), "{text}");
    }
    assert_eq!(crate::shares::shown(&app, &share).await[1], cited);
    let page = app.anon().get(&format!("{link}?format=html")).await;
    let view = page.text();
    assert!(view.contains("Oslo  has a fjord."), "{view}");
    assert!(
        !view.contains("turn0search3") && !view.contains("source】"),
        "{view}"
    );
}
