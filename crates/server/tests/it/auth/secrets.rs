//! A change of the secret that signs tokens.

use crate::app::{SECRET, TestApp};
use crate::clock::PinnedClock;
use crate::db::Schema;
use infra::clock::{RandomIds, SystemClock};
use infra::security::{HmacSuccessors, Jwt};
use serde_json::json;
use server::ServiceParts;
use std::sync::Arc;

const NEW: &str = "another secret for tests, of the next month";

/// Has a service sign with one secret, and accept another one, too.
fn changed(parts: &mut ServiceParts, secret: &str, previous: Option<&str>) {
    // Ids of their own: those of the pinned time would be the same at each instance.
    parts.ids = Arc::new(RandomIds(SystemClock));
    let previous = previous.map(str::as_bytes);
    let jwt = Jwt::new(secret.as_bytes(), parts.clock.clone()).unwrap();
    parts.tokens = Arc::new(jwt.with_previous(previous));
    let successors = HmacSuccessors::new(secret.as_bytes());
    parts.successors = Arc::new(successors.with_previous(previous));
}

#[tokio::test]
async fn clients_do_not_notice_a_change_of_the_secret() {
    let schema = Schema::migrated().await;
    let clock = Arc::new(PinnedClock::new());
    let instances = [
        (SECRET, None),
        (SECRET, Some(NEW)),
        (NEW, Some(SECRET)),
        (NEW, None),
    ]
    .map(|(secret, previous)| {
        let twin = Schema::at(schema.url().to_owned());
        let database = twin.patient_database(2);
        TestApp::serve_at(clock.clone(), twin, database, |parts| {
            changed(parts, secret, previous);
        })
    });
    let [old, first, second, new] = &instances;
    let (_, session) = old.guest().await;
    let old_token = session["access_token"].clone();
    // A token of before is good as long as its secret is known, and the new one everywhere.
    let (_, other) = second.guest().await;
    let new_token = other["access_token"].clone();
    for (token, app, good) in [
        (&old_token, old, true),
        (&old_token, first, true),
        (&old_token, second, true),
        (&old_token, new, false),
        (&new_token, old, false),
        (&new_token, first, true),
        (&new_token, second, true),
        (&new_token, new, true),
    ] {
        let token = token.as_str().map(str::to_owned);
        let answer = app.bearing(token).get("/auth/me").await;
        assert_eq!(answer.status == 200, good);
    }
    // A lost answer to a refresh of before is given again, and one of afterwards as well.
    let refresh = async |app: &TestApp, token: &serde_json::Value| {
        let body = json!({ "refresh_token": token });
        app.anon().post("/auth/refresh-token", body).await
    };
    let spent = &session["refresh_token"];
    let next = refresh(first, spent).await.expect(200)["refresh_token"].clone();
    for app in [old, first, second] {
        assert_eq!(refresh(app, spent).await.expect(200)["refresh_token"], next);
    }
    refresh(new, spent)
        .await
        .refused("refresh_token_invalid", None);
    let last = refresh(second, &next).await.expect(200)["refresh_token"].clone();
    for app in [first, second, new] {
        assert_eq!(refresh(app, &next).await.expect(200)["refresh_token"], last);
    }
    refresh(new, &last).await.expect(200);
}
