//! Answers repeated requests from the objects that the first attempt made.

use crate::browsers::PublicUrl;
use crate::chat::replayed;
use crate::client_address::ClientAddress;
use crate::conversations::ConversationBody;
use crate::conversations::bulk_delete::{BulkDeleteConversationsBody, BulkDeletionBody};
use crate::conversations::cancel::CancelledTurnBody;
use crate::error::ApiError;
use crate::items::{ItemBody, regenerate};
use crate::projects::ProjectBody;
use crate::request::Caller;
use crate::shares::public::SharedItemBody;
use crate::shares::{ShareBody, path};
use crate::stream::internal;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{FromRequest as _, HttpMessage as _, HttpRequest, HttpResponse, web};
use domain::conversations::{BulkDeletion, Conversation, ConversationService};
use domain::error::Error;
use domain::id::{ConversationId, ItemId, OwnerId};
use domain::items::{Item, ItemService};
use domain::limits::Origin;
use domain::projects::ProjectService;
use domain::repeats::{Made, Outcome};
use domain::replies::{Finished, Generated};
use domain::shares::{SharePlace, ShareService};
use serde::Serialize;

/// Answers like the first attempt, from the object that it made.
pub(super) async fn answer(
    request: &HttpRequest,
    outcome: Outcome,
    said: &[u8],
) -> Result<HttpResponse, ApiError> {
    if crate::jan::is_face(request.match_info().as_str()) {
        return crate::jan::again(request, outcome, said).await;
    }
    let owner = owner(request)?;
    let status = StatusCode::from_u16(outcome.status);
    let status = status.map_err(|error| Error::Internal(error.into()))?;
    match outcome.made {
        Made::Conversation(id) => {
            if request.match_info().get("share_id").is_some() {
                service::<ShareService>(request)?.visited(origin(request))?;
            }
            let conversations = service::<ConversationService>(request)?;
            let body = ConversationBody::from(conversations.get(owner, id).await?);
            let location = format!("/v1/conversations/{id}");
            Ok(created(status, location, &body))
        }
        Made::Item(conversation, id) => {
            let item = item(request, owner, conversation, id).await?;
            let finished = finished(item, outcome.status, outcome.finish_reason);
            Ok(regenerate::stored(finished, conversation))
        }
        Made::SharedItem(_, _, id) => {
            let share_id = request.match_info().query("share_id");
            let shares = service::<ShareService>(request)?;
            // The item belongs to the conversation's owner: the answer contains only what the link
            // shows.
            let shown = shares.added(origin(request), share_id, owner, id).await?;
            let before = id.sequence().0.saturating_sub(1);
            let location = format!("{}?after=seq_{before}", path(share_id));
            Ok(created(status, location, &SharedItemBody::from(shown)))
        }
        Made::Project(id) => {
            let projects = service::<ProjectService>(request)?;
            let body = ProjectBody::from(projects.get(owner, id).await?);
            Ok(created(status, format!("/v1/projects/{id}"), &body))
        }
        Made::Share(conversation, place) => {
            let shares = service::<ShareService>(request)?;
            let share = shares.find(owner, conversation, SharePlace(place)).await?;
            let Ok(public) = PublicUrl::extract(request).await;
            let location = path(share.share_id.as_str());
            Ok(created(status, location, &ShareBody::new(&share, &public)))
        }
        Made::Deleted(gone) => {
            let sent: BulkDeleteConversationsBody =
                serde_json::from_slice(said).map_err(internal)?;
            let deletion = BulkDeletion::again(sent.conversation_ids, gone);
            Ok(HttpResponse::build(status).json(BulkDeletionBody::from(deletion)))
        }
        Made::Cancelled(conversation, id) => {
            let item = match conversation.zip(id) {
                None => None,
                Some((conversation, id)) => Some(item(request, owner, conversation, id).await?),
            };
            let body = CancelledTurnBody::new(conversation.is_some(), item.map(ItemBody::from));
            Ok(HttpResponse::build(status).json(body))
        }
        Made::Turn(conversation, id) => {
            let item = item(request, owner, conversation, id).await?;
            let conversation = conversation_of(request, conversation).await?;
            let reason = outcome.finish_reason;
            Ok(replayed::completion(item, reason, &conversation))
        }
    }
}

/// A stored reply, in the form for requests that wait for it.
pub(super) fn finished(item: Item, status: u16, finish_reason: Option<String>) -> Finished {
    Finished {
        generated: Generated {
            item,
            is_new: status == StatusCode::CREATED.as_u16(),
        },
        finish_reason,
    }
}

pub(crate) async fn item(
    request: &HttpRequest,
    owner: OwnerId,
    conversation: ConversationId,
    id: ItemId,
) -> Result<Item, ApiError> {
    let items = service::<ItemService>(request)?;
    Ok(items.get(owner, conversation, id).await?)
}

/// The caller's conversation, in its current state.
pub(crate) async fn conversation_of(
    request: &HttpRequest,
    id: ConversationId,
) -> Result<Conversation, ApiError> {
    let owner = owner(request)?;
    let conversations = service::<ConversationService>(request)?;
    Ok(conversations.get(owner, id).await?)
}

pub(crate) fn owner(request: &HttpRequest) -> Result<OwnerId, ApiError> {
    let caller = request.extensions().get().copied();
    let caller = caller.map(|Caller { owner, .. }| owner);
    caller.ok_or_else(|| Error::Internal("a repeat without an owner".into()).into())
}

fn origin(request: &HttpRequest) -> Origin {
    let client = request.extensions().get().copied();
    client.unwrap_or(ClientAddress(None)).origin()
}

pub(crate) fn service<T: 'static>(request: &HttpRequest) -> Result<web::Data<T>, ApiError> {
    let service = request.app_data::<web::Data<T>>().cloned();
    service.ok_or_else(|| Error::Internal("a service is not wired".into()).into())
}

fn created(status: StatusCode, location: String, body: &impl Serialize) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((LOCATION, location))
        .json(body)
}
