//! Answers repeated requests of this face from the objects that the first attempt made.

use super::conversations::ConversationBody;
use super::items::ItemListBody;
use super::items::create::CreateItemsBody;
use super::items::edit::EditedBody;
use super::items::regenerate::RegeneratedBody;
use super::projects::ProjectBody;
use super::shares::ShareBody;
use crate::browsers::PublicUrl;
use crate::chat::replayed;
use crate::error::ApiError;
use crate::replays::found::{conversation_of, item, owner, service};
use actix_web::{FromRequest as _, HttpRequest, HttpResponse};
use domain::error::Error;
use domain::id::Sequence;
use domain::items::{ItemService, ListItems};
use domain::page::{Limit, Order};
use domain::projects::ProjectService;
use domain::repeats::{Made, Outcome};
use domain::shares::{SharePlace, ShareService};

/// Answers like the first attempt; `said` is the body where the answer depends on it.
pub(crate) async fn again(
    request: &HttpRequest,
    outcome: Outcome,
    said: &[u8],
) -> Result<HttpResponse, ApiError> {
    let owner = owner(request)?;
    match outcome.made {
        Made::Conversation(id) => {
            let found = conversation_of(request, id).await?;
            Ok(HttpResponse::Ok().json(ConversationBody::from(found)))
        }
        Made::Item(conversation, id) => {
            let items = service::<ItemService>(request)?;
            let route = request.match_pattern().unwrap_or_default();
            if route.ends_with("/items") {
                let sent: CreateItemsBody = lenient(said)?;
                let list = ListItems {
                    limit: Limit::parse(i64::try_from(sent.len()).ok())?,
                    order: Order::Ascending,
                    after: Some(Sequence(id.sequence().0.saturating_sub(1))),
                    call_id: None,
                };
                let page = items.list(owner, conversation, list).await?;
                return Ok(HttpResponse::Ok().json(ItemListBody::new(page.data, false, None)));
            }
            let found = item(request, owner, conversation, id).await?;
            if route.ends_with("/edit") {
                return Ok(HttpResponse::Ok().json(EditedBody::from(found)));
            }
            let body = RegeneratedBody::of(&items, owner, conversation, found).await?;
            Ok(HttpResponse::Ok().json(body))
        }
        Made::Project(id) => {
            let found = service::<ProjectService>(request)?.get(owner, id).await?;
            Ok(HttpResponse::Created().json(ProjectBody::from(found)))
        }
        Made::Share(conversation, place) => {
            let shares = service::<ShareService>(request)?;
            let share = shares.find(owner, conversation, SharePlace(place)).await?;
            let Ok(public) = PublicUrl::extract(request).await;
            Ok(HttpResponse::Created().json(ShareBody::new(&share, &public)))
        }
        Made::Turn(conversation, id) => {
            let item = item(request, owner, conversation, id).await?;
            let conversation = conversation_of(request, conversation).await?;
            Ok(replayed::completion(
                item,
                outcome.finish_reason,
                &conversation,
            ))
        }
        Made::SharedItem(..) | Made::Deleted(_) | Made::Cancelled(..) => {
            Err(Error::Internal("a repeat made what this face does not make".into()).into())
        }
    }
}

/// Reads a body that was read before, without regard to what follows its object.
fn lenient<T: serde::de::DeserializeOwned>(said: &[u8]) -> Result<T, ApiError> {
    let mut deserializer = serde_json::Deserializer::from_slice(said);
    T::deserialize(&mut deserializer).map_err(crate::stream::internal)
}
