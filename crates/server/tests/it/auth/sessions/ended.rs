//! The access token of an ended session can still do everything except changing credentials.

use super::PATH;
use crate::app::{Actor, PASSWORD, TestApp};
use crate::credentials::{Belongings, PERSONS_ONLY, call};
use crate::operations::operations;
use crate::purge::until;
use crate::races::hold_rows;
use crate::rows;
use serde_json::{Value, json};

const EMAIL: &str = "ada@example.org";

async fn login(app: &TestApp, password: &str) -> (Actor, Value) {
    let body = json!({ "email": EMAIL, "password": password });
    let session = app.anon().post("/auth/login", body).await.expect(200);
    (app.holding(&session), session)
}

async fn sign_out(app: &TestApp, session: &Value) {
    let body = json!({ "refresh_token": session["refresh_token"] });
    let answer = app.anon().post("/auth/logout", body).await;
    answer.expect_nothing(204);
}

#[tokio::test]
async fn no_operation_on_credentials_is_open_to_it() {
    let app = TestApp::spawn().await;
    let (ada, _) = app.account(EMAIL).await;
    let mine = Belongings::of(&app, &ada).await;
    let mut seen = 0;
    for operation in operations() {
        let name = operation.name.as_str();
        if !PERSONS_ONLY.contains(&name) || name == "list_sessions" {
            continue;
        }
        let (here, session) = login(&app, PASSWORD).await;
        // By either way there is.
        match seen % 2 {
            0 => sign_out(&app, &session).await,
            _ => {
                let path = format!("{PATH}/{}", app.session_of(&session));
                ada.delete(&path).await.expect_nothing(204);
            }
        }
        app.trail.names();
        let before = app.schema.contents().await;
        let ids: Vec<_> = operation
            .parameters()
            .iter()
            .map(|p| mine.named(p))
            .collect();
        let answer = call(&here, &operation, &ids).await;
        println!("{name}");
        answer.refused("token_invalid", None);
        assert!(answer.text().contains("session"), "{}", answer.text());
        assert!(answer.header("www-authenticate").contains("invalid_token"));
        assert_eq!(
            app.schema.contents().await,
            before,
            "{name} changed something"
        );
        assert_eq!(app.trail.names(), [""; 0]);
        // It reads and writes as before.
        here.get("/v1/conversations").await.expect(200);
        seen += 1;
    }
    assert_eq!(seen, PERSONS_ONLY.len() - 1);
}

#[tokio::test]
async fn a_change_of_password_leaves_no_way_to_a_new_key() {
    let app = TestApp::spawn().await;
    let (ada, _) = app.account(EMAIL).await;
    let (elsewhere, _) = login(&app, PASSWORD).await;
    let body = json!({
        "current_password": PASSWORD, "new_password": "another sentence is as easy",
    });
    ada.post("/auth/password", body).await.expect_nothing(204);
    let key = json!({ "name": "Mine" });
    let answer = elsewhere.post("/auth/api-keys", key.clone()).await;
    answer.refused("token_invalid", None);
    ada.post("/auth/api-keys", key).await.expect(201);
}

#[tokio::test]
async fn a_guest_whose_session_was_refreshed_has_every_token_of_it() {
    let app = TestApp::spawn().await;
    let (first, session) = app.guest().await;
    let body = json!({ "refresh_token": session["refresh_token"] });
    let next = app
        .anon()
        .post("/auth/refresh-token", body)
        .await
        .expect(200);
    // Tokens of before a refresh are of the same session.
    first.key("One").await;
    app.holding(&next).key("Another").await;
    sign_out(&app, &next).await;
    for ended in [first, app.holding(&next)] {
        let upgrade = json!({ "email": EMAIL, "password": PASSWORD });
        let answer = ended.post("/auth/upgrade", upgrade).await;
        answer.refused("token_invalid", None);
    }
    let left = "select (select count(*) from refresh_tokens) + (select count(*) from accounts)";
    assert_eq!(app.schema.value(left).await, "0");
}

#[tokio::test]
async fn a_key_that_waits_for_the_end_of_its_session_is_not_made() {
    let app = TestApp::spawn().await;
    let (guest, session) = app.guest().await;
    let family = rows::stored(&app.session_of(&session));
    let tokens = format!("refresh_tokens where family = '{family}'");
    let holder = hold_rows(&app, &tokens).await;
    let making = tokio::spawn(async move {
        guest
            .post("/auth/api-keys", json!({ "name": "Mine" }))
            .await
    });
    let waiting = "select count(*) from pg_stat_activity \
                   where wait_event_type = 'Lock' and query like '%refresh_tokens%no key update%'";
    until(&app.schema, waiting, 20, |count| count >= 1).await;
    let end = format!("delete from {tokens}; commit");
    holder.batch_execute(&end).await.unwrap();
    making.await.unwrap().refused("token_invalid", None);
    let keys = "select count(*) from api_keys";
    assert_eq!(app.schema.value(keys).await, "0");
}
