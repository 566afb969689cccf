use super::{link, writable};
use crate::db::Schema;
use crate::process::Process;
use serde_json::json;

#[tokio::test]
async fn no_line_of_the_log_has_the_name_of_a_link() {
    let schema = Schema::migrated().await;
    let settings = [("LOG_LEVEL", "debug"), ("LOG_FORMAT", "json")];
    let process = Process::external(schema.url(), &settings).await;
    process.ready().await;
    let alice = process.alice();
    let conversation = alice.conversation(json!({})).await;
    let share = writable(&alice, &conversation).await;
    let path = link(&share);
    process.anon().get(&path).await.expect(200);
    for bad in ["?limit=x", "?format=pdf", "?after=x", "/nowhere", "/items"] {
        process.anon().get(&format!("{path}{bad}")).await;
    }
    let add = format!("{path}/items");
    alice
        .post(&add, json!({ "content": "hello" }))
        .await
        .expect(201);
    alice
        .post(&add, json!({ "content": 5 }))
        .await
        .refused("invalid_type", Some("content"));
    alice
        .post(&format!("{path}/fork"), json!({}))
        .await
        .expect(201);
    alice
        .get(&format!("/v1/shares?after={share}"))
        .await
        .expect(200);
    alice
        .delete(&format!("/v1/shares/{share}"))
        .await
        .expect_nothing(204);
    process.anon().get(&path).await.refused("share_ended", None);
    process.anon().get("/healthz").await.expect(200);
    process.log.line("/healthz").await;
    let lines = process.log.lines();
    assert!(
        lines
            .iter()
            .any(|line| line.contains("/conversations/share/{share_id}")),
        "{lines:#?}"
    );
    let (_, secret) = share.split_once('_').unwrap();
    let bytes: Vec<_> = secret.bytes().map(|byte| byte.to_string()).collect();
    let bytes = bytes.join(", ");
    for line in lines {
        assert!(!line.contains(secret), "{line}");
        assert!(!line.contains(&bytes), "{line}");
    }
}
