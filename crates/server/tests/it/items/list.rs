use crate::app::{TestApp, id};
use crate::paging;
use serde_json::{Value, json};

#[tokio::test]
async fn paging_is_exact_whatever_the_limit_and_the_order() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let mut sent = Vec::new();
    for number in 0..15 {
        sent.push(id(&alice.say(&conversation, &format!("{number}")).await));
    }
    let path = format!("/v1/conversations/{conversation}/items");
    paging::assert_exact(&alice, &path, &sent).await;
    // Oldest first by default.
    assert_eq!(paging::read(&alice, &path, 4).await, sent);
}

#[tokio::test]
async fn an_item_that_exists_is_a_cursor() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let mut sent = Vec::new();
    for number in 0..3 {
        sent.push(alice.say(&conversation, &format!("{number}")).await);
    }
    let path = format!(
        "/v1/conversations/{conversation}/items?after={}",
        id(&sent[1])
    );
    let page = alice.get(&path).await.expect(200);
    assert_eq!(page["data"], json!([sent[2]]));
    let page = alice.get(&format!("{path}&order=desc")).await.expect(200);
    assert_eq!(page["data"], json!([sent[0]]));
}

#[tokio::test]
async fn a_page_of_large_items_ends_early() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let mut sent = Vec::new();
    // A megabyte and three bytes each: four of them fit a page of 4 MiB.
    for character in ["a", "b", "c", "d", "e"] {
        let text = character.repeat(999_999) + "🦀";
        sent.push(id(&alice.say(&conversation, &text).await));
    }
    let path = format!("/v1/conversations/{conversation}/items");
    let mut pages = Vec::new();
    let mut after = String::new();
    loop {
        let page = alice.get(&format!("{path}?limit=100{after}")).await;
        assert!(page.body.len() < 5 * 1024 * 1024, "{}", page.body.len());
        let page = page.expect(200);
        let data = page["data"].as_array().unwrap();
        pages.push(data.iter().map(id).collect::<Vec<_>>());
        match &page["next_after"] {
            Value::Null => break assert_eq!(page["has_more"], false),
            next => after = format!("&after={}", next.as_str().unwrap()),
        }
        assert_eq!(page["has_more"], true);
    }
    assert_eq!(pages.concat(), sent);
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [4, 1]);
}

#[tokio::test]
async fn an_item_larger_than_a_page_of_its_own_is_alone_in_it() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    alice.say(&conversation, "small").await;
    // 4,000,000 bytes of the 4,194,304 a page may have.
    for _ in 0..2 {
        alice.say(&conversation, &"🦀".repeat(1_000_000)).await;
    }
    let path = format!("/v1/conversations/{conversation}/items");
    for (query, expected) in [("", 2), ("?order=desc", 1)] {
        let page = alice.get(&format!("{path}{query}")).await.expect(200);
        assert_eq!(page["data"].as_array().unwrap().len(), expected, "{query}");
        assert_eq!(page["has_more"], true);
    }
}

#[tokio::test]
async fn a_call_id_finds_its_item() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}/items");
    alice.say(&conversation, "without").await;
    let message = json!({ "role": "user", "content": "with", "call_id": "a b&c=ü" });
    let item = alice.post(&path, message).await.expect(201);
    let page = alice
        .get(&format!("{path}?call_id=a%20b%26c%3D%C3%BC"))
        .await
        .expect(200);
    assert_eq!(page["data"], json!([item]));
    assert_eq!(
        (&page["has_more"], &page["next_after"]),
        (&json!(false), &Value::Null)
    );
    let page = alice
        .get(&format!("{path}?call_id=unknown"))
        .await
        .expect(200);
    assert_eq!(page["data"], json!([]));
}

#[tokio::test]
async fn around_an_item_stands_half_of_the_page_on_each_side() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let mut sent = Vec::new();
    for number in 0..9 {
        sent.push(id(&alice.say(&conversation, &format!("{number}")).await));
    }
    let path = format!("/v1/conversations/{conversation}/items");
    let around = async |place: usize, query: &str| {
        let path = format!("{path}?around={}&{query}", sent[place]);
        let page = alice.get(&path).await.expect(200);
        let data = page["data"].as_array().unwrap();
        let ids: Vec<_> = data.iter().map(id).collect();
        (ids, page["has_more"] == true, page["next_after"].clone())
    };
    let (ids, has_more, next) = around(4, "limit=4").await;
    assert_eq!((ids.as_slice(), has_more), (&sent[2..6], true));
    let next = format!("{path}?limit=100&after={}", next.as_str().unwrap());
    let next = alice.get(&next).await.expect(200);
    assert_eq!(next["data"].as_array().map(Vec::len), Some(3));
    let (ids, has_more, _) = around(4, "limit=1").await;
    assert_eq!((ids.as_slice(), has_more), (&sent[4..5], true));
    let (ids, has_more, _) = around(8, "limit=5").await;
    assert_eq!((ids.as_slice(), has_more), (&sent[6..9], false));
    let (mut ids, has_more, _) = around(0, "limit=5&order=desc").await;
    ids.reverse();
    assert_eq!((ids.as_slice(), has_more), (&sent[0..3], false));
    // The place of a deleted message is still there.
    alice
        .delete(&format!("{path}/{}", sent[4]))
        .await
        .expect_nothing(204);
    let (ids, _, _) = around(4, "limit=4").await;
    assert_eq!(ids, [&sent[2..4], &sent[5..7]].concat());
}

