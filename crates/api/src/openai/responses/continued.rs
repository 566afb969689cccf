//! Reads the conversation or the response that a request continues.

use super::mistakes::{named, refused};
use super::objects;
use crate::chat::Fields;
use crate::error::{ApiError, code};
use domain::id::{ConversationId, ResponseId};
use domain::items::{JsonObject, text};
use domain::responses::Continued;

/// The conversation or the response that a request continues.
pub(super) fn continued(fields: &Fields, is_stored: bool) -> Result<Continued, ApiError> {
    const PREVIOUS: &str = "previous_response_id";
    const CONVERSATION: &str = "conversation";
    let previous = fields.given(PREVIOUS).map(|raw| {
        let id = text(raw);
        id.ok_or_else(|| refused(code::INVALID_TYPE, PREVIOUS, "must be a string."))
    });
    // An empty id is one that does not exist: a client with an unset variable must not lose its context.
    let previous = previous.transpose()?;
    let Some(raw) = fields.given(CONVERSATION) else {
        return match previous {
            None => Ok(Continued::Nothing),
            Some(id) => {
                let id = ResponseId::parse(&id).map_err(|error| error.named_by(PREVIOUS));
                id.map(Continued::Response).map_err(named)
            }
        };
    };
    if previous.is_some() {
        let rule = "cannot be used together with conversation.";
        return Err(refused(code::INVALID_VALUE, PREVIOUS, rule));
    }
    if !is_stored {
        let rule = "cannot be used with store: false: a conversation keeps its items.";
        return Err(refused(code::INVALID_VALUE, CONVERSATION, rule));
    }
    let object = JsonObject::parse(raw);
    if let Some(object) = &object {
        objects::only(CONVERSATION, object, &["id"])?;
    }
    let id = text(raw).or_else(|| object?.text("id"));
    let must = || {
        refused(
            code::INVALID_TYPE,
            CONVERSATION,
            "must be an id, or an object with an id.",
        )
    };
    let id = ConversationId::parse(&id.ok_or_else(must)?);
    Ok(Continued::Conversation(
        id.map_err(|error| error.named_by(CONVERSATION))?,
    ))
}
