use crate::app::{TestApp, id};
use crate::clock::PinnedClock;
use crate::db::Schema;
use chrono::TimeDelta;
use domain::limits::Quota;
use insta::assert_json_snapshot;
use serde_json::{Value, json};
use std::sync::Arc;

const PATH: &str = "/auth/api-keys";

fn secret(key: &Value) -> Option<String> {
    key["key"].as_str().map(str::to_owned)
}

#[tokio::test]
async fn a_key_is_shown_once_and_works() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({ "title": "Mine" })).await;
    let body = json!({ "name": " My notebook ", "expires_in": 3_600 });
    let answer = alice.post(PATH, body).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let key = answer.expect(201);
    assert_json_snapshot!(
        key,
        { ".id" => "(id)", ".key" => "(a secret)", ".hint" => "(its end)" },
        @r#"
    {
      "created_at": "2025-12-23T10:00:00Z",
      "expires_at": "2025-12-23T11:00:00Z",
      "hint": "(its end)",
      "id": "(id)",
      "key": "(a secret)",
      "name": "My notebook",
      "object": "api_key"
    }
    "#);
    let by_key = app.bearing(secret(&key));
    let path = format!("/v1/conversations/{conversation}");
    by_key.get(&path).await.expect(200);
    let anon = app.anon();
    let header = anon.request(reqwest::Method::GET, &path);
    let header = header.header("X-API-Key", secret(&key).unwrap());
    anon.sent(header).await.expect(200);
    let me = by_key.get("/auth/me").await.expect(200);
    assert_eq!(me, alice.get("/auth/me").await.expect(200));

    let secret = secret(&key).unwrap();
    assert!(secret.starts_with("sk_") && secret.len() == 46);
    let listed = alice.get(PATH).await;
    assert!(!listed.text().contains(&secret));
    let listed = listed.expect(200)["data"][0].clone();
    assert_eq!(listed["hint"], format!("…{}", &secret[42..]));
    assert_eq!(listed["id"], key["id"]);
    assert_eq!(listed.get("key"), None);
}

#[tokio::test]
async fn a_key_ends_when_it_was_told_to() {
    let app = TestApp::spawn().await;
    let body = json!({ "name": "Brief", "expires_in": 60 });
    let key = app.alice().post(PATH, body).await.expect(201);
    let by_key = app.bearing(secret(&key));
    by_key.get("/v1/conversations").await.expect(200);
    // What is remembered of it does not make it live longer.
    app.clock.advance(TimeDelta::microseconds(59_999_999));
    by_key.get("/v1/conversations").await.expect(200);
    app.clock.advance(TimeDelta::microseconds(1));
    let answer = by_key.get("/v1/conversations").await;
    answer.refused("api_key_expired", None);
    for (expires_in, ends) in [
        (json!(60.0), json!("2025-12-23T10:02:00Z")),
        (json!(null), json!(null)),
    ] {
        let body = json!({ "name": "Any", "expires_in": expires_in });
        let key = app.alice().post(PATH, body).await.expect(201);
        assert_eq!(key["expires_at"], ends);
    }
    for expires_in in [json!(60.5), json!("60"), json!(1e300), json!(true)] {
        let body = json!({ "name": "Never", "expires_in": expires_in });
        let answer = app.alice().post(PATH, body).await;
        answer.refused("invalid_type", Some("expires_in"));
    }
    for expires_in in [59, 31_536_001, 0, -60] {
        let body = json!({ "name": "Never", "expires_in": expires_in });
        let answer = app.alice().post(PATH, body).await;
        answer.refused("invalid_value", Some("expires_in"));
    }
}

#[tokio::test]
async fn a_revoked_key_ends_at_once_here_and_within_thirty_seconds_elsewhere() {
    let schema = Schema::migrated().await;
    let clock = Arc::new(PinnedClock::new());
    let twin = Schema::at(schema.url.clone());
    let (one, two) = (schema.database(4), twin.database(4));
    let here = TestApp::serve_at(clock.clone(), schema, one, |_| {});
    let elsewhere = TestApp::serve_at(clock.clone(), twin, two, |_| {});
    let alice = here.alice();
    let key = alice.key("Mine").await;
    let (at_home, abroad) = (here.bearing(secret(&key)), elsewhere.bearing(secret(&key)));
    at_home.get("/v1/conversations").await.expect(200);
    abroad.get("/v1/conversations").await.expect(200);
    let path = format!("{PATH}/{}", id(&key));
    alice.delete(&path).await.expect_nothing(204);
    let answer = at_home.get("/v1/conversations").await;
    answer.refused("token_invalid", None);
    clock.advance(TimeDelta::seconds(30));
    let answer = abroad.get("/v1/conversations").await;
    answer.refused("token_invalid", None);
    let again = alice.delete(&path).await;
    again.refused("api_key_not_found", None);
}

