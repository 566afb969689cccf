use crate::app::TestApp;
use crate::jan::{conversation, message, refused};
use serde_json::json;

#[tokio::test]
async fn there_is_one_branch() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let body = json!({ "items": [message("user", "Hello")] });
    let path = format!(
        "/jan/v1/conversations/{}/branches",
        conversation(&alice, body).await
    );
    let list = alice.get(&path).await.expect(200);
    assert_eq!(list["active_branch"], "MAIN");
    assert_eq!(list["data"][0]["name"], "MAIN");
    assert_eq!(list["data"][0]["item_count"], 1);
    assert_eq!(
        alice.get(&format!("{path}/main")).await.expect(200),
        list["data"][0]
    );
    let activated = alice
        .post(&format!("{path}/MAIN/activate"), json!({}))
        .await;
    assert_eq!(activated.expect(200)["active_branch"], "MAIN");
    refused(
        &alice.get(&format!("{path}/EDIT_1")).await,
        "branch_not_found",
        None,
    );
    let made = alice.post(&path, json!({ "name": "EDIT_1" })).await;
    refused(&made, "unsupported", Some("name"));
    refused(
        &alice.delete(&format!("{path}/MAIN")).await,
        "unsupported",
        Some("branch"),
    );
}
