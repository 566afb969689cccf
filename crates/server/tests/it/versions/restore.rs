use crate::app::{TestApp, id};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_restored_version_is_a_new_one() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let item = id(&alice.say(&conversation, "one").await);
    let path = format!("/v1/conversations/{conversation}/items/{item}");
    app.clock.advance(TimeDelta::seconds(1));
    let body = json!({ "content": "two" });
    let edit = format!("{path}/edit");
    alice.call_with(Method::PUT, &edit, &body).await.expect(200);
    app.clock.advance(TimeDelta::seconds(1));
    let restored = alice
        .call(Method::POST, &format!("{path}/versions/1/restore"))
        .await;
    let restored = restored.expect(200);
    assert_eq!(
        (&restored["content"], &restored["version"]),
        (&json!("one"), &json!(3))
    );

    let page = alice.get(&format!("{path}/versions")).await.expect(200);
    let shown: Vec<_> = page["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| {
            let field = |name: &str| version[name].clone();
            [
                field("version"),
                field("content"),
                field("current"),
                field("created_at"),
            ]
        })
        .collect();
    let time = |second: u32| json!(format!("2025-12-23T10:00:0{second}.000000Z"));
    assert_eq!(
        shown[0],
        [
            json!(1),
            json!("one"),
            json!(false),
            json!("2025-12-23T10:00:00.000000Z")
        ]
    );
    assert_eq!(shown[1], [json!(2), json!("two"), json!(false), time(1)]);
    assert_eq!(shown[2], [json!(3), json!("one"), json!(true), time(2)]);
    assert_eq!(shown.len(), 3);
}

#[tokio::test]
async fn a_version_that_never_was_is_not_found() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let item = id(&alice.say(&conversation, "one").await);
    let path = format!("/v1/conversations/{conversation}/items/{item}/versions");
    for number in ["0", "2", "-1", "x", "1.0", "99999999999999999999"] {
        let answer = alice
            .call(Method::POST, &format!("{path}/{number}/restore"))
            .await;
        answer.refused("version_not_found", None);
    }
}
