use crate::app::TestApp;
use crate::paging;
use serde_json::json;

#[tokio::test]
async fn paging_is_exact_whatever_the_limit_and_the_order() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let mut created = Vec::new();
    for number in 0..15 {
        created.push(alice.project(&format!("{number}")).await);
    }
    app.bob().project("Theirs").await;
    paging::assert_exact(&alice, "/v1/projects", &created).await;
}

#[tokio::test]
async fn a_page_of_large_projects_ends_early() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    // 140 KB each: thirty make 4 MiB.
    let body = json!({ "title": "T", "description": "🎈".repeat(2_000),
        "instruction": "🎈".repeat(32_768) });
    for _ in 0..40 {
        alice.post("/v1/projects", body.clone()).await.expect(201);
    }
    let page = alice.get("/v1/projects?limit=100").await.expect(200);
    let first = page["data"].as_array().unwrap().len();
    assert!((25..=30).contains(&first), "{first}");
    assert_eq!(page["has_more"], true);
    let after = page["next_after"].as_str().unwrap();
    let page = alice
        .get(&format!("/v1/projects?limit=100&after={after}"))
        .await;
    let page = page.expect(200);
    assert_eq!(page["data"].as_array().unwrap().len(), 40 - first);
    assert_eq!(page["has_more"], false);
}
