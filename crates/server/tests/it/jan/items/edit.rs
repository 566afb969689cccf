use crate::app::{TestApp, id};
use crate::jan::{add, conversation, message, refused};
use crate::provider::{Provider, says};
use serde_json::json;

#[tokio::test]
async fn edits_and_new_replies_are_versions_on_main() {
    let provider = Provider::that(says(&["Bergen."]));
    let app = TestApp::spawn_with(|parts| parts.provider = provider.connected()).await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let added = add(
        &alice,
        &one,
        &[message("user", "Hi"), message("assistant", "Oslo.")],
    )
    .await;
    let [question, reply] = [0, 1].map(|n: usize| id(&added["data"][n]));
    let path = format!("/jan/v1/conversations/{one}/items");
    let edit = json!({ "content": "Largest port?", "regenerate": true });
    let edited = alice
        .post(&format!("{path}/{question}/edit"), edit)
        .await
        .expect(200);
    assert_eq!(
        (&edited["branch"], &edited["branch_created"]),
        (&json!("MAIN"), &json!(false))
    );
    assert_eq!(
        edited["user_item"]["content"][0]["input_text"],
        "Largest port?"
    );
    let again = alice
        .post(&format!("{path}/{reply}/regenerate"), json!({}))
        .await
        .expect(200);
    assert_eq!(
        (&again["branch"], &again["user_item_id"]),
        (&json!("MAIN"), &json!(question))
    );
    assert_eq!(again["item"]["content"][0]["text"]["text"], "Bergen.");
    let versions = format!("/v1/conversations/{one}/items/{reply}/versions");
    let versions = alice.get(&versions).await.expect(200);
    assert_eq!(versions["data"].as_array().unwrap().len(), 2);
    let gone = alice
        .delete(&format!("{path}/{question}"))
        .await
        .expect(200);
    assert_eq!(
        (&gone["deleted"], &gone["branch"]),
        (&json!(true), &json!("MAIN"))
    );
    refused(
        &alice.get(&format!("{path}/{question}")).await,
        "item_not_found",
        None,
    );
    alice.get(&format!("{path}/{reply}")).await.expect(200);
}
