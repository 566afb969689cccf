//! The checks of a key, by any endpoint.

use super::{PATH, secret};
use crate::app::{TestApp, id};
use chrono::TimeDelta;
use domain::limits::Rate;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_key_that_is_used_asks_the_database_now_and_then() {
    let app = TestApp::spawn().await;
    let key = app.alice().key("Mine").await;
    let by_key = app.bearing(secret(&key));
    by_key.get("/v1/projects").await.expect(200);
    // A key that is gone behind the service's back is still remembered.
    app.schema.rows("delete from api_keys").await;
    app.clock.advance(TimeDelta::seconds(9));
    by_key.get("/v1/projects").await.expect(200);
    app.clock.advance(TimeDelta::seconds(1));
    let answer = by_key.get("/v1/projects").await;
    answer.refused("api_key_invalid", None);
}

#[tokio::test]
async fn bad_keys_cannot_be_tried_without_end_and_good_ones_go_on() {
    let app = TestApp::spawn_limited(|rates| rates.key_check = Rate::parse("3/h")).await;
    let good = app.bearing(secret(&app.alice().key("Mine").await));
    good.get("/v1/projects").await.expect(200);
    let bad = |digit: &str| app.bearing(Some(format!("sk_{}", digit.repeat(43))));
    for digit in ["1", "2", "3"] {
        // The same bad key over and over is looked up once.
        for _ in 0..5 {
            let answer = bad(digit).get("/v1/projects").await;
            answer.refused("api_key_invalid", None);
        }
    }
    let answer = bad("4").get("/v1/projects").await;
    answer.refused("rate_limited", None);
    // A text without the form of a key is not looked up at all.
    let answer = app
        .bearing(Some("sk_x".to_owned()))
        .get("/v1/projects")
        .await;
    answer.refused("api_key_invalid", None);
    good.get("/v1/projects").await.expect(200);
    app.alice().get("/v1/projects").await.expect(200);
}

#[tokio::test]
async fn bad_keys_of_a_neighbour_shut_out_no_good_one() {
    let app = TestApp::spawn_limited(|rates| rates.key_check = Rate::parse("3/h")).await;
    let key = app.alice().key("Mine").await;
    for number in 0..75 {
        let bad = format!("sk_{number:043}");
        let answer = app.bearing(Some(bad)).get("/v1/projects").await;
        let code = ["api_key_invalid", "rate_limited"][usize::from(number >= 3)];
        answer.refused(code, None);
    }
    // Neither a new key, nor one that was looked up before.
    let good = app.bearing(secret(&key));
    good.get("/v1/projects").await.expect(200);
    app.clock.advance(TimeDelta::seconds(11));
    good.get("/v1/projects").await.expect(200);
    let another = app.bearing(secret(&app.bob().key("His").await));
    another.get("/v1/projects").await.expect(200);
}

#[tokio::test]
async fn one_stale_key_that_comes_again_and_again_shuts_out_no_good_one() {
    let app = TestApp::spawn_limited(|rates| rates.key_check = Rate::parse("3/h")).await;
    let good = app.bearing(secret(&app.alice().key("Mine").await));
    let stale = app.bearing(Some(format!("sk_{}", "1".repeat(43))));
    for _ in 0..5 {
        let answer = stale.get("/v1/projects").await;
        answer.refused("api_key_invalid", None);
        app.clock.advance(TimeDelta::seconds(6));
    }
    good.get("/v1/projects").await.expect(200);
    // It does not give back the attempts of others, either.
    for digit in ["2", "3"] {
        let bad = app.bearing(Some(format!("sk_{}", digit.repeat(43))));
        let answer = bad.get("/v1/projects").await;
        answer.refused("api_key_invalid", None);
    }
    let another = app.bearing(Some(format!("sk_{}", "4".repeat(43))));
    let answer = another.get("/v1/projects").await;
    answer.refused("rate_limited", None);
}

#[tokio::test]
async fn a_guest_that_uses_a_key_is_active() {
    let app = TestApp::spawn().await;
    let (guest, _) = app.guest().await;
    let by_key = app.bearing(secret(&guest.key("Mine").await));
    by_key.get("/v1/projects").await.expect(200);
    let active = "select count(*) from users where active_at is not null";
    assert_eq!(app.schema.value(active).await, "0");
    app.clock.advance(TimeDelta::hours(25));
    by_key.get("/v1/projects").await.expect(200);
    assert_eq!(app.schema.value(active).await, "1");
}

#[tokio::test]
async fn the_answer_does_not_reveal_the_fault_of_a_key() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let brief = json!({ "name": "Brief", "expires_in": 60 });
    let expired = secret(&alice.post(PATH, brief).await.expect(201)).unwrap();
    let key = alice.key("Revoked").await;
    let path = format!("{PATH}/{}", id(&key));
    alice.delete(&path).await.expect_nothing(204);
    app.clock.advance(TimeDelta::seconds(60));
    let mut said = Vec::new();
    for key in [expired, secret(&key).unwrap(), "sk_x".to_owned()] {
        let actor = app.bearing(Some(key));
        let request = actor.request(Method::GET, "/v1/projects");
        let answer = actor.sent(request.header("x-request-id", "the-same")).await;
        answer.refused("api_key_invalid", None);
        said.push(answer.text().to_owned());
    }
    assert!(said[0].contains("The API key is unknown, expired or was revoked."));
    assert!(said.iter().all(|one| *one == said[0]), "{said:?}");
}
