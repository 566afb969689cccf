use crate::app::TestApp;
use crate::paging;
use chrono::TimeDelta;
use serde_json::json;

#[tokio::test]
async fn paging_is_exact_whatever_the_limit_and_the_order() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let mut created = Vec::new();
    for number in 0..15 {
        created.push(
            alice
                .conversation(json!({ "title": format!("{number}") }))
                .await,
        );
        // Some are of the same millisecond.
        app.clock.advance(TimeDelta::microseconds(400));
    }
    app.bob().conversation(json!({})).await;
    paging::assert_exact(&alice, "/v1/conversations", &created).await;
}

#[tokio::test]
async fn an_empty_list_is_a_list() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let project = alice.project("Empty").await;
    for path in [
        "/v1/conversations".to_owned(),
        "/v1/conversations?sort=updated".to_owned(),
        format!("/v1/conversations?project_id={project}"),
        format!("/v1/projects/{project}/conversations"),
    ] {
        let page = alice.get(&path).await.expect(200);
        let empty = json!({ "object": "list", "data": [], "has_more": false, "next_after": null,
            "first_id": null, "last_id": null });
        assert_eq!(page, empty);
    }
}

#[tokio::test]
async fn each_row_that_exists_throughout_is_returned_once_while_others_come_and_go() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let mut stay = Vec::new();
    let mut go = Vec::new();
    for number in 0..12 {
        let id = alice.conversation(json!({})).await;
        if number % 3 == 0 { &mut go } else { &mut stay }.push(id);
    }
    stay.reverse();
    let mut seen = Vec::new();
    let mut path = "/v1/conversations?limit=1".to_owned();
    loop {
        let page = alice.get(&path).await.expect(200);
        let last = page["data"][0]["id"].as_str().unwrap().to_owned();
        // The last row of the page itself may be deleted: no row of that id needs to exist.
        if go.contains(&last) {
            alice
                .delete(&format!("/v1/conversations/{last}"))
                .await
                .expect_nothing(204);
        } else {
            let title = json!({ "title": "Renamed" });
            alice
                .patch(&format!("/v1/conversations/{last}"), title)
                .await
                .expect(200);
            seen.push(last);
        }
        alice.conversation(json!({})).await;
        match page["next_after"].as_str() {
            None => break,
            Some(next) => path = format!("/v1/conversations?limit=1&after={next}"),
        }
    }
    assert_eq!(seen, stay);
}

#[tokio::test]
async fn sorted_by_activity_the_last_spoken_in_comes_first() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(alice.conversation(json!({})).await);
        app.clock.advance(TimeDelta::seconds(1));
    }
    for index in [3, 0] {
        app.clock.advance(TimeDelta::seconds(1));
        alice.say(&ids[index], "Hello").await;
    }
    // Organising does not count as activity.
    app.clock.advance(TimeDelta::seconds(1));
    let path = format!("/v1/conversations/{}", ids[1]);
    alice
        .patch(&path, json!({ "title": "Renamed" }))
        .await
        .expect(200);
    let expected: Vec<_> = [0, 3, 4, 2, 1]
        .iter()
        .map(|index| ids[*index].clone())
        .collect();
    for limit in [1, 2, 5] {
        let path = "/v1/conversations?sort=updated";
        assert_eq!(paging::read(&alice, path, limit).await, expected);
        let mut ascending = paging::read(&alice, &format!("{path}&order=asc"), limit).await;
        ascending.reverse();
        assert_eq!(ascending, expected);
    }
}

#[tokio::test]
async fn a_filter_by_project_leaves_out_the_others() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let project = alice.project("One").await;
    let other = alice.project("Other").await;
    let mut expected = Vec::new();
    for of in [
        Some(&project),
        None,
        Some(&other),
        Some(&project),
        Some(&project),
    ] {
        let created = alice.conversation(json!({ "project_id": of })).await;
        if of == Some(&project) {
            expected.push(created);
        }
    }
    let path = format!("/v1/conversations?project_id={project}");
    paging::assert_exact(&alice, &path, &expected).await;
    let path = format!("/v1/projects/{project}/conversations");
    paging::assert_exact(&alice, &path, &expected).await;
}
