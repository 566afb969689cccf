//! Answers repeated requests of this face from the objects that the first attempt made.

use super::conversations::ConversationBody;
use super::items::create::added;
use super::items::edit::EditedBody;
use super::items::regenerate::RegeneratedBody;
use super::projects::ProjectBody;
use super::shares::ShareBody;
use crate::browsers::PublicUrl;
use crate::chat::replayed;
use crate::error::ApiError;
use crate::found::{all, conversation_of, item, owner, service};
use actix_web::{FromRequest as _, HttpRequest, HttpResponse};
use domain::error::{Error, Resource};
use domain::items::ItemService;
use domain::projects::ProjectService;
use domain::repeats::{Made, Outcome};
use domain::shares::{ShareCursor, ShareService};

/// Answers like the first attempt.
pub(crate) async fn again(
    request: &HttpRequest,
    outcome: Outcome,
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
            let found = item(request, owner, conversation, id).await?;
            if route.ends_with("/edit") {
                return Ok(HttpResponse::Ok().json(EditedBody::from(found)));
            }
            let body = RegeneratedBody::of(&items, owner, conversation, found).await;
            Ok(HttpResponse::Ok().json(body))
        }
        Made::Items(conversation, ids) => {
            added(request, all(request, conversation, &ids).await?).await
        }
        Made::Project(id) => {
            let found = service::<ProjectService>(request)?.get(owner, id).await?;
            Ok(HttpResponse::Created().json(ProjectBody::from(found)))
        }
        Made::Share(conversation, cursor) => {
            let shares = service::<ShareService>(request)?;
            let share = shares
                .find(owner, conversation, ShareCursor(cursor))
                .await?;
            if share.revoked_at.is_some() {
                return Err(Resource::Share.absent().into());
            }
            let Ok(public) = PublicUrl::extract(request).await;
            Ok(HttpResponse::Created().json(ShareBody::new(&share, &public)))
        }
        Made::Turn(conversation, id) => {
            replayed::found(request, (conversation, id), outcome.finish_reason).await
        }
        Made::SharedItem(..) | Made::Several(_) | Made::Cancelled(..) | Made::Response(_) => Err(
            Error::Internal("a repeat found an object that Jan's face does not make".into()).into(),
        ),
    }
}
