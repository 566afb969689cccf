use super::{share, share_item, talk};
use crate::app::TestApp;
use crate::jan::{conversation, refused};
use serde_json::json;

#[tokio::test]
async fn a_link_is_revoked_by_its_name_or_below_its_conversation() {
    let app = TestApp::spawn().await;
    let (alice, anon) = (app.alice(), app.anon());
    let (path, added) = talk(&alice).await;
    let one = share(&alice, &path).await;
    let two = share_item(&alice, &path, &added["data"][1]).await;
    for (link, below) in [
        (&one, format!("{path}/shares")),
        (&two, "/jan/v1/shares".to_owned()),
    ] {
        let slug = link["slug"].as_str().unwrap();
        let gone = alice.delete(&format!("{below}/{slug}")).await.expect(200);
        assert_eq!(
            gone,
            json!({ "id": slug, "object": "share.deleted", "deleted": true })
        );
        let public = format!("/jan/v1/public/shares/{slug}");
        refused(&anon.get(&public).await, "share_ended", None);
    }
    let list = alice.get("/jan/v1/shares").await.expect(200);
    for link in list["data"].as_array().unwrap() {
        assert_eq!(link["revoked_at"], 1_766_484_000);
    }
}

#[tokio::test]
async fn only_its_owner_revokes_a_link_and_only_below_its_own_conversation() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let (path, _) = talk(&alice).await;
    let slug = share(&alice, &path).await["slug"].clone();
    let slug = slug.as_str().unwrap();
    let other = conversation(&alice, json!({})).await;
    let own = format!("/jan/v1/shares/{slug}");
    refused(&bob.delete(&own).await, "share_not_found", None);
    let elsewhere = format!("/jan/v1/conversations/{other}/shares/{slug}");
    refused(&alice.delete(&elsewhere).await, "share_not_found", None);
    refused(
        &alice.delete("/jan/v1/shares/x").await,
        "share_not_found",
        None,
    );
    let public = format!("/jan/v1/public/shares/{slug}");
    app.anon().get(&public).await.expect(200);
}
