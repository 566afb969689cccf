use domain::replies::ProviderFailure;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Lets so many requests through at once, and four times as many wait, in their order.
pub(super) struct Gate {
    places: Arc<Semaphore>,
    waiting: Semaphore,
    patience: Duration,
}

/// How many wait for each place.
const WAITING: usize = 4;

/// Seconds after which a place to wait in may be free.
const RETRY_AFTER: u64 = 5;

const BUSY: ProviderFailure = ProviderFailure::Busy {
    retry_after: RETRY_AFTER,
};

impl Gate {
    pub(super) fn new(places: usize, patience: Duration) -> Self {
        Self {
            places: Arc::new(Semaphore::new(places)),
            waiting: Semaphore::new(places * WAITING),
            patience,
        }
    }

    /// A place, which is free again when what is returned is dropped.
    pub(super) async fn enter(&self) -> Result<OwnedSemaphorePermit, ProviderFailure> {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            return Ok(place);
        }
        let _waiting = self.waiting.try_acquire().map_err(|_| BUSY)?;
        let place = Arc::clone(&self.places).acquire_owned();
        match tokio::time::timeout(self.patience, place).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) | Err(_) => Err(BUSY),
        }
    }
}
