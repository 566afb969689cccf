//! Repeated streams: from the beginning while they are written, or in one piece.

use crate::chat::replayed;
use crate::error::ApiError;
use crate::found::{KeptConversation, answered, finished, item, owner, service};
use crate::items::regenerate::ReplyEvents;
use crate::repeats::{LAST_LOOK, WatchedReply};
use crate::sse;
use actix_web::rt::time::sleep;
use actix_web::{HttpRequest, HttpResponse};
use domain::error::ProviderFailure;
use domain::error::{Conflict, Error};
use domain::repeats::{LookedUpRequest, Made, Outcome, RepeatService, Verdict};
use domain::replies::{Finished, Generation};
use domain::seen::{Seen, WrittenBy};
use std::rc::Rc;
use tokio::sync::{oneshot, watch};

/// Joins a reply that is being written.
pub(super) async fn stream(
    request: &HttpRequest,
    watched: WatchedReply,
) -> Result<HttpResponse, ApiError> {
    let WatchedReply {
        begun,
        written,
        mut over,
    } = watched;
    let (mut ended, outcome) = oneshot::channel();
    let kept = KeptConversation::default();
    let (of, keeps) = (request.clone(), Rc::clone(&kept));
    actix_web::rt::spawn(async move {
        let watching = async {
            while over.changed().await.is_ok() {}
            let is_cancelled = *over.borrow();
            match is_cancelled {
                true => Err(Error::Conflict(Conflict::TurnCancelled)),
                false => end(&of, begun, &keeps).await,
            }
        };
        tokio::select! {
            outcome = watching => {
                let _ = ended.send(outcome);
            }
            // The client has left.
            () = ended.closed() => {}
        }
    });
    begin(request, Generation::watched(written, outcome), kept).await
}

/// Sends a stored reply in one piece.
pub(super) async fn joined(
    request: &HttpRequest,
    outcome: &Outcome,
) -> Result<HttpResponse, ApiError> {
    if let Made::Response(id) = outcome.made {
        return crate::openai::replayed(request, id).await;
    }
    let kept = KeptConversation::default();
    let finished = stored(request, outcome, &kept).await?;
    let item = &finished.generated.item;
    let items = match kept.get() {
        Some(of) => answered(request, owner(request)?, of, item.id).await?,
        None => Vec::new(),
    };
    let text = replayed::text(&items).to_owned();
    let thoughts = items.iter().find_map(|item| item.reasoning.clone());
    let by = WrittenBy {
        id: Some(replayed::id(item)),
        model: item.model.clone(),
    };
    let written = Seen::whole(text, thoughts, by);
    let (_, written) = watch::channel(written);
    let (ended, outcome) = oneshot::channel();
    let _ = ended.send(Ok(finished));
    begin(request, Generation::watched(written, outcome), kept).await
}

async fn begin(
    request: &HttpRequest,
    generation: Generation,
    kept: KeptConversation,
) -> Result<HttpResponse, ApiError> {
    match request.match_info().get("conversation_id") {
        Some(_) => {
            let events = ReplyEvents::of(generation);
            sse::begin(events, request, HttpResponse::Ok()).await
        }
        None => replayed::stream(request, generation, kept).await,
    }
}

/// The outcome of the watched request.
async fn end(
    request: &HttpRequest,
    begun: LookedUpRequest,
    kept: &KeptConversation,
) -> domain::error::Result<Finished> {
    let repeats = service::<RepeatService>(request).map_err(|_| interrupted())?;
    loop {
        match repeats.look(begun).await? {
            Verdict::Done(outcome) => {
                let finished = stored(request, &outcome, kept).await;
                return finished.map_err(|_| interrupted());
            }
            Verdict::UnderWay(_) => sleep(LAST_LOOK).await,
            // The request failed and was not stored; the key is free again.
            Verdict::First(_) => return Err(interrupted()),
        }
    }
}

async fn stored(
    request: &HttpRequest,
    outcome: &Outcome,
    kept: &KeptConversation,
) -> Result<Finished, ApiError> {
    let (Made::Item(conversation, id) | Made::Turn(conversation, id)) = outcome.made else {
        return Err(
            Error::Internal("a stream was kept as something else than a reply".into()).into(),
        );
    };
    let item = item(request, owner(request)?, conversation, id).await?;
    kept.set(Some(conversation));
    let reason = outcome.finish_reason.clone();
    Ok(finished(item, outcome.status, reason))
}

fn interrupted() -> Error {
    let what =
        "the first attempt of this request failed, and was not stored. Send the request again.";
    ProviderFailure::failed(what).into()
}
