//! Responses that are being written by this instance, and their readers.

use super::{Replay, Response, ResponseEvent, ResponseStore};
use crate::error::Result;
use crate::id::{OwnerId, ResponseId};
use crate::mutex::locked;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::watch;

/// The responses that this instance writes.
#[derive(Default)]
pub struct Live(Mutex<HashMap<(OwnerId, ResponseId), Arc<ResponseWriter>>>);

/// The writer's end of a response.
pub(super) struct ResponseWriter {
    pub(super) response: watch::Sender<Response>,
    /// Whether the response was cancelled or deleted.
    pub(super) is_over: watch::Sender<bool>,
}

impl ResponseWriter {
    pub(super) fn new(response: Response) -> Self {
        Self {
            response: watch::Sender::new(response),
            is_over: watch::Sender::new(false),
        }
    }

    /// Returns when the response must not be written any more.
    pub(super) async fn over(&self) {
        let mut is_over = self.is_over.subscribe();
        if is_over.wait_for(|is_over| *is_over).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Keeps a response among the live ones.
pub(super) struct Registered {
    live: Arc<Live>,
    key: (OwnerId, ResponseId),
}

impl Live {
    /// How often [`Live::tend`] must be called.
    pub const TENDING: Duration = Duration::from_millis(500);
    /// Every how many calls [`Live::tend`] must renew the leases.
    pub const RENEWAL: u32 = 20;

    /// Looks which responses must not be written any more. Renews their leases if `renews` is true.
    pub async fn tend(&self, store: &dyn ResponseStore, renews: bool) -> Result<()> {
        let all = self.all();
        if all.is_empty() {
            return Ok(());
        }
        let there = store.tend(&all, renews).await?;
        for (owner, id) in all {
            if !there.contains(&(owner, id)) {
                self.end(owner, id);
            }
        }
        Ok(())
    }

    pub(super) fn register(
        self: &Arc<Self>,
        owner: OwnerId,
        id: ResponseId,
        writer: &Arc<ResponseWriter>,
    ) -> Registered {
        let key = (owner, id);
        self.lock().insert(key, Arc::clone(writer));
        Registered {
            live: Arc::clone(self),
            key,
        }
    }

    pub(super) fn find(&self, owner: OwnerId, id: ResponseId) -> Option<Arc<ResponseWriter>> {
        self.lock().get(&(owner, id)).cloned()
    }

    fn all(&self) -> Vec<(OwnerId, ResponseId)> {
        self.lock().keys().copied().collect()
    }

    /// Ends the writing of a response.
    pub(super) fn end(&self, owner: OwnerId, id: ResponseId) {
        if let Some(writer) = self.find(owner, id) {
            writer.is_over.send_replace(true);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(OwnerId, ResponseId), Arc<ResponseWriter>>> {
        locked(&self.0)
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.live.lock().remove(&self.key);
    }
}

/// Reads the events of a response that this instance is writing, or that is complete.
pub struct ResponseReader {
    response: watch::Receiver<Response>,
    replay: Replay,
}

impl ResponseReader {
    pub(super) fn of(response: watch::Receiver<Response>) -> Self {
        Self {
            response,
            replay: Replay::default(),
        }
    }

    /// Reads a response that has ended.
    #[must_use]
    pub fn whole(response: Response) -> Self {
        let (_, response) = watch::channel(response);
        Self::of(response)
    }

    /// The next event with its number; `None` after the last, and where the writer was stopped. If
    /// the wait is dropped, no event is lost.
    pub async fn next(&mut self) -> Option<(u64, ResponseEvent)> {
        loop {
            {
                let response = self.response.borrow_and_update();
                if let Some(event) = self.replay.next(&response) {
                    return Some(event);
                }
            }
            if self.replay.has_ended() || self.response.changed().await.is_err() {
                return None;
            }
        }
    }

    /// Whether the last event was sent.
    pub fn has_ended(&self) -> bool {
        self.replay.has_ended()
    }

    /// The response as it is now.
    pub fn response(&self) -> watch::Ref<'_, Response> {
        self.response.borrow()
    }

    /// Waits for the end, and returns the response. `None`: the writer was stopped.
    pub async fn ended(&mut self) -> Option<Response> {
        let ended = self.response.wait_for(Response::has_ended).await.ok()?;
        Some(ended.clone())
    }
}
