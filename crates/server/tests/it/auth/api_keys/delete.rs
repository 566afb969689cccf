use super::{PATH, secret};
use crate::app::{TestApp, id};
use crate::clock::PinnedClock;
use crate::db::Schema;
use chrono::TimeDelta;
use std::sync::Arc;

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
    answer.refused("api_key_invalid", None);
    clock.advance(TimeDelta::seconds(30));
    let answer = abroad.get("/v1/conversations").await;
    answer.refused("api_key_invalid", None);
    let again = alice.delete(&path).await;
    again.refused("api_key_not_found", None);
}
