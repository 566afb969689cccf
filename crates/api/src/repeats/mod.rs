//! Repeated requests. A request that may be a repeat is claimed after its body is read, before its
//! handler runs. If it was done before, the handler does not run, and the answer is made from the
//! object that the first attempt made. Other requests pass through.

mod again;
mod answered;
mod asked;
mod joined;

pub(crate) use again::{conversation_of, item, owner, service};
pub(crate) use answered::Answered;

use crate::error::ApiError;
use crate::outgoing::instead;
use crate::presence::Presence;
use crate::request::Caller;
use crate::room::NoRoom;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::rt::time::sleep;
use actix_web::web::{self, Bytes};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse};
use asked::asked;
use domain::auth::Digest;
use domain::error::{Conflict, Error};
use domain::repeats::{Asked, Begun, Claim, Outcome, RepeatService, Slot, Verdict, scope};
use domain::usage::{Usage, UsageGuard};
use futures_util::future::{LocalBoxFuture, select};
pub(crate) use joined::Kept;
use joined::Watched;
use std::cell::{Cell, RefCell};
use std::pin::pin;
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The pause before a waiting repeat looks again: the first, and the longest.
const FIRST_LOOK: Duration = Duration::from_millis(20);
const LAST_LOOK: Duration = Duration::from_secs(1);

/// How a repeat is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    AtOnce,
    AsStream,
    /// Not at all: the request is not recorded.
    Never,
}

/// The digest of a request's body.
pub(crate) struct Said {
    digest: Digest,
    /// The body itself, where answers are made from it.
    body: Bytes,
}

impl Said {
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
    asked: Result<Asked, ()>,
    slot: Slot,
    begun: Cell<Option<Begun>>,
    instead: RefCell<Option<Instead>>,
}

/// Proof that the request was looked up. Handlers get a body only together with it, and only this
/// module makes it.
pub(crate) struct Looked(());

/// The answer to give instead of running the handler.
enum Instead {
    Done {
        outcome: Outcome,
        said: Bytes,
        again: Again,
    },
    Joined(Watched),
}

/// Runs a request, once.
pub(crate) async fn once(
    request: ServiceRequest,
    next: &Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let service = request.app_data::<web::Data<RepeatService>>();
    let (Some(asked), Some(service)) = (asked(&request), service) else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let repeat = Rc::new(Repeat {
        service: service.clone(),
        asked,
        slot: Slot::default(),
        begun: Cell::default(),
        instead: RefCell::default(),
    });
    request.extensions_mut().insert(Rc::clone(&repeat));
    let response = scope(repeat.slot.clone(), next.call(request)).await?;
    Ok(repeat.finish(response.map_into_boxed_body()).await)
}

impl Repeat {
    pub(crate) fn of(request: &HttpRequest) -> Option<Rc<Self>> {
        request.extensions().get().cloned()
    }

    /// Looks up whether the request was done before. An error where the handler must not run: the
    /// request may have been done already, or is wrong.
    pub(crate) async fn look(
        request: &HttpRequest,
        said: Option<Said>,
        again: Again,
    ) -> Result<Looked, ApiError> {
        if let Some(repeat) = Self::of(request) {
            let said = said.ok_or_else(|| Error::Internal("a repeat says nothing".into()))?;
            repeat.claim(request, said, again).await?;
        }
        Ok(Looked(()))
    }

    /// Claims the request, if it must be recorded.
    async fn claim(&self, request: &HttpRequest, said: Said, again: Again) -> Result<(), ApiError> {
        let caller = request.extensions().get().copied();
        let asked = self.asked.as_ref().map_err(|()| asked::unreadable())?;
        let Some(Caller { owner, .. }) = caller.filter(|_| again != Again::Never) else {
            self.slot.leave_free();
            return room_for(request);
        };
        let service = &self.service;
        let route = request.match_pattern().unwrap_or_default();
        let address = request.uri().to_string();
        let begun = service
            .begin(owner, asked, &route, &address, said.digest)
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
                        usage.room_for_record(owner)?;
                    }
                    self.slot.put(claim);
                    return Ok(());
                }
                Verdict::Done(outcome) => {
                    let said = said.body;
                    return self.answers(Instead::Done {
                        outcome,
                        said,
                        again,
                    });
                }
                Verdict::UnderWay(Some(claim)) => match claim.written() {
                    Some(written) if again == Again::AsStream => {
                        let watched = Watched::of(begun, written, claim.over());
                        return self.answers(Instead::Joined(watched));
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

    /// Skips the handler. The answer is made after the layers in between have returned.
    fn answers(&self, instead: Instead) -> Result<(), ApiError> {
        self.instead.replace(Some(instead));
        Err(Error::Internal("a repeat was not answered".into()).into())
    }

    async fn finish(&self, response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
        let claim: Option<std::sync::Arc<Claim>> = self.slot.take();
        let answer = self.instead.take();
        let Some(answer) = answer else {
            let Some(claim) = claim else {
                return response;
            };
            if !response.status().is_success() {
                claim.give_up().await;
                return response;
            }
            return match claim.settle().await {
                Ok(()) => {
                    let counting = usage(response.request()).filter(|_| claim.is_recorded());
                    if let Some(usage) = counting {
                        usage.stored(claim.key.owner, Usage::REMEMBERED);
                    }
                    response
                }
                Err(error) => instead(response, HttpResponse::from_error(ApiError::from(error))),
            };
        };
        let request = response.request().clone();
        let other = match answer {
            Instead::Done {
                outcome,
                again: Again::AsStream,
                ..
            } => joined::told(&request, &outcome).await,
            Instead::Done { outcome, said, .. } => again::answer(&request, outcome, &said).await,
            Instead::Joined(watched) => joined::stream(&request, watched).await,
        };
        let mut other = other.unwrap_or_else(HttpResponse::from_error);
        if other.status().is_success() {
            let headers = other.headers_mut();
            headers.insert(REPLAYED, HeaderValue::from_static("true"));
        }
        instead(response, other)
    }
}

/// Whether the request may be a repeat.
pub(crate) fn may_be_one(request: &ServiceRequest) -> bool {
    asked(request).is_some()
}

/// Refuses a request that runs for the first time, where there is no room for its effect.
fn room_for(request: &HttpRequest) -> Result<(), ApiError> {
    match request.extensions().contains::<NoRoom>() {
        true => Err(Error::StorageFull { found: None }.into()),
        false => Ok(()),
    }
}

fn usage(request: &HttpRequest) -> Option<web::Data<UsageGuard>> {
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
pub(crate) struct Once(pub(crate) Looked);

impl FromRequest for Once {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            crate::extract::proven(&request).await;
            let repeat = Repeat::of(&request);
            let said = repeat.map(|repeat| Said::of(&repeat.service, b"", false));
            Ok(Self(Repeat::look(&request, said, Again::AtOnce).await?))
        })
    }
}
