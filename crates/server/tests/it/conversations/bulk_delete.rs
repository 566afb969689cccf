use crate::app::{TestApp, id};
use crate::rows;
use serde_json::json;

const PATH: &str = "/v1/conversations/bulk-delete";

#[tokio::test]
async fn bulk_delete_adds_up() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let mine = [
        alice.conversation(json!({})).await,
        alice.conversation(json!({})).await,
    ];
    let kept = alice.conversation(json!({})).await;
    let foreign = bob.conversation(json!({ "title": "Bob's" })).await;
    let unknown = "conv_01ARZ3NDEKTSV4RRFFQ69G5FAV";
    let sent = [
        mine[0].as_str(),
        "nonsense",
        &foreign,
        &mine[1].to_lowercase(),
        &mine[0].to_lowercase(),
        &mine[0],
        unknown,
        &unknown.to_lowercase(),
        "",
        "nonsense",
        "item_01ARZ3NDEKTSV4RRFFQ69G5FAV",
    ];
    let answer = alice.post(PATH, json!({ "conversation_ids": sent })).await;
    let mut answer = answer.expect(200);
    assert_eq!(answer["deleted_count"], 2);
    assert_eq!(answer["failed_count"], 5);
    let failed = answer["failed_ids"].as_array_mut().unwrap();
    failed.sort_by_key(ToString::to_string);
    let mut expected = [
        "nonsense",
        &foreign,
        unknown,
        "",
        "item_01ARZ3NDEKTSV4RRFFQ69G5FAV",
    ];
    expected.sort_by_key(|id| json!(id).to_string());
    assert_eq!(json!(failed), json!(expected));

    for gone in &mine {
        let path = format!("/v1/conversations/{gone}");
        alice
            .get(&path)
            .await
            .refused("conversation_not_found", None);
    }
    let path = format!("/v1/conversations/{kept}");
    alice.get(&path).await.expect(200);
    let path = format!("/v1/conversations/{foreign}");
    assert_eq!(bob.get(&path).await.expect(200)["title"], "Bob's");
}

#[tokio::test]
async fn bulk_delete_a_second_time_has_no_effect() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let body = json!({ "conversation_ids": [conversation] });
    let first = alice.post(PATH, body.clone()).await.expect(200);
    assert_eq!(
        first,
        json!({ "deleted_count": 1, "failed_count": 0, "failed_ids": [] })
    );
    let second = alice.post(PATH, body).await.expect(200);
    assert_eq!(
        second,
        json!({ "deleted_count": 0, "failed_count": 1, "failed_ids": [conversation] })
    );
}

#[tokio::test]
async fn bulk_delete_takes_one_to_a_hundred_ids() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let ids = rows::conversations(&app.schema, 101).await;
    let nothing: [&str; 0] = [];
    let refused = alice
        .post(PATH, json!({ "conversation_ids": nothing }))
        .await;
    refused.refused("invalid_value", Some("conversation_ids"));
    // Entries are counted, not distinct ids.
    let twice: Vec<_> = std::iter::repeat_n(&ids[0], 101).collect();
    for too_many in [json!(ids), json!(twice)] {
        let refused = alice
            .post(PATH, json!({ "conversation_ids": too_many }))
            .await;
        refused.refused("invalid_value", Some("conversation_ids"));
    }
    assert_eq!(
        app.schema.value("select count(*) from conversations").await,
        "101"
    );

    let hundred = json!({ "conversation_ids": ids[1..] });
    let answer = alice.post(PATH, hundred).await.expect(200);
    assert_eq!(
        (&answer["deleted_count"], &answer["failed_count"]),
        (&json!(100), &json!(0))
    );
    let list = alice.get("/v1/conversations").await.expect(200);
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    assert_eq!(id(&list["data"][0]), ids[0]);
}

#[tokio::test]
async fn bulk_delete_says_which_entry_is_not_text() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    for entry in [json!(null), json!(7), json!(["x"])] {
        let body = json!({ "conversation_ids": [conversation, entry] });
        let refused = alice.post(PATH, body).await;
        refused.refused("invalid_type", Some("conversation_ids[1]"));
    }
    for (path, action) in [(PATH, None), ("/v1/conversations/bulk", Some("archive"))] {
        let mut body = json!({ "conversation_ids": [conversation, "conv_\u{0}"] });
        if let Some(action) = action {
            body["action"] = json!(action);
        }
        let refused = alice.post(path, body).await;
        refused.refused("nul_character", Some("conversation_ids[1]"));
    }
    alice
        .post(PATH, json!({}))
        .await
        .refused("missing_field", Some("conversation_ids"));
    let path = format!("/v1/conversations/{conversation}");
    alice.get(&path).await.expect(200);
}
