//! Repeated requests. A request that may be a repeat is claimed after its body is read, before its
//! handler runs. If it was done before, the handler does not run, and the answer is made from the
//! object that the first attempt made. Other requests pass through.

mod answered;
mod asked;
mod watched;

pub(crate) use answered::Answered;
pub(crate) use asked::has_repeats;
pub(crate) use watched::WatchedReply;

use crate::caller::KnownCaller;
use crate::disconnect::Presence;
use crate::error::ApiError;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::rt::time::sleep;
use actix_web::web::{self, Bytes};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use asked::asked;
use domain::error::{Conflict, Error};
use domain::repeats::{ClaimSlot, LookedUpRequest, Outcome, RepeatMark, RepeatService, Verdict};
use domain::secret::Digest;
use domain::usage::UsageGuard;
use futures_util::future::{LocalBoxFuture, select};
use std::cell::{Cell, RefCell};
use std::pin::pin;
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// The pause before a waiting repeat looks again: the first, and the longest.
const FIRST_LOOK: Duration = Duration::from_millis(20);
pub(crate) const LAST_LOOK: Duration = Duration::from_secs(1);

/// The answer to a repeat of a request that is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RepeatAnswer {
    /// In one piece.
    Whole,
    Stream,
    /// There is none: the request is not recorded, so a repeat is done again.
    NotRecorded,
}

/// The digest of a request's body.
pub(crate) struct SentBody {
    digest: Digest,
    /// The body itself, where answers are made from it.
    body: Bytes,
}

impl SentBody {
    pub(crate) fn of(service: &RepeatService, body: &[u8], is_kept: bool) -> Self {
        let kept = if is_kept { body } else { b"" };
        Self {
            // The body was read as JSON, so it is text; a body that is not text was refused.
            digest: service.digest(&String::from_utf8_lossy(body)),
            body: Bytes::copy_from_slice(kept),
        }
    }
}

/// A request that may be a repeat.
pub(crate) struct Repeat {
    pub(crate) service: web::Data<RepeatService>,
    asked: Result<RepeatMark, ()>,
    pub(crate) slot: ClaimSlot,
    begun: Cell<Option<LookedUpRequest>>,
    pub(crate) instead: RefCell<Option<ReadyAnswer>>,
}

/// Proof that the request was looked up. Handlers get a body only together with it, and only this
/// module makes it.
pub(crate) struct LookedUp(());

/// The answer to give instead of running the handler.
pub(crate) enum ReadyAnswer {
    Done {
        outcome: Outcome,
        sent: Bytes,
        again: RepeatAnswer,
    },
    Joined(WatchedReply),
}

impl Repeat {
    /// `None`: the request cannot be a repeat.
    pub(crate) fn new(request: &ServiceRequest) -> Option<Rc<Self>> {
        let service = request.app_data::<web::Data<RepeatService>>()?.clone();
        Some(Rc::new(Self {
            asked: asked(request)?,
            service,
            slot: ClaimSlot::default(),
            begun: Cell::default(),
            instead: RefCell::default(),
        }))
    }

    pub(crate) fn of(request: &HttpRequest) -> Option<Rc<Self>> {
        request.extensions().get().cloned()
    }

    /// Looks up whether the request was done before. An error means that the handler must not run: the
    /// request may have been done already, or is invalid.
    pub(crate) async fn look(
        request: &HttpRequest,
        sent: Option<SentBody>,
        again: RepeatAnswer,
    ) -> Result<LookedUp, ApiError> {
        if let Some(repeat) = Self::of(request) {
            let sent = sent.ok_or_else(|| {
                Error::Internal("a repeat without the content of its request".into())
            })?;
            repeat.claim(request, sent, again).await?;
        }
        Ok(LookedUp(()))
    }

