//! Requests that come again are done once.

mod attempts;
mod keys;
mod many;
mod posts;
mod streams;
mod under_way;

use crate::answer::Answer;
use crate::app::{Actor, TestApp, repeats};
use crate::clock::PinnedClock;
use crate::db::Schema;
use domain::clock::Ids;
use infra::clock::{RandomIds, SystemClock};
use reqwest::Method;
use serde_json::Value;
use server::ServiceParts;
use std::sync::Arc;
use std::time::Duration;

const KEY: &str = "Idempotency-Key";
const REPLAYED: &str = "idempotency-replayed";

/// Sends a body with a key.
pub(crate) async fn keyed(actor: &Actor, path: &str, key: &str, body: &Value) -> Answer {
    let request = actor.request(Method::POST, path).header(KEY, key);
    actor.sent(request.json(body)).await
}

pub(crate) fn is_replayed(answer: &Answer) -> bool {
    answer.header(REPLAYED) == "true"
}

/// Another instance on the same database and clock.
pub(crate) fn beside(app: &TestApp, change: impl FnOnce(&mut ServiceParts)) -> TestApp {
    let clock: Arc<PinnedClock> = Arc::clone(&app.clock);
    let schema = Schema::at(app.schema.url().to_owned());
    let database = schema.patient_database(4);
    TestApp::serve_at(clock, schema, database, |parts| {
        // Two services of one clock would give the same ids.
        parts.ids = ids();
        change(parts);
    })
}

/// Has repeats wait no longer than this.
fn patient_for(app_clock: &Arc<PinnedClock>, parts: &mut ServiceParts, patience: Duration) {
    parts.repeats = repeats(&parts.database, app_clock, ids(), patience);
}

fn ids() -> Arc<dyn Ids> {
    Arc::new(RandomIds(SystemClock))
}

/// How many of the owner's requests are remembered.
async fn remembered(app: &TestApp) -> String {
    app.schema.value("select count(*) from repeats").await
}
