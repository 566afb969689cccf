//! An owner whose remembered requests are very many.

use super::{is_replayed, keyed, remembered};
use crate::app::{Actor, TestApp};
use crate::purge::until;
use domain::clock::Clock as _;
use domain::jobs::{Job, JobKind, JobQueue as _, Portion, Step};
use domain::usage::{Allowance, Allowances, Usage, UsageStore as _};
use infra::postgres::{PgJobs, PgUsage};
use serde_json::{Value, json};

/// A service whose guests may store so many bytes.
async fn allowing(storage_bytes: u64) -> TestApp {
    let guest = Allowance {
        storage_bytes: Some(storage_bytes),
        ..Allowance::NONE
    };
    let allowances = Allowances {
        guest,
        ..Allowances::NONE
    };
    TestApp::spawn_allowing(allowances).await
}

/// Has the owner of the only remembered request leave so many more.
async fn multiply(app: &TestApp, count: u32) {
    let many = format!(
        "insert into repeats (owner_id, key, body, token, created_at, leased_until, expires_at,
            status, made, ids)
        select owner_id, sha256(n::text::bytea), body, token, created_at, leased_until, expires_at,
            status, made, ids
        from repeats, generate_series(1, {count}) n"
    );
    app.schema.rows(&many).await;
}

async fn storage(actor: &Actor) -> Value {
    let me = actor.get("/auth/me").await.expect(200);
    me["usage"]["storage_bytes"].clone()
}

#[tokio::test]
async fn remembered_requests_count_as_storage_in_portions() {
    let app = allowing(1 << 30).await;
    let (guest, _) = app.guest().await;
    let conversation = guest.conversation(json!({})).await;
    let cancel = format!("/v1/conversations/{conversation}/cancel");
    keyed(&guest, &cancel, "a", &json!({})).await.expect(200);
    multiply(&app, 100_000).await;
    storage(&guest).await;
    let database = app.schema.patient_database(2);
    let (queue, store) = (PgJobs(database.clone()), PgUsage(database));
    let due = queue.due(&[JobKind::Usage], Job::START, app.clock.now(), 1);
    let job = due.await.unwrap().remove(0);
    let mut steps = 1;
    while let Step::More = store
        .count(&job, Portion::MOST, app.clock.now())
        .await
        .unwrap()
    {
        steps += 1;
    }
    assert_eq!(steps, 100_001 / Portion::MOST.rows() + 1);
    let bytes = storage(&guest).await.as_u64().unwrap();
    let conversation = bytes - 100_001 * Usage::REMEMBERED;
    assert!((128..150).contains(&conversation), "{bytes}");
    // Together they need that much.
    let size = "select pg_total_relation_size('repeats')";
    let size: u64 = app.schema.value(size).await.parse().unwrap();
    assert!(
        (size / 3 * 2..size / 2 * 3).contains(&bytes),
        "{size} and {bytes}"
    );
}

#[tokio::test]
async fn over_the_limit_new_requests_are_remembered_only_after_old_ones_expire() {
    let app = allowing(23_800).await;
    let (guest, _) = app.guest().await;
    let conversation = guest.conversation(json!({})).await;
    let cancel = format!("/v1/conversations/{conversation}/cancel");
    let nothing = json!({});
    keyed(&guest, &cancel, "first", &nothing).await.expect(200);
    multiply(&app, 62).await;
    app.count_usage().await;
    // A sixteenth more: an owner over the limit can delete with keys, too.
    let message = json!({ "role": "user", "content": "Hello" });
    let items = format!("/v1/conversations/{conversation}/items");
    let refused = keyed(&guest, &items, "message", &message).await;
    refused.refused("quota_exceeded", Some("storage_limit"));
    let delete = json!({ "conversation_ids": ["conv_00000000000000000000000000"] });
    let deletion = "/v1/conversations/bulk-delete";
    for key in ["b", "c", "d"] {
        keyed(&guest, deletion, key, &delete).await.expect(200);
    }
    assert_eq!(remembered(&app).await, "66");
    let refused = keyed(&guest, deletion, "e", &delete).await;
    let error = refused.failure("quota_exceeded");
    assert_eq!(error["param"], "storage_limit");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("without an Idempotency-Key"), "{message}");
    // Its claim is given back in the background.
    let count = "select count(*) from repeats";
    until(&app.schema, count, 20, |count| count == 66).await;
    // A repeat gets its answer again, and a request without a key is done.
    let again = keyed(&guest, &cancel, "first", &nothing).await;
    assert!(is_replayed(&again));
    again.expect(200);
    guest.post(deletion, delete.clone()).await.expect(200);
    app.schema.rows("delete from repeats").await;
    app.count_usage().await;
    keyed(&guest, deletion, "e", &delete).await.expect(200);
}
