use super::{share, talk};
use crate::app::TestApp;
use crate::jan::{message, refused};
use serde_json::json;

#[tokio::test]
async fn a_link_shows_the_conversation_without_its_owner() {
    let app = TestApp::spawn().await;
    let (alice, anon) = (app.alice(), app.anon());
    let (path, added) = talk(&alice).await;
    let link = share(&alice, &path).await;
    let public = format!("/jan/v1/public/shares/{}", link["slug"].as_str().unwrap());
    let shown = anon.get(&public).await.expect(200);
    assert_eq!(
        (&shown["object"], &shown["slug"], &shown["title"]),
        (&json!("public_share"), &link["slug"], &json!("T"))
    );
    let items = &shown["snapshot"]["items"];
    assert_eq!(items[0]["content"][0]["input_text"], "Hi");
    assert_eq!(items[1]["content"][0]["text"]["text"], "Hello!");
    assert!(!shown.to_string().contains("user_"), "{shown}");
    let head = anon.call(reqwest::Method::HEAD, &public).await;
    assert_eq!(head.status, 200);

    let after = format!(
        "{public}?after={}",
        added["data"][0]["id"].as_str().unwrap()
    );
    let rest = anon.get(&after).await.expect(200);
    assert_eq!(rest["snapshot"]["items"], json!([items[1]]));
    // Later messages stay private.
    let later = json!({ "items": [message("user", "Later")] });
    alice
        .post(&format!("{path}/items"), later)
        .await
        .expect(200);
    assert_eq!(
        anon.get(&public).await.expect(200)["snapshot"],
        shown["snapshot"]
    );
}

#[tokio::test]
async fn ended_unknown_and_malformed_links_show_no_conversation() {
    let app = TestApp::spawn().await;
    let (alice, anon) = (app.alice(), app.anon());
    let (path, _) = talk(&alice).await;
    let link = share(&alice, &path).await;
    let slug = link["slug"].as_str().unwrap();
    let public = format!("/jan/v1/public/shares/{slug}");
    let answer = anon.get(&format!("{public}?after=x")).await;
    refused(&answer, "invalid_cursor", Some("after"));
    alice
        .delete(&format!("/jan/v1/shares/{slug}"))
        .await
        .expect(200);
    refused(&anon.get(&public).await, "share_ended", None);
    let unknown = format!("share_{}", "7".repeat(32));
    for slug in ["x", &unknown] {
        let answer = anon.get(&format!("/jan/v1/public/shares/{slug}")).await;
        refused(&answer, "share_not_found", None);
    }
}
