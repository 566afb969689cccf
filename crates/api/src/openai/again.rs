//! Answers repeated requests of this face from the objects that the first attempt made.

use crate::chat::replayed;
use crate::error::ApiError;
use crate::replays::found::{conversation_of, item, owner};
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
        Made::Turn(conversation, id) => {
            let item = item(request, owner, conversation, id).await?;
            let conversation = conversation_of(request, conversation).await?;
            Ok(replayed::completion(
                item,
                outcome.finish_reason,
                &conversation,
            ))
        }
        _ => Err(Error::Internal(
            "a repeat found an object that OpenAI's face does not make".into(),
        )
        .into()),
    }
}
