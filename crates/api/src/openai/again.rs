//! Answers repeated requests of this face from the objects that the first attempt made.

use super::conversations::ConversationBody;
use super::items::create::added;
use crate::chat::replayed;
use crate::error::ApiError;
use crate::found::{all, conversation_of, owner};
use actix_web::{HttpRequest, HttpResponse};
use domain::error::Error;
use domain::repeats::{Made, Outcome};

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
        Made::Items(conversation, ids) => {
            added(request, all(request, conversation, &ids).await?).await
        }
        Made::Turn(conversation, id) => {
            replayed::found(request, (conversation, id), outcome.finish_reason).await
        }
        Made::Response(id) => super::responses::again(request, owner, id).await,
        Made::Item(..)
        | Made::Project(_)
        | Made::Share(..)
        | Made::SharedItem(..)
        | Made::Several(_)
        | Made::Cancelled(..) => Err(Error::Internal(
            "a repeat found an object that OpenAI's face does not make".into(),
        )
        .into()),
    }
}