    /// Claims the request, if it must be recorded.
    async fn claim(
        &self,
        request: &HttpRequest,
        sent: SentBody,
        again: RepeatAnswer,
    ) -> Result<(), ApiError> {
        let caller = request.extensions().get().copied();
        let asked = self.asked.as_ref().map_err(|()| asked::unreadable())?;
        let Some(KnownCaller { owner, .. }) = caller.filter(|_| again != RepeatAnswer::NotRecorded)
        else {
            self.slot.leave_free();
            return room_for(request);
        };
        let service = &self.service;
        let route = request.match_pattern().unwrap_or_default();
        let address = request.uri().to_string();
        let begun = service
            .begin(owner, asked, &route, &address, sent.digest)
            .await?;
        self.begun.set(Some(begun));
        let until = Instant::now() + service.patience;
        let mut pause = FIRST_LOOK;
        let mut over: Option<watch::Receiver<bool>> = None;
        loop {
            let verdict = service.look(begun).await?;
            let is_cancelled = over.is_some_and(|over| *over.borrow());
            over = match verdict {
                // A claim that was just made is dropped and so released.
                Verdict::First(_) | Verdict::UnderWay(_) if is_cancelled => {
                    return Err(Error::Conflict(Conflict::TurnCancelled).into());
                }
                Verdict::First(claim) => {
                    room_for(request)?;
                    if let Some(usage) = usage(request) {
                        usage.check_quota_for_record(owner)?;
                    }
                    self.slot.put(claim);
                    return Ok(());
                }
                Verdict::Done(outcome) => {
                    let sent = sent.body;
                    return self.answers(ReadyAnswer::Done {
                        outcome,
                        sent,
                        again,
                    });
                }
                Verdict::UnderWay(Some(claim)) => match claim.written() {
                    Some(written) if again == RepeatAnswer::Stream => {
                        let watched = WatchedReply::of(begun, written, claim.over());
                        return self.answers(ReadyAnswer::Joined(watched));
                    }
                    _ => Some(claim.over()),
                },
                Verdict::UnderWay(None) => None,
            };
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Error::Conflict(Conflict::IdempotencyInProgress).into());
            }
            let waiting = async {
                rest(pause.min(left), over.as_mut()).await;
                Ok(())
            };
            Presence::of(request).during(waiting).await?;
            pause = (pause * 2).min(LAST_LOOK);
        }
    }

    /// Skips the handler, by an error. `replays::answer_repeats` replaces it with the answer, after
    /// the layers in between have returned.
    fn answers(&self, instead: ReadyAnswer) -> Result<(), ApiError> {
        self.instead.replace(Some(instead));
        Err(Error::Internal("a repeat was not answered".into()).into())
    }
}

/// Whether the request may be a repeat.
pub(crate) fn may_be_one(request: &ServiceRequest) -> bool {
    asked(request).is_some()
}

/// Marks a request that needs space on a full disk. If the request was done before, it gets its
/// answer again; otherwise it is refused as soon as that is known.
pub(crate) struct NoRoom;

/// Refuses a request that runs for the first time, if the disk is too full for its effect.
fn room_for(request: &HttpRequest) -> Result<(), ApiError> {
    match request.extensions().contains::<NoRoom>() {
        true => Err(Error::StorageFull { found: None }.into()),
        false => Ok(()),
    }
}

pub(crate) fn usage(request: &HttpRequest) -> Option<web::Data<UsageGuard>> {
    request.app_data().cloned()
}

/// Waits for the pause, or until the running request of this instance is over.
async fn rest(pause: Duration, over: Option<&mut watch::Receiver<bool>>) {
    let Some(over) = over else {
        return sleep(pause).await;
    };
    let ended = async { while over.changed().await.is_ok() {} };
    select(pin!(ended), pin!(sleep(pause))).await;
}

/// For handlers without a body: claims the request.
pub(crate) struct Once(pub(crate) LookedUp);

impl FromRequest for Once {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            crate::extract::proven(&request).await;
            let repeat = Repeat::of(&request);
            let sent = repeat.map(|repeat| SentBody::of(&repeat.service, b"", false));
            Ok(Self(
                Repeat::look(&request, sent, RepeatAnswer::Whole).await?,
            ))
        })
    }
}