#[tokio::test]
async fn a_key_that_is_used_asks_the_database_now_and_then() {
    let app = TestApp::spawn().await;
    let key = app.alice().key("Mine").await;
    let by_key = app.bearing(secret(&key));
    by_key.get("/v1/projects").await.expect(200);
    // A key that is gone behind the service's back is still remembered.
    app.schema.rows("delete from api_keys").await;
    app.clock.advance(TimeDelta::seconds(24));
    by_key.get("/v1/projects").await.expect(200);
    app.clock.advance(TimeDelta::seconds(1));
    let answer = by_key.get("/v1/projects").await;
    answer.refused("token_invalid", None);
}

#[tokio::test]
async fn bad_keys_cannot_be_tried_without_end_and_good_ones_go_on() {
    let app = TestApp::spawn_limited(|quotas| quotas.key_check = Quota::parse("3/h")).await;
    let good = app.bearing(secret(&app.alice().key("Mine").await));
    good.get("/v1/projects").await.expect(200);
    let bad = |digit: &str| app.bearing(Some(format!("sk_{}", digit.repeat(43))));
    for digit in ["1", "2", "3"] {
        // The same bad key over and over is looked up once.
        for _ in 0..5 {
            let answer = bad(digit).get("/v1/projects").await;
            answer.refused("token_invalid", None);
        }
    }
    let answer = bad("4").get("/v1/projects").await;
    answer.refused("rate_limited", None);
    // What cannot be a key is not looked up at all.
    let answer = app
        .bearing(Some("sk_x".to_owned()))
        .get("/v1/projects")
        .await;
    answer.refused("token_invalid", None);
    good.get("/v1/projects").await.expect(200);
    app.alice().get("/v1/projects").await.expect(200);
}

#[tokio::test]
async fn one_stale_key_that_comes_again_and_again_shuts_out_no_good_one() {
    let app = TestApp::spawn_limited(|quotas| quotas.key_check = Quota::parse("3/h")).await;
    let good = app.bearing(secret(&app.alice().key("Mine").await));
    let stale = app.bearing(Some(format!("sk_{}", "1".repeat(43))));
    for _ in 0..5 {
        let answer = stale.get("/v1/projects").await;
        answer.refused("token_invalid", None);
        app.clock.advance(TimeDelta::seconds(6));
    }
    good.get("/v1/projects").await.expect(200);
    // Nor does it give back what others have taken.
    for digit in ["2", "3"] {
        let bad = app.bearing(Some(format!("sk_{}", digit.repeat(43))));
        let answer = bad.get("/v1/projects").await;
        answer.refused("token_invalid", None);
    }
    let another = app.bearing(Some(format!("sk_{}", "4".repeat(43))));
    let answer = another.get("/v1/projects").await;
    answer.refused("rate_limited", None);
}

#[tokio::test]
async fn keys_are_listed_in_pages() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let mut ids = Vec::new();
    for number in 0..5 {
        ids.push(id(&alice.key(&format!("Key {number}")).await));
    }
    let list = alice
        .get(&format!("{PATH}?order=asc&limit=2"))
        .await
        .expect(200);
    assert_eq!(
        (id(&list["data"][0]), &list["next_after"]),
        (ids[0].clone(), &json!(ids[1]))
    );
    let after = format!("{PATH}?order=asc&limit=3&after={}", ids[1]);
    let list = alice.get(&after).await.expect(200);
    assert_eq!(
        (id(&list["data"][2]), &list["has_more"]),
        (ids[4].clone(), &json!(false))
    );
    let newest = alice.get(PATH).await.expect(200);
    assert_eq!(id(&newest["data"][0]), ids[4]);
    let answer = alice.get(&format!("{PATH}?after=x")).await;
    answer.refused("invalid_cursor", Some("after"));
    let answer = alice.get(&format!("{PATH}?limit=0")).await;
    answer.refused("invalid_value", Some("limit"));
}

#[tokio::test]
async fn a_guest_who_uses_a_key_is_active() {
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
