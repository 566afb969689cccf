use crate::answer::masked;
use crate::app::TestApp;
use domain::auth::SignupPolicy;
use domain::limits::Rate;
use insta::assert_json_snapshot;
use reqwest::Method;
use serde_json::json;

const PATH: &str = "/auth/guest-login";

#[tokio::test]
async fn a_guest_can_work_at_once() {
    let app = TestApp::spawn().await;
    let answer = app.anon().call(Method::POST, PATH).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let session = answer.expect(201);
    let secrets = ["/access_token", "/refresh_token"].map(|path| (path, "(a secret)"));
    let shown = masked(masked(session.clone(), &secrets), &[("/user/id", "(id)")]);
    assert_json_snapshot!(shown, @r#"
    {
      "access_token": "(a secret)",
      "expires_in": 3600,
      "refresh_token": "(a secret)",
      "token_type": "Bearer",
      "user": {
        "created_at": "2025-12-23T10:00:00.000000Z",
        "email": null,
        "id": "(id)",
        "is_guest": true,
        "kind": "guest",
        "name": null,
        "object": "user"
      }
    }
    "#);
    app.holding(&session)
        .conversation(json!({ "title": "Mine" }))
        .await;
    assert_eq!(
        app.alice().get("/v1/conversations").await.expect(200)["data"],
        json!([])
    );
}

#[tokio::test]
async fn every_guest_is_somebody_else() {
    let app = TestApp::spawn().await;
    let (_, one) = app.guest().await;
    let (_, other) = app.guest().await;
    for field in ["access_token", "refresh_token", "user"] {
        assert_ne!(one[field], other[field], "{field}");
    }
    assert_ne!(one["user"]["id"], other["user"]["id"]);
}

#[tokio::test]
async fn a_token_is_good_for_an_hour_and_a_minute_of_leeway() {
    let app = TestApp::spawn().await;
    let (guest, _) = app.guest().await;
    app.clock.advance(chrono::TimeDelta::seconds(3_659));
    guest.get("/v1/conversations").await.expect(200);
    app.clock.advance(chrono::TimeDelta::seconds(1));
    guest
        .get("/v1/conversations")
        .await
        .refused("token_expired", None);
}

#[tokio::test]
async fn the_door_can_be_closed() {
    let closed = SignupPolicy {
        guest_login: false,
        registration: true,
    };
    let app = TestApp::spawn_with(|parts| parts.signup = closed).await;
    let answer = app.anon().post(PATH, json!({})).await;
    answer.refused("guest_login_disabled", None);
    assert_eq!(app.schema.value("select count(*) from users").await, "0");
}

#[tokio::test]
async fn the_stored_part_of_a_refresh_token_is_useless_to_a_thief() {
    let app = TestApp::spawn().await;
    let (_, session) = app.guest().await;
    let secret = session["refresh_token"].as_str().unwrap();
    let dump = app
        .schema
        .value("select string_agg(t::text, ' ') from refresh_tokens t")
        .await;
    let plain: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    assert!(!dump.is_empty() && !dump.contains(secret) && !dump.contains(&plain));
}

#[tokio::test]
async fn one_address_makes_only_so_many_guests() {
    let app = TestApp::spawn_limited(|rates| rates.guest = Rate::parse("3/h")).await;
    for _ in 0..3 {
        app.anon().post(PATH, json!({})).await.expect(201);
    }
    let answer = app.anon().post(PATH, json!({})).await;
    answer.refused("rate_limited", None);
    let wait: i64 = answer.header("retry-after").parse().unwrap();
    assert!((1_200..=1_201).contains(&wait), "{wait}");
    app.clock.advance(chrono::TimeDelta::seconds(wait));
    app.anon().post(PATH, json!({})).await.expect(201);
    app.anon()
        .post(PATH, json!({}))
        .await
        .refused("rate_limited", None);
    assert_eq!(app.schema.value("select count(*) from users").await, "4");
}
