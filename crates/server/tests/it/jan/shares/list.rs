use super::{share, share_item, talk};
use crate::app::TestApp;
use crate::jan::{conversation, refused};
use chrono::TimeDelta;
use serde_json::{Value, json};

const LIST: &str = "/jan/v1/shares";

fn ids(page: &Value) -> Vec<&str> {
    let data = page["data"].as_array().unwrap().iter();
    data.map(|link| link["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn links_are_listed_newest_first_in_all_and_for_a_conversation() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let (path, added) = talk(&alice).await;
    let (other, _) = talk(&alice).await;
    let of_all = share(&alice, &path).await;
    app.clock.advance(TimeDelta::seconds(1));
    let of_item = share_item(&alice, &path, &added["data"][1]).await;
    app.clock.advance(TimeDelta::seconds(1));
    let of_other = share(&alice, &other).await;
    let [first, second, third] =
        [&of_other, &of_item, &of_all].map(|link| link["id"].as_str().unwrap());
    let list = alice.get(LIST).await.expect(200);
    assert_eq!(ids(&list), [first, second, third]);
    assert_eq!(
        (&list["first_id"], &list["last_id"]),
        (&json!(first), &json!(third))
    );
    let of_one = alice.get(&format!("{path}/shares")).await.expect(200);
    assert_eq!(ids(&of_one), [second, third]);
    assert_eq!(of_one["data"][0], of_item);

    let page = alice.get(&format!("{LIST}?limit=2")).await.expect(200);
    assert_eq!(
        (ids(&page), &page["has_more"], &page["next_cursor"]),
        (vec![first, second], &json!(true), &json!(second))
    );
    let rest = alice
        .get(&format!("{LIST}?cursor={second}"))
        .await
        .expect(200);
    assert_eq!(
        (ids(&rest), &rest["has_more"]),
        (vec![third], &json!(false))
    );

    let revoked = format!("{LIST}/{first}");
    alice.delete(&revoked).await.expect(200);
    let active = alice
        .get(&format!("{LIST}?include_revoked=false"))
        .await
        .expect(200);
    assert_eq!(ids(&active), [second, third]);
    assert_eq!(ids(&alice.get(LIST).await.expect(200)).len(), 3);
}

#[tokio::test]
async fn links_of_other_owners_are_not_listed_and_wrong_queries_refused() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let (path, _) = talk(&alice).await;
    share(&alice, &path).await;
    assert_eq!(bob.get(LIST).await.expect(200)["data"], json!([]));
    let foreign = bob.get(&format!("{path}/shares")).await;
    refused(&foreign, "conversation_not_found", None);
    let malformed = alice.get("/jan/v1/conversations/x/shares").await;
    refused(&malformed, "conversation_not_found", None);
    let one = conversation(&alice, json!({})).await;
    for list in [
        LIST.to_owned(),
        format!("/jan/v1/conversations/{one}/shares"),
    ] {
        for (query, code, param) in [
            ("limit=0", "invalid_value", "limit"),
            ("order=up", "invalid_value", "order"),
            ("after=x", "invalid_cursor", "after"),
        ] {
            let answer = alice.get(&format!("{list}?{query}")).await;
            refused(&answer, code, Some(param));
        }
    }
}
