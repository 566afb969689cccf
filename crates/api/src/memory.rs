//! The memory of bodies and answers, which all callers share.

use crate::client_address::ClientAddress;
use crate::error::{ApiError, code};
use crate::request::Caller as Owner;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::rt::time::sleep;
use actix_web::{HttpMessage as _, HttpRequest, web};
use domain::admission::{Budget, Caller, Limits, Permit, Refused};
use domain::error::Error;
use std::time::Duration;

/// How long a request for memory waits its turn.
const PATIENCE: Duration = Duration::from_secs(4);

/// Seconds after which memory may be free.
const RETRY: HeaderValue = HeaderValue::from_static("5");

/// The room that there must be before an answer is made: as much as a page holds.
const ANSWER: u64 = 4 * 1024 * 1024;

/// How much memory the bodies and answers that are under way may take. One caller gets a quarter.
#[derive(Clone)]
pub struct Memory {
    budget: Budget,
    share: u64,
}

/// Memory that a request's body holds. It is kept with the request, and then with its answer, until that
/// is written.
pub(crate) struct Held(pub(crate) Permit);

impl Memory {
    /// How many parts of the whole one caller gets one of.
    pub const PARTS: u64 = 4;

    /// How many requests may wait for memory, and how many of one caller.
    const WAITING: (usize, usize) = (4_096, 256);

    #[must_use]
    pub fn new(bytes: u64) -> Self {
        let (all, each) = Self::WAITING;
        let limits = Limits::parts(bytes, Self::PARTS).with_waiting(all, each);
        Self {
            budget: Budget::new(limits),
            share: limits.share,
        }
    }

    /// Bytes that are held now.
    #[must_use]
    pub fn held(&self) -> u64 {
        self.budget.held()
    }

    /// The memory for a body, of which nothing has come yet.
    pub(crate) fn for_body(&self, caller: Caller) -> Result<Permit, ApiError> {
        self.budget.try_take(caller, 0).map_err(refused)
    }

    /// Whether there is room for one more answer. It is counted when it is made, since only then is it
    /// known how large it is; as many are made at once as there are turns at the database.
    fn has_room(&self, caller: Caller) -> bool {
        self.budget.try_take(caller, self.answer()).is_ok()
    }

    /// Waits in turn until there is room.
    async fn room_in_turn(&self, caller: Caller) -> Result<(), ApiError> {
        let permit = self.budget.take(caller, self.answer(), sleep(PATIENCE));
        // It has waited its turn: that it was its own share is no news to it.
        permit.await.map(drop).map_err(|_| busy())
    }

    /// The memory for an answer that was made.
    pub(crate) fn for_answer(&self, caller: Caller, bytes: u64) -> Result<Permit, ApiError> {
        self.budget.try_take(caller, bytes).map_err(|_| busy())
    }

    fn answer(&self) -> u64 {
        ANSWER.min(self.share)
    }
}

/// Looks for room for the answer, before any of it is made. `Ok` where there is enough at once.
pub(crate) fn look_for_room(request: &HttpRequest) -> Result<(), Waiting> {
    let Some(memory) = request.app_data::<web::Data<Memory>>() else {
        return Ok(());
    };
    let caller = caller(request);
    match memory.has_room(caller) {
        true => Ok(()),
        false => Err(Waiting {
            memory: memory.clone(),
            caller,
        }),
    }
}

/// A request that must wait until there is room for its answer.
pub(crate) struct Waiting {
    memory: web::Data<Memory>,
    caller: Caller,
}

impl Waiting {
    pub(crate) async fn done(self) -> Result<(), ApiError> {
        self.memory.room_in_turn(self.caller).await
    }
}

/// Who pays: the owner, once it is known who that is, and the address otherwise.
pub(crate) fn caller(request: &HttpRequest) -> Caller {
    let extensions = request.extensions();
    match extensions.get::<Owner>() {
        Some(Owner(owner)) => Caller::Owner(*owner),
        None => {
            let client = extensions.get::<ClientAddress>().copied();
            Caller::Address(client.unwrap_or(ClientAddress(None)).origin())
        }
    }
}

/// What a client is told whose body cannot be kept.
pub(crate) fn refused(refused: Refused) -> ApiError {
    match refused {
        Refused::Caller => {
            let message = "Your requests under way hold as much memory as one caller may have. Let \
                           some of them end, and try again.";
            ApiError::new(code::TOO_MUCH_UNDER_WAY, message).header(RETRY_AFTER, RETRY)
        }
        Refused::Full => busy(),
    }
}

fn busy() -> ApiError {
    Error::Overloaded { retry_after: 5 }.into()
}
