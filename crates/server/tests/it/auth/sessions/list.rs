use super::PATH;
use crate::app::{PASSWORD, TestApp, id};
use crate::extent;
use chrono::TimeDelta;
use serde_json::{Value, json};

#[tokio::test]
async fn sessions_are_listed_and_the_own_one_is_marked() {
    let app = TestApp::spawn().await;
    let (ada, first) = app.account("ada@example.org").await;
    app.clock.advance(TimeDelta::minutes(1));
    let login = json!({ "email": "ada@example.org", "password": PASSWORD });
    let second = app.anon().post("/auth/login", login).await.expect(200);
    app.guest().await;
    let listed = ada.get(PATH).await.expect(200);
    assert_eq!(listed["object"], "list");
    assert_eq!(
        (&listed["has_more"], &listed["next_after"]),
        (&json!(false), &Value::Null)
    );
    let sessions = listed["data"].as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    // Newest first.
    let marked = |sessions: &[Value]| -> Vec<Value> {
        sessions
            .iter()
            .map(|session| session["current"].clone())
            .collect()
    };
    assert_eq!(marked(sessions), [json!(false), json!(true)]);
    let mut fields: Vec<_> = sessions[0].as_object().unwrap().keys().collect();
    fields.sort_unstable();
    assert_eq!(
        fields,
        ["created_at", "current", "id", "last_used_at", "object"]
    );
    assert_eq!(sessions[0]["object"], "session");
    assert!(id(&sessions[0]).starts_with("sess_"));
    assert_eq!(sessions[0]["created_at"], "2025-12-23T10:01:00.000000Z");
    // The other one sees the same from its side.
    let other = app.holding(&second).get(PATH).await.expect(200);
    assert_eq!(
        marked(other["data"].as_array().unwrap()),
        [json!(true), json!(false)]
    );
    // Refreshing keeps the id, and is use.
    let used = |listed: &Value| listed["data"][1]["last_used_at"].to_string();
    app.session_time_passes("1 hour").await;
    let before = ada.get(PATH).await.expect(200);
    let body = json!({ "refresh_token": first["refresh_token"] });
    let next = app
        .anon()
        .post("/auth/refresh-token", body)
        .await
        .expect(200);
    let after = app.holding(&next).get(PATH).await.expect(200);
    assert_eq!(
        marked(after["data"].as_array().unwrap()),
        [json!(false), json!(true)]
    );
    assert_eq!(id(&after["data"][1]), id(&before["data"][1]));
    assert!(used(&after) > used(&before));
    // A token that is of no session sees all the same.
    let owner = ulid::Ulid::from_string(&id(&first["user"])[5..]).unwrap();
    let of_none = app.bearing(Some(app.token(owner.0, TimeDelta::hours(1))));
    let seen = of_none.get(PATH).await.expect(200);
    assert_eq!(
        marked(seen["data"].as_array().unwrap()),
        [json!(false), json!(false)]
    );
}

#[tokio::test]
async fn sessions_that_have_expired_or_ended_are_not_listed() {
    let app = TestApp::spawn().await;
    let (ada, expired) = app.account("ada@example.org").await;
    app.session_time_passes("30 days").await;
    let login = json!({ "email": "ada@example.org", "password": PASSWORD });
    let ended = app
        .anon()
        .post("/auth/login", login.clone())
        .await
        .expect(200);
    let body = json!({ "refresh_token": ended["refresh_token"] });
    app.anon()
        .post("/auth/logout", body)
        .await
        .expect_nothing(204);
    let alive = app.anon().post("/auth/login", login).await.expect(200);
    let listed = app.holding(&alive).get(PATH).await.expect(200);
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    assert_eq!(listed["data"][0]["current"], true);
    // A session that is not listed cannot be ended, either.
    let sid = app.session_of(&expired);
    let answer = ada.delete(&format!("{PATH}/{sid}")).await;
    answer.refused("session_not_found", None);
}

#[tokio::test]
async fn a_hundred_thousand_sessions_are_listed_in_pages_and_ended_in_steps() {
    let app = TestApp::spawn().await;
    let (ada, _) = app.account("ada@example.org").await;
    // Fewer take a few steps, too.
    let number = extent::either(12_000, 100_000);
    let more = format!(
        "insert into refresh_tokens (digest, owner_id, family, created_at, expires_at)
        select sha256(n::text::bytea), owner_id, gen_random_uuid(), created_at, expires_at
        from refresh_tokens, generate_series(1, {number}) n"
    );
    app.schema.rows(&more).await;
    let first = ada
        .get(&format!("{PATH}?limit=100&order=asc"))
        .await
        .expect(200);
    assert_eq!(first["data"].as_array().unwrap().len(), 100);
    let cursor = first["next_after"].as_str().unwrap();
    assert_eq!(cursor, id(&first["data"][99]));
    let path = format!("{PATH}?limit=100&order=asc&after={cursor}");
    let second = ada.get(&path).await.expect(200);
    assert!(id(&second["data"][0]).as_str() > cursor);
    for (query, code, param) in [
        ("after=x", "invalid_cursor", "after"),
        (
            "after=conv_01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "invalid_cursor",
            "after",
        ),
        ("limit=101", "invalid_value", "limit"),
        ("order=up", "invalid_value", "order"),
    ] {
        let answer = ada.get(&format!("{PATH}?{query}")).await;
        answer.refused(code, Some(param));
    }
    // A change of password ends them, too, and keeps its own.
    let body =
        json!({ "current_password": PASSWORD, "new_password": "another sentence is as easy" });
    ada.post("/auth/password", body).await.expect_nothing(204);
    let left = "select count(*) from refresh_tokens";
    assert_eq!(app.schema.value(left).await, "1");
    app.schema.rows(&more).await;
    ada.delete(PATH).await.expect_nothing(204);
    assert_eq!(app.schema.value(left).await, "0");
}
