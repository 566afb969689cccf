//! The memory of answers while they are made. It is taken before their data is read.

use super::{HeldMemory, Memory, Taken, Taker, busy, taker};
use crate::error::ApiError;
use actix_web::{HttpMessage as _, HttpRequest, web};
use domain::admission::{Budget, Caller, Permit, Refused};
use domain::page::PAGE_BYTES;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// The memory to make a page of messages: their texts, and their JSON, in which a character may
/// take two bytes.
pub(crate) const PAGE: u64 = 3 * PAGE_BYTES as u64;

/// The memory to make the beginning of a whole conversation, which has up to a MiB of text.
pub(crate) const BEGINNING: u64 = 3 * 1024 * 1024;

/// The memory to make any other answer. It is little, so that they hardly ever wait for each other:
/// if the database is away, all of them must be refused within seconds.
pub(crate) const ANSWER: u64 = 512 * 1024;

/// A waiting request gives up after this number of looks without progress.
const LOOKS: u32 = 8;

/// How long a request waits for memory.
#[derive(Clone, Copy)]
pub(super) struct MemoryPatience {
    /// As long as no memory is given back.
    pub(super) still: Duration,
    /// As long as memory is given back: answers are made, or read.
    pub(super) moving: Duration,
}

impl MemoryPatience {
    pub(super) const ANSWER: Self = Self {
        still: Duration::from_secs(4),
        moving: Duration::from_secs(60),
    };

    /// For the next part of an answer that has begun, which would be cut off: until silent readers have
    /// lost their connections, after 60 s. A client that does not read what was sent loses its own,
    /// though the answer waits.
    pub(super) const PART: Self = Self {
        still: Duration::from_secs(75),
        moving: Duration::from_secs(600),
    };

    /// Takes memory in turn, for work that begins.
    async fn take(
        self,
        budget: &Budget,
        (caller, bytes): (Caller, u64),
        last: Instant,
    ) -> Result<Permit, Refused> {
        let ended = self.ended(budget, (caller, bytes), last);
        let mut permit = budget.take(caller, bytes, ended).await?;
        permit.works(true);
        Ok(permit)
    }

    async fn ended(self, budget: &Budget, (caller, bytes): (Caller, u64), last: Instant) {
        let (mut since, mut looks) = (0, 0);
        let _ = budget.has_moved(caller, bytes, &mut since);
        while looks < LOOKS && Instant::now() < last {
            sleep_until(last.min(Instant::now() + self.still / LOOKS)).await;
            looks = match budget.has_moved(caller, bytes, &mut since) {
                true => 0,
                false => looks + 1,
            };
        }
    }
}

impl Memory {
    /// Waits in turn for the memory to make an answer.
    pub(super) async fn wait_for(
        &self,
        taker: Taker,
        bytes: u64,
        patience: MemoryPatience,
    ) -> Result<Taken, Refused> {
        let bytes = bytes.min(self.share);
        let last = Instant::now() + patience.moving;
        let take = |budget, caller| patience.take(budget, (caller, bytes), last);
        let address = match taker.address {
            None => None,
            Some(address) => Some(take(&self.addresses, address).await?),
        };
        let whole = take(&self.budget, taker.caller).await?;
        Ok(Taken { whole, address })
    }

    /// Takes the memory if it is free now.
    pub(super) fn try_take(&self, taker: Taker, bytes: u64) -> Result<Taken, Refused> {
        let bytes = bytes.min(self.share);
        let take = |budget: &Budget, caller| {
            let mut permit = budget.try_take(caller, bytes)?;
            permit.works(true);
            Ok(permit)
        };
        let address = taker.address.map(|address| take(&self.addresses, address));
        let address = address.transpose()?;
        let whole = take(&self.budget, taker.caller)?;
        Ok(Taken { whole, address })
    }
}

/// A request that waits until there is memory for its answer.
pub(crate) struct Waiting {
    memory: web::Data<Memory>,
    request: HttpRequest,
    bytes: u64,
}

