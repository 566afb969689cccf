//! The messages of a request that are to be stored in a conversation.

use super::Fields;
use super::elements::each_element;
use super::fields::{TOO_MANY, is_text, says_nothing};
use crate::error::{ApiError, code};
use domain::chat::NewMessage;
use domain::error::Error;
use domain::items::{Content, Role};

/// How many messages one request may add, as when a conversation is created.
const MOST: usize = 100;

/// How many messages one request may have: all that a conversation holds, and those that it adds.
pub(super) const MOST_SENT: usize = 10_000 + MOST;

/// The messages of a request, each as it was written: all of them, if there are no more than may be
/// kept, and else one more than that.
pub(super) fn split(messages: &str) -> Result<Vec<&str>, ApiError> {
    let mut first = Vec::new();
    let each = each_element(messages, |index, message| {
        if !message.starts_with('{') {
            return Err(mistyped(&format!("messages[{index}]"), "must be an object"));
        }
        if index == MOST_SENT {
            let message = "messages must have at most 10,100 messages.";
            return Err(Error::invalid("messages", message).into());
        }
        if first.len() <= MOST_SENT {
            first.push(message);
        }
        Ok(())
    });
    match each {
        Ok(()) => Ok(first),
        Err(refused) => {
            Err(refused.unwrap_or_else(|| mistyped("messages", "must be an array of messages")))
        }
    }
}

/// The messages of a request as they are to be stored, and the places of those that say nothing.
pub(super) struct Read {
    pub(super) messages: Vec<NewMessage>,
    pub(super) blank: Vec<usize>,
}

/// Reads all messages or none: what could not be stored as it was sent is refused by name, so that
/// nothing is dropped in silence.
pub(super) fn read(sent: &[&str]) -> Result<Read, ApiError> {
    let miscounted = || {
        let message = "messages must have 1 to 100 new messages when they go into a conversation.";
        Err(Error::invalid("messages", message).into())
    };
    let mut read = Read {
        messages: Vec::with_capacity(sent.len()),
        blank: Vec::new(),
    };
    for (at, message) in sent.iter().enumerate() {
        match read_one(at, message)? {
            Some(message) => read.messages.push(message),
            None => read.blank.push(at),
        }
    }
    let messages = &read.messages;
    if !(1..=MOST_SENT).contains(&messages.len()) {
        return miscounted();
    }
    // What was said before is not new; without a reply among them nothing was.
    let has_replies = messages.iter().any(|one| one.role == Role::Assistant);
    if messages.len() > MOST && !has_replies && read.blank.is_empty() {
        return miscounted();
    }
    Ok(read)
}

/// `None`: a reply that says nothing.
fn read_one(place: usize, message: &str) -> Result<Option<NewMessage>, ApiError> {
    let at = &format!("messages[{place}]");
    let fields = Fields::parse(message).map_err(|error| refused_object(at, &error))?;
    for (name, value) in fields.iter() {
        if !matches!(name, "role" | "content") && !says_nothing(value) {
            return Err(Error::invalid(
                format!("{at}.{name}"),
                format!(
                    "{at}.{name} cannot be kept in a conversation, where a message has a role and \
                     a text. Leave it out, or leave out conversation."
                ),
            )
            .into());
        }
    }
    let role = role(at, &fields);
    let content = match fields.given("content") {
        None if matches!(role, Ok(Role::Assistant)) => return Ok(None),
        None => return Err(missing(at, "content")),
        Some(content) => text(&format!("{at}.content"), content)?,
    };
    let role = role?;
    if role == Role::Assistant && content.is_empty() {
        return Ok(None);
    }
    Ok(Some(NewMessage {
        at: place,
        role,
        content: Content::parse(content).map_err(|error| error.within(at))?,
    }))
}

fn role(at: &str, fields: &Fields) -> Result<Role, ApiError> {
    let role = fields.given("role").ok_or_else(|| missing(at, "role"))?;
    match serde_json::from_str::<String>(role).as_deref() {
        Ok("system") => Ok(Role::System),
        Ok("developer") => Ok(Role::Developer),
        Ok("user") => Ok(Role::User),
        Ok("assistant") => Ok(Role::Assistant),
        _ => {
            let message = format!(
                "{at}.role must be system, developer, user or assistant when the message goes into \
                 a conversation."
            );
            Err(Error::invalid(format!("{at}.role"), message).into())
        }
    }
}

/// A content's text: all of it, or, of parts, the texts of all of them, one below the other.
fn text(at: &str, content: &str) -> Result<String, ApiError> {
    if let Ok(text) = serde_json::from_str::<String>(content) {
        return Ok(text);
    }
    let mut texts = String::new();
    let each = each_element(content, |index, part| {
        if index > 0 {
            texts.push('\n');
        }
        texts.push_str(&part_text(&format!("{at}[{index}]"), part)?);
        Ok(())
    });
    match each {
        Ok(()) => Ok(texts),
        Err(refused) => {
            Err(refused
                .unwrap_or_else(|| mistyped(at, "must be a string or an array of text parts")))
        }
    }
}

fn part_text(at: &str, part: &str) -> Result<String, ApiError> {
    let fields = Fields::parse(part).map_err(|error| refused_object(at, &error))?;
    let is_text = fields.get("type").is_some_and(|kind| is_text(kind, "text"));
    let known = fields
        .iter()
        .all(|(name, _)| matches!(name, "type" | "text"));
    let text = fields.get("text").filter(|_| is_text && known);
    let text = text.and_then(|text| serde_json::from_str(text).ok());
    text.ok_or_else(|| {
        let message = format!(
            "{at} is no part of the form {{\"type\": \"text\", \"text\": \"…\"}}, and only text \
             can be kept in a conversation."
        );
        Error::invalid(at, message).into()
    })
}

fn refused_object(at: &str, error: &serde_json::Error) -> ApiError {
    let said = error.to_string();
    match said
        .strip_prefix("duplicate field `")
        .and_then(|rest| rest.split('`').next())
    {
        Some(name) => {
            let param = format!("{at}.{name}");
            let message = format!("{param} was given twice.");
            ApiError::new(code::DUPLICATE_FIELD, message).param(param)
        }
        None if said.starts_with(TOO_MANY) => {
            Error::invalid(at, format!("{at} has {TOO_MANY}, the most there may be.")).into()
        }
        None => mistyped(at, "must be an object"),
    }
}

fn mistyped(at: &str, must: &str) -> ApiError {
    ApiError::new(code::INVALID_TYPE, format!("{at} {must}.")).param(at)
}

fn missing(at: &str, field: &str) -> ApiError {
    let param = format!("{at}.{field}");
    ApiError::new(code::MISSING_FIELD, format!("{param} is required.")).param(param)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_messages_are_told_and_no_more() {
        let messages = |number: usize| format!("[{}]", vec!["{}"; number].join(","));
        assert!(split(&messages(MOST_SENT)).is_ok());
        assert!(split(&messages(MOST_SENT + 1)).is_err());
    }
}
