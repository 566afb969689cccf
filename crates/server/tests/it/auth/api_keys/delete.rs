use super::{PATH, secret};
use crate::app::{TestApp, id};
use crate::auth::hold_activity;
use crate::clock::PinnedClock;
use crate::db::Schema;
use crate::purge::until;
use chrono::TimeDelta;
use std::sync::Arc;
use ulid::Ulid;

#[tokio::test]
async fn a_revoked_key_ends_at_once_here_and_within_ten_seconds_elsewhere() {
    let schema = Schema::migrated().await;
    let clock = Arc::new(PinnedClock::new());
    let twin = Schema::at(schema.url().to_owned());
    let (one, two) = (schema.patient_database(4), twin.patient_database(4));
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
    clock.advance(TimeDelta::seconds(10));
    let answer = abroad.get("/v1/conversations").await;
    answer.refused("api_key_invalid", None);
    let again = alice.delete(&path).await;
    again.refused("api_key_not_found", None);
}

#[tokio::test]
async fn a_key_that_is_looked_up_while_it_is_revoked_is_not_remembered() {
    let app = TestApp::spawn_with(|parts| parts.workers = Some(2)).await;
    let (guest, session) = app.guest().await;
    let key = guest.key("Mine").await;
    let by_key = app.bearing(secret(&key));
    let owner = Ulid::from_string(&id(&session["user"])[5..]).unwrap();
    let guest = app.bearing(Some(app.token(owner.0, TimeDelta::days(3))));
    // The look-up has found the key, and waits for this lock before it ends.
    app.clock.advance(TimeDelta::days(2));
    let (holder, pid) = hold_activity(&app).await;
    let waiting =
        format!("select count(*) from pg_stat_activity where {pid} = any(pg_blocking_pids(pid))");
    let looking = by_key.get("/v1/projects");
    let revoking = async {
        until(&app.schema, &waiting, 4, |count| count == 1).await;
        let path = format!("{PATH}/{}", id(&key));
        guest.delete(&path).await.expect_nothing(204);
        holder.batch_execute("commit").await.unwrap();
    };
    // A request before the revocation may still be accepted.
    let (looked, ()) = tokio::join!(looking, revoking);
    looked.expect(200);
    drop(holder);
    let answer = by_key.get("/v1/projects").await;
    answer.refused("api_key_invalid", None);
}
