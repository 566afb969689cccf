//! The objects from which repeated requests are answered, on each face.

use crate::caller::KnownCaller;
use crate::error::ApiError;
use actix_web::http::StatusCode;
use actix_web::{HttpMessage as _, HttpRequest, web};
use domain::conversations::{Conversation, ConversationService};
use domain::error::Error;
use domain::id::{ConversationId, ItemId, OwnerId};
use domain::items::{Item, ItemService, ItemType, ListItems, Role};
use domain::page::{Limit, Order};
use domain::replies::{Finished, Generated};
use std::cell::Cell;
use std::rc::Rc;

/// The conversation of a reply, once the reply is stored.
pub(crate) type KeptConversation = Rc<Cell<Option<ConversationId>>>;

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

/// These items of a conversation, in this order.
pub(crate) async fn all(
    request: &HttpRequest,
    conversation: ConversationId,
    ids: &[ItemId],
) -> Result<Vec<Item>, ApiError> {
    let items = service::<ItemService>(request)?;
    Ok(items.get_all(owner(request)?, conversation, ids).await?)
}

/// The items of an answer, oldest first, of which this is the last: a text, and the calls of tools.
pub(crate) async fn answered(
    request: &HttpRequest,
    owner: OwnerId,
    conversation: ConversationId,
    id: ItemId,
) -> Result<Vec<Item>, ApiError> {
    let last = item(request, owner, conversation, id).await?;
    let is_call = |item: &Item| *item.content.kind() == ItemType::FUNCTION_CALL;
    if !is_call(&last) {
        return Ok(vec![last]);
    }
    let before = ListItems {
        limit: Limit::MOST,
        order: Order::Descending,
        after: Some(id.sequence()),
        call_id: None,
    };
    let items = service::<ItemService>(request)?;
    let before = items.list(owner, conversation, before).await?.data;
    // The items of an answer are stored at the same time, by the same model.
    let is_of_it = |item: &Item| item.created_at == last.created_at && item.model == last.model;
    let mut answer = Vec::new();
    for item in before.into_iter().take_while(is_of_it) {
        let is_first = !is_call(&item);
        let is_written = item.role == Role::Assistant && item.content.kind().is_message();
        if !is_first || is_written {
            answer.push(item);
        }
        if is_first {
            break;
        }
    }
    answer.reverse();
    answer.push(last);
    Ok(answer)
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
