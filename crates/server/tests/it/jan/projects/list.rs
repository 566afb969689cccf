use super::LIST;
use crate::app::TestApp;
use serde_json::{Value, json};

#[tokio::test]
async fn lists_are_paged_by_cursor_and_counted() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    for name in ["a", "b", "c"] {
        let body = json!({ "name": name, "is_archived": name == "a" });
        alice.post(LIST, body).await.expect(201);
    }
    let names = |page: &Value| {
        let data = page["data"].as_array().unwrap().clone();
        data.iter()
            .map(|one| one["name"].clone())
            .collect::<Vec<_>>()
    };
    let first = alice
        .get(&format!("{LIST}?limit=2&cursor="))
        .await
        .expect(200);
    assert_eq!(
        (names(&first), &first["total"]),
        (vec![json!("c"), json!("b")], &json!(3))
    );
    let cursor = first["next_cursor"].as_str().unwrap();
    let last = alice
        .get(&format!("{LIST}?limit=2&cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(
        (names(&last), last.get("next_cursor")),
        (vec![json!("a")], None)
    );
}
