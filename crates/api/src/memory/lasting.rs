//! Memory that is held longer than the making of an answer: by work that outlives its request, and
//! by the readers of a stream.

use super::making::MemoryPatience;
use super::{HeldMemory, Memory, Taken, Taker, busy, refused, taker};
use crate::error::ApiError;
use actix_web::{HttpMessage as _, HttpRequest, web};
use domain::admission::BodyMemory;

/// The memory of the body, for work that outlives the request, and as much as `besides` more: the
/// work has the content in several forms. A request that is alone gets at least its share.
pub(crate) fn handed_over(request: &HttpRequest, besides: u64) -> Result<BodyMemory, ApiError> {
    let share = request
        .app_data::<web::Data<Memory>>()
        .map_or(0, |memory| memory.share);
    let held = request.extensions_mut().remove::<HeldMemory>();
    let Some(HeldMemory(mut taken)) = held else {
        return Ok(BodyMemory::default());
    };
    let more = besides.min(share.saturating_sub(taken.bytes()));
    taken.grow(more).map_err(refused)?;
    Ok(BodyMemory::of(taken))
}

/// Where a stream takes more memory than the little that each stream has.
pub(crate) struct StreamMemory {
    memory: Option<web::Data<Memory>>,
    taker: Taker,
}

impl StreamMemory {
    pub(crate) fn of(request: &HttpRequest) -> Self {
        Self {
            memory: request.app_data().cloned(),
            taker: taker(request),
        }
    }

    /// The memory of data that a reader holds as long as the stream, in turn.
    pub(crate) async fn of_all(&self, bytes: usize) -> Result<Option<Taken>, ApiError> {
        self.take(bytes, MemoryPatience::ANSWER).await
    }

    /// The memory of an event, until the client has taken it, in turn.
    pub(crate) async fn of_event(&self, bytes: usize) -> Result<Option<Taken>, ApiError> {
        self.take(bytes, MemoryPatience::PART).await
    }

    async fn take(
        &self,
        bytes: usize,
        patience: MemoryPatience,
    ) -> Result<Option<Taken>, ApiError> {
        let Some(memory) = &self.memory else {
            return Ok(None);
        };
        let taken = memory.wait_for(self.taker, bytes as u64, patience).await;
        let mut taken = taken.map_err(|_| busy())?;
        // It is there already, and a client holds it.
        taken.is_made(bytes as u64);
        Ok(Some(taken))
    }
}