impl Waiting {
    pub(crate) async fn done(self) -> Result<(), ApiError> {
        let taker = taker(&self.request);
        let taken = self
            .memory
            .wait_for(taker, self.bytes, MemoryPatience::ANSWER);
        // The request has waited, so the error does not blame its own share.
        let taken = taken.await.map_err(|_| busy())?;
        self.request.extensions_mut().insert(HeldMemory(taken));
        Ok(())
    }
}

/// Takes the memory to make an answer that only reads, before its data is read. `Ok` if it is free
/// now.
pub(crate) fn try_take_memory(request: &HttpRequest, bytes: u64) -> Result<(), Waiting> {
    let Some(memory) = request.app_data::<web::Data<Memory>>() else {
        return Ok(());
    };
    match memory.try_take(taker(request), bytes) {
        Ok(taken) => {
            request.extensions_mut().insert(HeldMemory(taken));
            Ok(())
        }
        Err(_) => Err(Waiting {
            memory: memory.clone(),
            request: request.clone(),
            bytes,
        }),
    }
}

/// Gives back the memory that the request holds, then waits in turn for `bytes`.
pub(crate) async fn take_memory(request: &HttpRequest, bytes: u64) -> Result<(), ApiError> {
    needs_nothing(request);
    match try_take_memory(request, bytes) {
        Ok(()) => Ok(()),
        Err(waiting) => waiting.done().await,
    }
}

/// The bytes that the request holds: those of its body, where it has one.
pub(crate) fn held(request: &HttpRequest) -> usize {
    let extensions = request.extensions();
    let held = extensions
        .get()
        .map_or(0, |HeldMemory(taken)| taken.bytes());
    usize::try_from(held).unwrap_or(usize::MAX)
}

/// Gives back the memory above `bytes`: that much is enough to make the answer.
pub(crate) fn needs(request: &HttpRequest, bytes: u64) {
    if let Some(HeldMemory(taken)) = request.extensions_mut().get_mut() {
        taken.shrink_to(bytes);
    }
}

/// Gives back the memory of a small answer, for which others may have to be waited for.
pub(crate) fn needs_nothing(request: &HttpRequest) {
    request.extensions_mut().remove::<HeldMemory>();
}

/// The memory of an answer that is written in parts. Each part takes its own, before its data is
/// read, until the client has taken it. Between two parts the answer holds nothing, so that answers
/// never wait for each other.
pub(crate) struct AnswerParts {
    memory: Option<web::Data<Memory>>,
    taker: Taker,
    /// The memory that the request has taken already.
    first: Option<Taken>,
}

impl AnswerParts {
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let first = request.extensions_mut().remove::<HeldMemory>();
        Self {
            memory: request.app_data().cloned(),
            taker: taker(request),
            first: first.map(|HeldMemory(taken)| taken),
        }
    }

    /// The memory of the next part, in turn.
    pub(crate) async fn next(&mut self) -> Result<Option<Taken>, ApiError> {
        match (self.first.take(), &self.memory) {
            (Some(first), _) => Ok(Some(first)),
            (None, None) => Ok(None),
            (None, Some(memory)) => {
                let taken = memory.wait_for(self.taker, PAGE, MemoryPatience::PART);
                Ok(Some(taken.await.map_err(|_| busy())?))
            }
        }
    }
}

/// A part of an answer, and its memory.
pub(crate) struct AnswerPart {
    pub(crate) text: Vec<u8>,
    pub(crate) memory: Option<Taken>,
}

impl AnswerPart {
    pub(crate) fn new(text: Vec<u8>, mut memory: Option<Taken>) -> Self {
        if let Some(memory) = &mut memory {
            memory.is_made(text.len() as u64);
        }
        Self { text, memory }
    }
}

/// A part that is small, or whose memory is counted elsewhere.
impl From<Vec<u8>> for AnswerPart {
    fn from(text: Vec<u8>) -> Self {
        Self { text, memory: None }
    }
}
