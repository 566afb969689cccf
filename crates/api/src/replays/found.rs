//! The objects from which a repeated request is answered.

use crate::caller::KnownCaller;
use crate::error::ApiError;
use actix_web::http::StatusCode;
use actix_web::{HttpMessage as _, HttpRequest, web};
use domain::conversations::{Conversation, ConversationService};
use domain::error::Error;
use domain::id::{ConversationId, ItemId, OwnerId};
use domain::items::{Item, ItemService};
use domain::replies::{Finished, Generated};
use std::cell::Cell;
use std::rc::Rc;

/// The conversation of a reply, once the reply is stored.
pub(crate) type Kept = Rc<Cell<Option<ConversationId>>>;

/// A stored reply, in the form for requests that wait for it.
pub(crate) fn finished(item: Item, status: u16, finish_reason: Option<String>) -> Finished {
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
    let caller = caller.map(|KnownCaller { owner, .. }| owner);
    caller.ok_or_else(|| Error::Internal("a repeat without an owner".into()).into())
}

pub(crate) fn service<T: 'static>(request: &HttpRequest) -> Result<web::Data<T>, ApiError> {
    let service = request.app_data::<web::Data<T>>().cloned();
    service.ok_or_else(|| Error::Internal("a service is not wired".into()).into())
}
