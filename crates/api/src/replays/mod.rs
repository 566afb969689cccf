//! Runs each request once: a repeat is answered from the object that the first attempt made.

mod again;
mod joined;

use crate::error::ApiError;
use crate::outgoing::instead;
use crate::repeats::{ReadyAnswer, Repeat, RepeatAnswer, usage};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use domain::repeats::{Claim, scope};
use domain::usage::Usage;
use std::rc::Rc;

const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Runs a request, once.
pub(crate) async fn answer_repeats(
    request: ServiceRequest,
    next: &Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(repeat) = Repeat::new(&request) else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    request.extensions_mut().insert(Rc::clone(&repeat));
    let response = scope(repeat.slot.clone(), next.call(request)).await?;
    Ok(finish(&repeat, response.map_into_boxed_body()).await)
}

async fn finish(repeat: &Repeat, response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let claim: Option<std::sync::Arc<Claim>> = repeat.slot.take();
    let answer = repeat.instead.take();
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
    // Boxed, because it is rare and large, and every connection has room for the work of a request.
    let other = Box::pin(answered_again(response.request(), answer)).await;
    instead(response, other)
}

/// The answer to a repeat, as the first attempt got it.
async fn answered_again(request: &HttpRequest, answer: ReadyAnswer) -> HttpResponse {
    let answer = match answer {
        ReadyAnswer::Done {
            outcome,
            again: RepeatAnswer::Stream,
            ..
        } => joined::joined(request, &outcome).await,
        ReadyAnswer::Done { outcome, sent, .. } => again::answer(request, outcome, &sent).await,
        ReadyAnswer::Joined(watched) => joined::stream(request, watched).await,
    };
    let mut answer = answer.unwrap_or_else(HttpResponse::from_error);
    if answer.status().is_success() {
        let headers = answer.headers_mut();
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
    }
    answer
}
