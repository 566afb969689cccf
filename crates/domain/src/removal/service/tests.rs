//! How long a removal keeps its caller waiting.

use super::*;
use crate::auth::{Credential, Person, RemovalRecord, Removals};
use crate::id::OwnerId;
use chrono::{DateTime, Utc};
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};
use ulid::Ulid;

/// A store that never comes to an end, and the clock that it takes its time from.
#[derive(Default)]
struct Endless {
    now: Mutex<DateTime<Utc>>,
    steps: Mutex<u32>,
}

impl Clock for Endless {
    fn now(&self) -> DateTime<Utc> {
        *self.now.lock().unwrap()
    }
}

impl Audit for Endless {
    fn record(&self, _: AuditEvent, _: Option<OwnerId>) {}
}

#[async_trait::async_trait]
impl RemovalRecord for Endless {
    async fn removed_since(&self, _: DateTime<Utc>, _: Option<DateTime<Utc>>) -> Result<Removals> {
        Ok(Removals::default())
    }
}

#[async_trait::async_trait]
impl RemovalStore for Endless {
    async fn remove(&self, _: Person, _: DateTime<Utc>) -> Result<()> {
        Ok(())
    }

    async fn clear(&self, _: OwnerId, _: DateTime<Utc>, _: Portion) -> Result<bool> {
        *self.now.lock().unwrap() += TimeDelta::milliseconds(600);
        *self.steps.lock().unwrap() += 1;
        Ok(true)
    }

    async fn sweep(
        &self,
        _: &Job,
        _: Portion,
        _: DateTime<Utc>,
        _: Option<DateTime<Utc>>,
    ) -> Result<Step> {
        Ok(Step::Done)
    }

    async fn remove_idle_guest(
        &self,
        _: DateTime<Utc>,
        _: DateTime<Utc>,
    ) -> Result<Option<OwnerId>> {
        Ok(None)
    }

    async fn tidy(&self, _: DateTime<Utc>, _: Portion) -> Result<usize> {
        Ok(0)
    }
}

#[test]
fn an_owner_of_very_much_does_not_wait_until_all_is_taken_away() {
    let endless = Arc::new(Endless::default());
    let service = RemovalService {
        store: endless.clone(),
        removed: Arc::new(RemovedOwners::new(endless.clone(), endless.clone())),
        audit: endless.clone(),
        clock: endless.clone(),
    };
    let actor = Actor {
        owner_id: OwnerId::new(Ulid(7)),
        credential: Credential::AccessToken { session: None },
    };
    let removing = pin!(service.remove(actor));
    let removed = removing.poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(removed, Poll::Ready(Ok(()))));
    assert_eq!(*endless.steps.lock().unwrap(), 4);
}
