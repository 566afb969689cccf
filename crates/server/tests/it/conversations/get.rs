use crate::app::{TestApp, id};
use serde_json::json;

#[tokio::test]
async fn the_items_may_be_left_out() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    alice.say(&conversation, "Hello").await;
    let path = format!("/v1/conversations/{conversation}");
    let with = alice
        .get(&format!("{path}?include_items=true"))
        .await
        .expect(200);
    assert_eq!(with, alice.get(&path).await.expect(200));
    let without = alice
        .get(&format!("{path}?include_items=false"))
        .await
        .expect(200);
    assert!(without.get("items").is_none());
    assert_eq!(without["item_count"], 1);
}

#[tokio::test]
async fn an_id_is_read_in_either_case_and_written_in_upper() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let item = id(&alice.say(&conversation, "Hello").await);
    for path in [
        format!("/v1/conversations/{}", conversation.to_lowercase()),
        format!("/v1/conversations/{}", conversation.to_uppercase()),
    ] {
        assert_eq!(alice.get(&path).await.expect(200)["id"], conversation);
        let path = format!("{path}/items/{}", item.to_lowercase());
        assert_eq!(alice.get(&path).await.expect(200)["id"], item);
    }
}

#[tokio::test]
async fn a_long_conversation_is_whole_and_in_order() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    // 256 KiB make a batch: this is many, of one large item and of many small ones.
    let conversation = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}/items");
    let large = "x".repeat(900_000);
    let mut sent = Vec::new();
    for number in 0..30 {
        let text = match number % 10 {
            3 => large.clone(),
            _ => format!("message {number}"),
        };
        sent.push(alice.say(&conversation, &text).await);
    }
    let more = "insert into items (owner_id, conversation_id, id, created_at, updated_at, sequence, \
                role, content) select owner_id, id, encode(int8send(7) || int8send(n), 'hex')::uuid, \
                created_at, created_at, n, 2, 'filled ' || n \
                from conversations, generate_series(31, 1600) n; \
                update conversations set item_count = 1600, last_sequence = 1600";
    app.schema.rows(more).await;

    let found = alice
        .get(&format!("/v1/conversations/{conversation}"))
        .await
        .expect(200);
    let items = found["items"].as_array().unwrap();
    assert_eq!(items.len(), 1600);
    assert!(items[..30] == sent[..]);
    for (index, item) in items.iter().enumerate().skip(30) {
        assert_eq!(item["content"], format!("filled {}", index + 1));
    }
    let page = alice
        .get(&format!("{path}?limit=1&order=desc"))
        .await
        .expect(200);
    assert_eq!(page["data"][0], items[1599]);
}

#[tokio::test]
async fn messages_of_any_sizes_come_in_order() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let (small, middle, large) = (10, 10_000, 300_000);
    for sizes in [
        vec![middle],
        vec![small, middle, small],
        vec![middle, large, small, middle],
        vec![small, small, large, middle],
        [small; 127].to_vec(),
        [small; 128].to_vec(),
        [small; 129].to_vec(),
        [vec![small; 127], vec![middle, small]].concat(),
        [vec![small; 128], vec![middle, small]].concat(),
    ] {
        let conversation = alice.conversation(json!({})).await;
        let path = format!("/v1/conversations/{conversation}");
        let mut sent = Vec::new();
        for size in &sizes {
            sent.push(alice.say(&conversation, &"x".repeat(*size)).await);
        }
        let found = alice.get(&path).await.expect(200);
        assert_eq!(found["item_count"], sizes.len());
        assert!(found["items"] == json!(sent), "{sizes:?}");
        // The numbers of the last ones are never given again.
        for _ in 0..sizes.len().min(2) {
            let last = id(&sent.pop().unwrap());
            let last = format!("{path}/items/{last}");
            alice.delete(&last).await.expect_nothing(204);
        }
        let found = alice.get(&path).await.expect(200);
        assert_eq!(found["item_count"], sent.len());
        assert!(found["items"] == json!(sent), "{sizes:?} without the last");
    }
}
