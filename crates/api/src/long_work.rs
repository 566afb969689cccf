//! Work that would keep a worker from everybody else: it is done on a thread of its own, and in turn.

use crate::error::ApiError;
use crate::memory::caller;
use actix_web::rt::time::sleep;
use actix_web::{HttpRequest, web};
use domain::admission::{Budget, Limits};
use domain::error::Error;
use std::time::Duration;

/// Turns in work that takes long: reading and writing what is large.
#[derive(Clone)]
pub struct LongWork(Budget);

impl LongWork {
    /// What has fewer bytes than this is done on the spot, within a few milliseconds.
    const LONG: usize = 128 * 1024;

    /// How long such work waits its turn.
    const PATIENCE: Duration = Duration::from_secs(4);

    /// How many may wait, and how many of one caller.
    const WAITING: (usize, usize) = (4_096, 256);

    /// For so many at a time, at most half of them (or one) of one caller.
    #[must_use]
    pub fn new(at_once: usize) -> Self {
        let (all, each) = Self::WAITING;
        let limits = Limits::parts(at_once.max(1) as u64, 2).with_waiting(all, each);
        Self(Budget::new(limits))
    }

    /// Does `work` on something of so many bytes.
    ///
    /// # Errors
    /// Its own, or that no turn came.
    pub(crate) async fn run<T: Send + 'static>(
        request: &HttpRequest,
        bytes: usize,
        work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let turns = request.app_data::<web::Data<Self>>();
        let Some(turns) = turns.filter(|_| bytes > Self::LONG) else {
            return work();
        };
        let turn = turns.0.take(caller(request), 1, sleep(Self::PATIENCE));
        let turn = turn
            .await
            .map_err(|_| Error::Overloaded { retry_after: 5 })?;
        // The turn goes with the work, which a client who leaves does not stop.
        let done = web::block(move || {
            let done = work();
            drop(turn);
            done
        });
        done.await.map_err(|error| Error::Internal(error.into()))?
    }
}
