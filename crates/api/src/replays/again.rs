//! Answers repeated requests from the objects that the first attempt made.

use crate::browsers::PublicUrl;
use crate::chat::replayed;
use crate::client_address::ClientAddress;
use crate::conversations::ConversationBody;
use crate::conversations::bulk::{BulkConversationsBody, BulkResultBody};
use crate::conversations::bulk_delete::{BulkDeleteConversationsBody, BulkDeletionBody};
use crate::conversations::cancel::CancelledTurnBody;
use crate::error::ApiError;
use crate::face::Face;
use crate::found::{conversation_of, finished, item, owner, service};
use crate::items::{ItemBody, batch, regenerate};
use crate::projects::ProjectBody;
use crate::shares::public::SharedItemBody;
use crate::shares::{ShareBody, path};
use crate::stream::internal;
use crate::tags::tagged;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{FromRequest as _, HttpMessage as _, HttpRequest, HttpResponse};
use domain::conversations::BulkResult;
use domain::error::Error;
use domain::id::{ConversationId, ItemId, OwnerId};
use domain::items::ItemService;
use domain::limits::Origin;
use domain::projects::ProjectService;
use domain::repeats::{Made, Outcome};
use domain::shares::{ShareCursor, ShareService};
use serde::Serialize;

/// Answers like the first attempt, from the object that it made.
pub(super) async fn answer(
    request: &HttpRequest,
    outcome: Outcome,
    sent: &[u8],
) -> Result<HttpResponse, ApiError> {
    match Face::of(request.match_info().as_str()) {
        Face::Native => {}
        Face::Jan => return crate::jan::again(request, outcome).await,
        Face::OpenAi => return crate::openai::again(request, outcome).await,
    }
    let owner = owner(request)?;
    let status = StatusCode::from_u16(outcome.status);
    let status = status.map_err(|error| Error::Internal(error.into()))?;
    match outcome.made {
        Made::Conversation(id) => {
            if request.match_info().get("share_id").is_some() {
                service::<ShareService>(request)?.visited(origin(request))?;
            }
            let conversation = conversation_of(request, id).await?;
            let tag = conversation.tag();
            let location = format!("/v1/conversations/{id}");
            let body = ConversationBody::from(conversation);
            Ok(tagged(created(status, location, &body), &tag))
        }
        Made::Item(conversation, id) => {
            let item = item(request, owner, conversation, id).await?;
            let finished = finished(item, outcome.status, outcome.finish_reason);
            Ok(regenerate::stored(finished, conversation))
        }
        Made::SharedItem(_, _, id) => {
            let share_id = request.match_info().query("share_id");
            let shares = service::<ShareService>(request)?;
            let shown = shares.added(origin(request), share_id, owner, id).await?;
            let before = id.sequence().0.saturating_sub(1);
            let location = format!("{}?after=seq_{before}", path(share_id));
            // The item belongs to the conversation's owner, so the answer contains only the fields that
            // the link shows.
            Ok(created(status, location, &SharedItemBody::from(shown)))
        }
        Made::Project(id) => {
            let project = service::<ProjectService>(request)?.get(owner, id).await?;
            let tag = project.tag();
            let body = ProjectBody::from(project);
            let location = format!("/v1/projects/{id}");
            Ok(tagged(created(status, location, &body), &tag))
        }
        Made::Share(conversation, cursor) => {
            let shares = service::<ShareService>(request)?;
            let share = shares
                .find(owner, conversation, ShareCursor(cursor))
                .await?;
            let Ok(public) = PublicUrl::extract(request).await;
            let location = path(share.share_id.as_str());
            Ok(created(status, location, &ShareBody::new(&share, &public)))
        }
        Made::Several(done) => several(request, status, sent, done),
        Made::Cancelled(conversation, id) => {
            let body = cancelled(request, owner, conversation, id).await?;
            Ok(HttpResponse::build(status).json(body))
        }
        Made::Items(conversation, ids) => {
            let items = service::<ItemService>(request)?;
            batch::again(request, items, (owner, conversation), ids).await
        }
        Made::Response(_) => Err(made_elsewhere()),
        Made::Turn(conversation, id) => {
            replayed::found(request, (conversation, id), outcome.finish_reason).await
        }
    }
}

/// Answers to an action on many conversations, which was done to these.
fn several(
    request: &HttpRequest,
    status: StatusCode,
    sent: &[u8],
    done: Vec<ConversationId>,
) -> Result<HttpResponse, ApiError> {
    let mut answer = HttpResponse::build(status);
    if request.path().ends_with("/bulk") {
        let sent: BulkConversationsBody = serde_json::from_slice(sent).map_err(internal)?;
        let result = BulkResult::again(sent.conversation_ids, done);
        return Ok(answer.json(BulkResultBody::from(result)));
    }
    let sent: BulkDeleteConversationsBody = serde_json::from_slice(sent).map_err(internal)?;
    let result = BulkResult::again(sent.conversation_ids, done);
    Ok(answer.json(BulkDeletionBody::from(result)))
}

fn made_elsewhere() -> ApiError {
    Error::Internal("a repeat found an object that this face does not make".into()).into()
}

async fn cancelled(
    request: &HttpRequest,
    owner: OwnerId,
    conversation: Option<ConversationId>,
    id: Option<ItemId>,
) -> Result<CancelledTurnBody, ApiError> {
    let item = match conversation.zip(id) {
        None => None,
        Some((conversation, id)) => Some(item(request, owner, conversation, id).await?),
    };
    let is_cancelled = conversation.is_some();
    Ok(CancelledTurnBody::new(
        is_cancelled,
        item.map(ItemBody::from),
    ))
}

fn origin(request: &HttpRequest) -> Origin {
    let client = request.extensions().get().copied();
    client.unwrap_or(ClientAddress(None)).origin()
}

fn created(status: StatusCode, location: String, body: &impl Serialize) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((LOCATION, location))
        .json(body)
}
