//! Cases that Jan's own service fails: many writers of one conversation, and changes beside appends.

use super::{add, conversation, message};
use crate::app::TestApp;
use futures_util::future::join_all;
use serde_json::json;

#[tokio::test]
async fn thirty_two_writers_leave_numbers_without_gaps_or_twins() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let writers = (0..32).map(|writer| {
        let (alice, one) = (alice.clone(), one.clone());
        async move {
            for turn in 0..10 {
                let text = format!("{writer}.{turn}");
                add(&alice, &one, &[message("user", &text)]).await;
            }
        }
    });
    join_all(writers).await;
    let path = format!("/jan/v1/conversations/{one}/items?limit=100&order=asc");
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = alice
            .get(&format!("{path}&after={after}"))
            .await
            .expect(200);
        let data = page["data"].as_array().unwrap();
        seen.extend(
            data.iter()
                .map(|item| item["sequence_number"].as_u64().unwrap()),
        );
        assert_eq!(page["total"], 320);
        after = page["last_id"].as_str().unwrap().to_owned();
        if page["has_more"] == false {
            break;
        }
    }
    assert_eq!(seen, (1..=320).collect::<Vec<u64>>());
}

#[tokio::test]
async fn no_append_reverts_a_title() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let one = conversation(&alice, json!({ "title": "0" })).await;
    let path = format!("/jan/v1/conversations/{one}");
    let titles = async {
        for number in 1..=60 {
            let title = number.to_string();
            let changed = alice
                .post(&path, json!({ "title": title }))
                .await
                .expect(200);
            assert_eq!(changed["title"], title.as_str());
            let found = alice.get(&path).await.expect(200);
            assert_eq!(found["title"], title.as_str());
        }
    };
    let appends = join_all((0..8).map(|_| async {
        for _ in 0..20 {
            add(
                &alice,
                &one,
                &[message("user", "x"), message("assistant", "y")],
            )
            .await;
        }
    }));
    tokio::join!(titles, appends);
    let found = alice.get(&path).await.expect(200);
    assert_eq!(found["title"], "60");
    let items = alice.get(&format!("{path}/items")).await.expect(200);
    assert_eq!(items["total"], 320);
}
