use super::{PATH, secret};
use crate::answer::masked;
use crate::app::{TestApp, id};
use chrono::TimeDelta;
use futures_util::future::join_all;
use insta::assert_json_snapshot;
use serde_json::json;

#[tokio::test]
async fn a_key_is_shown_once_and_works() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({ "title": "Mine" })).await;
    let body = json!({ "name": " My notebook ", "expires_in": 3_600 });
    let answer = alice.post(PATH, body).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let key = answer.expect(201);
    let fields = [
        ("/id", "(id)"),
        ("/key", "(a secret)"),
        ("/hint", "(its end)"),
    ];
    assert_json_snapshot!(masked(key.clone(), &fields), @r#"
    {
      "created_at": "2025-12-23T10:00:00.000000Z",
      "expires_at": "2025-12-23T11:00:00.000000Z",
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
    // The cache does not make it live longer.
    app.clock.advance(TimeDelta::microseconds(59_999_999));
    by_key.get("/v1/conversations").await.expect(200);
    app.clock.advance(TimeDelta::microseconds(1));
    let answer = by_key.get("/v1/conversations").await;
    answer.refused("api_key_invalid", None);
    for (expires_in, ends) in [
        (json!(60.0), json!("2025-12-23T10:02:00.000000Z")),
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
async fn there_are_a_hundred_keys_at_the_most_however_many_are_wanted_at_once() {
    let app = TestApp::spawn_with(|parts| parts.workers = Some(2)).await;
    let alice = app.alice();
    let first = id(&alice.key("First").await);
    let more = "insert into api_keys (owner_id, id, created_at, name, hint) \
                select owner_id, gen_random_uuid(), created_at, 'Another', hint \
                from api_keys, generate_series(1, 96)";
    app.schema.rows(more).await;
    let body = json!({ "name": "Wanted" });
    let answers = join_all((0..8).map(|_| alice.post(PATH, body.clone()))).await;
    let (made, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert_eq!((made.len(), refused.len()), (3, 5));
    for answer in refused {
        answer.refused("api_keys_full", None);
        assert_eq!(answer.header("x-should-retry"), "false");
    }
    let stored = "select count(*) from api_keys";
    assert_eq!(app.schema.value(stored).await, "100");
    // Other owners still have room for keys, and a revoked key makes room.
    app.bob().key("Mine").await;
    let path = format!("{PATH}/{first}");
    alice.delete(&path).await.expect_nothing(204);
    alice.key("The hundredth again").await;
    let answer = alice.post(PATH, body).await;
    answer.refused("api_keys_full", None);
}
