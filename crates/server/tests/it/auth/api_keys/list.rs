use super::PATH;
use crate::app::{TestApp, id};
use serde_json::json;

#[tokio::test]
async fn keys_are_listed_in_pages() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let mut ids = Vec::new();
    for number in 0..5 {
        ids.push(id(&alice.key(&format!("Key {number}")).await));
    }
    let list = alice
        .get(&format!("{PATH}?order=asc&limit=2"))
        .await
        .expect(200);
    assert_eq!(
        (id(&list["data"][0]), &list["next_after"]),
        (ids[0].clone(), &json!(ids[1]))
    );
    let after = format!("{PATH}?order=asc&limit=3&after={}", ids[1]);
    let list = alice.get(&after).await.expect(200);
    assert_eq!(
        (id(&list["data"][2]), &list["has_more"]),
        (ids[4].clone(), &json!(false))
    );
    let newest = alice.get(PATH).await.expect(200);
    assert_eq!(id(&newest["data"][0]), ids[4]);
    let answer = alice.get(&format!("{PATH}?after=x")).await;
    answer.refused("invalid_cursor", Some("after"));
    let answer = alice.get(&format!("{PATH}?limit=0")).await;
    answer.refused("invalid_value", Some("limit"));
}
