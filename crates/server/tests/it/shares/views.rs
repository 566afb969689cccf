use super::link;
use crate::app::TestApp;
use crate::process::Process;
use crate::{db::Schema, rows};
use nix::sys::signal::Signal;
use reqwest::Method;
use serde_json::json;

async fn counted(app: &TestApp) -> u64 {
    app.write_views().await;
    let page = app.alice().get("/v1/shares").await.expect(200);
    page["data"][0]["view_count"].as_u64().unwrap()
}

#[tokio::test]
async fn only_the_first_page_counts_as_a_view() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    rows::items(&app.schema, &conversation, 5, "'m' || n").await;
    let share = alice.share(&conversation, json!({})).await;
    let path = link(&share);
    for _ in 0..3 {
        app.anon().get(&path).await.expect(200);
    }
    app.bob().get(&format!("{path}?format=md")).await;
    assert_eq!(counted(&app).await, 4);
    let head = app.anon().call(Method::HEAD, &path).await;
    assert_eq!(head.status, 200, "HEAD does not show the conversation");
    app.anon()
        .get(&format!("{path}?after=seq_1"))
        .await
        .expect(200);
    app.anon()
        .get(&format!("{path}?limit=0"))
        .await
        .refused("invalid_value", Some("limit"));
    for list in [
        "/v1/shares".to_owned(),
        format!("/v1/conversations/{conversation}/shares"),
    ] {
        alice.get(&list).await.expect(200);
    }
    alice
        .delete(&format!("/v1/shares/{share}"))
        .await
        .expect_nothing(204);
    app.anon().get(&path).await.refused("share_ended", None);
    assert_eq!(counted(&app).await, 4);
}

#[tokio::test]
async fn views_are_written_down_when_the_service_stops() {
    let schema = Schema::migrated().await;
    let mut process = Process::external(schema.url(), &[]).await;
    process.ready().await;
    let alice = process.alice();
    let conversation = alice.conversation(json!({})).await;
    let share = alice.share(&conversation, json!({})).await;
    for _ in 0..7 {
        process.anon().get(&link(&share)).await.expect(200);
    }
    process.signal(Signal::SIGTERM);
    assert_eq!(process.ended().await.code(), Some(0));
    let views = "select view_count from shares";
    assert_eq!(schema.value(views).await, "7");
}
