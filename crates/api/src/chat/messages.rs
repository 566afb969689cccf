//! The messages of a request, for storing in a conversation.

use super::Fields;
use super::content::{ContentText, refusal, text_of};
use super::elements::each_element;
use super::fields::says_nothing;
use super::refused::{missing, mistyped, refused_object};
use crate::error::ApiError;
use domain::chat::{NewMessage, Unkept};
use domain::error::Error;
use domain::items::{Content, Role};

/// How many messages one request may add, as when a conversation is created.
const MOST: usize = 100;

/// The most messages of one request: as many as a conversation holds, and the new ones.
pub(super) const MOST_SENT: usize = 10_000 + MOST;

/// The messages of a request, each unchanged. If there are more than may be kept, one more than
/// that is returned.
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

/// The messages to store, and the places of blank replies.
pub(super) struct Read {
    pub(super) messages: Vec<NewMessage>,
    pub(super) blank: Vec<usize>,
}

/// Reads all messages or none: a message that could not be stored unchanged is refused, with its
/// place, so that none is dropped silently.
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
    // Earlier messages are not new; a request without replies has no earlier messages.
    let has_replies = messages.iter().any(|one| one.role == Role::Assistant);
    if messages.len() > MOST && !has_replies && read.blank.is_empty() {
        return miscounted();
    }
    Ok(read)
}

/// `None`: a blank reply. Content that cannot be stored is only refused in a new message: a message
/// that the conversation holds already is not stored again.
fn read_one(place: usize, message: &str) -> Result<Option<NewMessage>, ApiError> {
    let at = &format!("messages[{place}]");
    let fields = Fields::parse(message).map_err(|error| refused_object(at, &error))?;
    let role = role(at, &fields);
    let is_reply = matches!(role, Ok(Role::Assistant));
    let mut found = match fields.given("content") {
        None if is_reply => ContentText::default(),
        None => return Err(missing(at, "content")),
        Some(content) => text_of(&format!("{at}.content"), content, is_reply)?,
    };
    let role = role?;
    let beside = fields
        .iter()
        .filter(|(name, value)| !matches!(*name, "role" | "content") && !says_nothing(value));
    let beside: Vec<_> = beside.map(|(name, _)| name).collect();
    if is_reply && found.text.is_empty() {
        found.text = refusal(&fields).unwrap_or_default();
        if found.text.is_empty() && beside.iter().all(|name| THOUGHTS.contains(name)) {
            return Ok(None);
        }
    }
    if let Some(name) = beside.first() {
        found.unkept = Some(beside_text(at, name));
    }
    let ContentText { text, unkept } = found;
    if let Some(unkept) = unkept.clone().filter(|_| text.is_empty()) {
        // A message without text cannot be one that the conversation holds.
        return Err(Error::unkept(unkept.param, unkept.why).into());
    }
    Ok(Some(NewMessage {
        at: place,
        role,
        content: Content::parse(text).map_err(|error| error.within(at))?,
        unkept,
    }))
}

fn role(at: &str, fields: &Fields) -> Result<Role, ApiError> {
    let role = fields.given("role").ok_or_else(|| missing(at, "role"))?;
    match serde_json::from_str::<String>(role).as_deref() {
        Ok("system") => Ok(Role::System),
        Ok("developer") => Ok(Role::Developer),
        Ok("user") => Ok(Role::User),
        Ok("assistant") => Ok(Role::Assistant),
        other => {
            let param = format!("{at}.role");
            let message = format!(
                "{param} must be system, developer, user or assistant when the message goes into a \
                 conversation."
            );
            Err(match other {
                Ok("tool" | "function") => Error::unkept(param, message).into(),
                _ => Error::invalid(param, message).into(),
            })
        }
    }
}

/// The names that servers use for thoughts beside a reply.
const THOUGHTS: [&str; 8] = [
    "reasoning_content",
    "reasoning",
    "reasoning_details",
    "reasoning_text",
    "thinking",
    "thinking_blocks",
    "thoughts",
    "cot_summary",
];

fn beside_text(at: &str, name: &str) -> Unkept {
    let param = format!("{at}.{name}");
    Unkept {
        why: format!(
            "{param} cannot be kept in a conversation, where a message has a role and a text. Leave \
             it out, or leave out conversation."
        ),
        param,
    }
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
