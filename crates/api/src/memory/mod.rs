//! The memory of bodies and answers, which all callers share.

mod lasting;
mod making;

pub(crate) use lasting::{StreamMemory, handed_over};
pub(crate) use making::{
    ANSWER, AnswerPart, AnswerParts, BEGINNING, PAGE, held, needs, needs_nothing, take_memory,
    try_take_memory,
};

use crate::caller::KnownCaller as Owner;
use crate::client_address::ClientAddress;
use crate::error::{ApiError, code};
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::{HttpMessage as _, HttpRequest};
use domain::admission::{Budget, BudgetLimits, Caller, Permit, Refused};
use domain::error::Error;

/// The seconds after which memory may be free.
const RETRY: HeaderValue = HeaderValue::from_static("5");

/// The memory for bodies and answers of running requests. One caller gets a quarter, and so do all
/// callers of one address together, since anyone can be any number of guests. The address of this
/// machine is not counted: it may be a proxy's, through which all clients come.
#[derive(Clone)]
pub struct Memory {
    budget: Budget,
    addresses: Budget,
    share: u64,
}

/// The caller that takes memory, and the address.
#[derive(Clone, Copy)]
pub(crate) struct Taker {
    caller: Caller,
    address: Option<Caller>,
}

/// Memory that is taken, until this is dropped.
pub(crate) struct Taken {
    whole: Permit,
    address: Option<Permit>,
}

impl Taken {
    /// Takes more, if it is free.
    ///
    /// # Errors
    /// The used-up share.
    pub(crate) fn grow(&mut self, more: u64) -> Result<(), Refused> {
        if let Some(address) = &mut self.address {
            address.grow(more)?;
        }
        let grown = self.whole.grow(more);
        if grown.is_err() {
            self.shrink_to(self.whole.units());
        }
        grown
    }

    /// Whether so much more may be free soon by itself: memory is held for answers that are being
    /// made.
    pub(crate) fn may_grow_soon(&self, more: u64) -> bool {
        let address = self.address.as_ref();
        self.whole.may_grow_soon(more) || address.is_some_and(|it| it.may_grow_soon(more))
    }

    /// Gives back the bytes above `bytes`.
    pub(crate) fn shrink_to(&mut self, bytes: u64) {
        self.whole.shrink_to(bytes);
        if let Some(address) = &mut self.address {
            address.shrink_to(bytes);
        }
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.whole.units()
    }

    /// Notes that the client has taken a part of the answer.
    pub(crate) fn moves(&self) {
        self.whole.moves();
        if let Some(address) = &self.address {
            address.moves();
        }
    }

    /// Notes that the answer is made and how many bytes it has: from now on its memory is held by a
    /// client, which may read it or not. `false`: the answer is larger than its memory, and no more
    /// is free.
    pub(crate) fn is_made(&mut self, bytes: u64) -> bool {
        self.whole.works(false);
        if let Some(address) = &mut self.address {
            address.works(false);
        }
        let grown = self.grow(bytes.saturating_sub(self.bytes()));
        self.shrink_to(bytes);
        grown.is_ok()
    }
}

/// The memory of a request's body, or of an answer that only reads. It is kept with the request, and
/// then with its answer, until the answer is written.
pub(crate) struct HeldMemory(pub(crate) Taken);

impl Memory {
    /// One caller gets at most 1/`PARTS` of the memory.
    pub const PARTS: u64 = 4;

    /// How many requests may wait for memory: of all callers, and of one; as many as for the database.
    const WAITING: (usize, usize) = (16_384, 4_096);

    #[must_use]
    pub fn new(bytes: u64) -> Self {
        let (all, each) = Self::WAITING;
        let limits = BudgetLimits::parts(bytes, Self::PARTS).with_waiting(all, each);
        Self {
            budget: Budget::new(limits),
            addresses: Budget::new(BudgetLimits {
                total: u64::MAX,
                ..limits
            }),
            share: limits.share,
        }
    }

    /// Bytes that are held now.
    #[must_use]
    pub fn held(&self) -> u64 {
        self.budget.held()
    }

    /// The limit of bytes.
    #[must_use]
    pub fn budget(&self) -> Budget {
        self.budget.clone()
    }

    /// The memory for a body, at first without bytes.
    pub(crate) fn for_body(&self, taker: Taker) -> Result<Taken, ApiError> {
        self.nothing(taker).map_err(refused)
    }

    /// Memory without bytes, which can grow.
    fn nothing(&self, taker: Taker) -> Result<Taken, Refused> {
        let address = taker
            .address
            .map(|address| self.addresses.try_take(address, 0));
        Ok(Taken {
            whole: self.budget.try_take(taker.caller, 0)?,
            address: address.transpose()?,
        })
    }

    /// Takes the memory for an answer that was made.
    pub(crate) fn for_answer(&self, taker: Taker, bytes: u64) -> Result<Taken, ApiError> {
        let taken = self.nothing(taker).and_then(|mut taken| {
            taken.grow(bytes)?;
            Ok(taken)
        });
        taken.map_err(|_| busy())
    }
}

/// The caller: the owner if known, otherwise the address.
pub(crate) fn caller(request: &HttpRequest) -> Caller {
    taker(request).caller
}

/// The caller and the address: the shares of both are used.
pub(crate) fn taker(request: &HttpRequest) -> Taker {
    let extensions = request.extensions();
    let client = extensions.get::<ClientAddress>().copied();
    let client = client.unwrap_or(ClientAddress(None));
    let address = Caller::Address(client.origin());
    let caller = match extensions.get::<Owner>() {
        Some(Owner { owner, .. }) => Caller::Owner(*owner),
        None => address,
    };
    let is_elsewhere = client.0.is_some_and(|address| !address.is_loopback());
    Taker {
        caller,
        address: is_elsewhere.then_some(address),
    }
}

/// The error for a body that finds no memory.
pub(crate) fn refused(refused: Refused) -> ApiError {
    match refused {
        Refused::Caller => {
            let message = "Your requests in progress use as much memory as one caller may have. \
                           Wait until some of them end, and try again.";
            ApiError::new(code::TOO_MUCH_UNDER_WAY, message).header(RETRY_AFTER, RETRY)
        }
        Refused::Full => busy(),
    }
}

/// The error for a request without memory, though its caller has a share left.
pub(crate) fn busy() -> ApiError {
    Error::Overloaded { retry_after: 5 }.into()
}

#[cfg(test)]
mod tests;