#[tokio::test]
async fn around_a_deleted_last_item_stand_those_before_it() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let mut sent = Vec::new();
    for number in 0..9 {
        sent.push(id(&alice.say(&conversation, &format!("{number}")).await));
    }
    let path = format!("/v1/conversations/{conversation}/items");
    let around = async |place: usize, query: &str| {
        let path = format!("{path}?around={}&{query}", sent[place]);
        let page = alice.get(&path).await.expect(200);
        let ids: Vec<_> = page["data"].as_array().unwrap().iter().map(id).collect();
        (ids, page["has_more"] == true)
    };
    for place in [8, 0] {
        let gone = format!("{path}/{}", sent[place]);
        alice.delete(&gone).await.expect_nothing(204);
    }
    for (place, limit, expected, has_more) in [
        (8, 1, 7..8, false),
        (8, 3, 5..8, false),
        (0, 1, 1..2, true),
        (0, 3, 1..3, true),
    ] {
        let (ids, more) = around(place, &format!("limit={limit}")).await;
        assert_eq!(
            (ids.as_slice(), more),
            (&sent[expected], has_more),
            "{place}"
        );
    }
    let (ids, has_more) = around(8, "limit=1&order=desc").await;
    assert_eq!((ids.as_slice(), has_more), (&sent[7..8], true));
}

#[tokio::test]
async fn around_goes_with_no_other_place() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let item = id(&alice.say(&conversation, "Hello").await);
    let path = |id: &str| format!("/v1/conversations/{id}/items?around={item}");
    let mine = path(&conversation);
    for other in ["after", "call_id"] {
        let answer = alice.get(&format!("{mine}&{other}=x")).await;
        answer.refused("invalid_value", Some(other));
    }
    let unknown = format!("/v1/conversations/{conversation}/items?around=x");
    alice
        .get(&unknown)
        .await
        .refused("item_not_found", Some("around"));
    app.bob()
        .get(&mine)
        .await
        .refused("conversation_not_found", None);
}

#[tokio::test]
async fn around_takes_no_message_of_another_conversation() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let conversation = alice.conversation(json!({})).await;
    let mut items = Vec::new();
    for number in 0..2 {
        items.push(id(&alice.say(&conversation, &format!("{number}")).await));
    }
    let other = alice.conversation(json!({})).await;
    let mut others = Vec::new();
    for number in 0..3 {
        others.push(id(&alice.say(&other, &format!("{number}")).await));
    }
    let foreign = bob.conversation(json!({})).await;
    others.push(id(&bob.say(&foreign, "0").await));
    let path = format!("/v1/conversations/{conversation}/items");
    let around = async |item: &str| alice.get(&format!("{path}?around={item}")).await;
    // Their places are taken here, or lie behind the end.
    for item in &others {
        around(item).await.refused("item_not_found", Some("around"));
    }
    // The place is free here: it is the deleted message's, and still not another's.
    let gone = format!("{path}/{}", items[1]);
    alice.delete(&gone).await.expect_nothing(204);
    around(&items[1]).await.expect(200);
    around(&others[1])
        .await
        .refused("item_not_found", Some("around"));
    // Ids that were never given: of another time, and of places that no message ever had.
    let of_place = |place: &str| format!("{}{place}", &items[1][..items[1].len() - place.len()]);
    for id in [
        "item_7ZZZZZZZZZZZZZZZZZZZ000002",
        "item_00000000000000000000000002",
        "",
    ] {
        around(id).await.refused("item_not_found", Some("around"));
    }
    for place in ["000000", "000003", "001000"] {
        let refused = around(&of_place(place)).await;
        refused.refused("item_not_found", Some("around"));
    }
    // The place of the deleted message. Nothing else is known of its id.
    around(&of_place("000002")).await.expect(200);
    let empty = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{empty}/items?around={}", others[3]);
    let refused = alice.get(&path).await;
    refused.refused("item_not_found", Some("around"));
}
