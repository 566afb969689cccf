//! Turns in laying out pages, and one visitor who wants all of them.

use super::{BROWSER, share};
use crate::app::TestApp;
use api::shares::public::Layouts;
use reqwest::Method;
use serde_json::json;
use tokio::sync::mpsc;

#[tokio::test]
async fn an_address_that_opens_large_pages_all_the_time_delays_no_other() {
    let app = TestApp::spawn_with(|parts| {
        parts.layouts = Layouts::new(1);
        parts.proxies.0.push("127.0.0.1/32".parse().unwrap());
    })
    .await;
    let large = json!({ "items": [{ "role": "user", "content": "**a** ".repeat(10_000) }] });
    let address = share(&app.alice(), large, json!({})).await;
    let open = |from: &'static str| {
        let anon = app.anon();
        let request = anon.request(Method::GET, &address);
        let request = request
            .header("accept", BROWSER)
            .header("x-forwarded-for", from);
        async move { anon.sent(request).await.status }
    };
    let (told, mut statuses) = mpsc::unbounded_channel();
    for _ in 0..24 {
        let (opened, told) = (open("192.0.2.1"), told.clone());
        tokio::spawn(async move { told.send(opened.await) });
    }
    // As many wait as one address may have waiting.
    while statuses.recv().await.unwrap() != 503 {}
    assert_eq!(open("192.0.2.2").await, 200);
}
