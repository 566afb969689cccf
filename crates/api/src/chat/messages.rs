//! The messages of a request, for storing in a conversation.

use super::Fields;
use super::content::{KeptContent, said, string};
use super::elements::each_element;
use super::fields::says_nothing;
use super::refused::{missing, mistyped, refused_object};
use super::tools;
use crate::error::ApiError;
use domain::chat::{NewMessage, Unkept};
use domain::error::Error;
use domain::items::{Reasoning, Role};

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

/// The messages to store, and the indexes of blank replies.
pub(super) struct ReadMessages {
    pub(super) messages: Vec<NewMessage>,
    pub(super) blank: Vec<usize>,
}

/// Reads all messages or none: a message that could not be stored whole is refused, with its index,
/// so that no message is dropped silently.
pub(super) fn read(sent: &[&str]) -> Result<ReadMessages, ApiError> {
    let miscounted = || {
        let message = "messages must have 1 to 100 new messages when they go into a conversation.";
        Err(Error::invalid("messages", message).into())
    };
    let mut read = ReadMessages {
        messages: Vec::with_capacity(sent.len()),
        blank: Vec::new(),
    };
    for (at, message) in sent.iter().enumerate() {
        let new = read_one(at, message)?;
        if new.is_empty() {
            read.blank.push(at);
        }
        read.messages.extend(new);
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

/// The message, and its calls; empty: a blank reply. Fields that cannot be stored are only refused
/// in a new message: a message that the conversation holds already is not stored again.
fn read_one(index: usize, message: &str) -> Result<Vec<NewMessage>, ApiError> {
    let at = &format!("messages[{index}]");
    let fields = Fields::parse(message).map_err(|error| refused_object(at, &error))?;
    let role = role(at, &fields);
    let is_reply = matches!(role, Ok(Role::Assistant));
    let mut said = match fields.given("content") {
        None if is_reply => KeptContent::default(),
        None => return Err(missing(at, "content")),
        Some(content) => said(&format!("{at}.content"), content, is_reply)?,
    };
    let role = role?;
    if role == Role::Tool {
        return Ok(vec![tools::output(index, at, &fields, said.text)?]);
    }
    let mut new = Vec::new();
    let mut reasoning = None;
    if is_reply {
        if let Some(refusal) = fields.given("refusal").and_then(string) {
            said.refuse(&refusal);
        }
        let thoughts = THOUGHTS
            .iter()
            .filter_map(|name| string(fields.given(name)?));
        let mut thoughts = thoughts.filter(|text| !text.is_empty());
        reasoning = thoughts.next();
    }
    let unkept = unkept(at, &fields, is_reply, reasoning.as_deref());
    let calls = match is_reply {
        true => tools::calls(at, &fields)?,
        false => Vec::new(),
    };
    let reasoning = reasoning.map(Reasoning::parse).transpose();
    let mut reasoning = reasoning.map_err(|error| error.within(at))?;
    let mut add = |content| {
        new.push(NewMessage {
            at: index,
            role,
            content,
            reasoning: reasoning.take(),
            unkept: unkept.clone(),
        });
    };
    let is_blank = is_reply && said.is_empty();
    if let Some(unkept) = unkept.clone().filter(|_| is_blank && calls.is_empty()) {
        return Err(Error::unkept(unkept.param, unkept.why).into());
    }
    if !is_blank {
        add(said.kept(at)?);
    }
    calls.into_iter().for_each(&mut add);
    Ok(new)
}

/// The first field that a conversation does not keep. Of a reply's thoughts it keeps one text.
fn unkept(at: &str, fields: &Fields, is_reply: bool, thoughts: Option<&str>) -> Option<Unkept> {
    let is_kept = |name: &str, value: &str| {
        matches!(name, "role" | "content")
            || is_reply && matches!(name, "refusal" | "tool_calls")
            || is_reply
                && THOUGHTS.contains(&name)
                && string(value).is_some_and(|text| Some(text.as_str()) == thoughts)
    };
    let mut fields = fields.iter();
    let unkept = fields.find(|(name, value)| !is_kept(name, value) && !says_nothing(value));
    unkept.map(|(name, _)| beside_text(at, name))
}

fn role(at: &str, fields: &Fields) -> Result<Role, ApiError> {
    let role = fields.given("role").ok_or_else(|| missing(at, "role"))?;
    match serde_json::from_str::<String>(role).as_deref() {
        Ok("system") => Ok(Role::System),
        Ok("developer") => Ok(Role::Developer),
        Ok("user") => Ok(Role::User),
        Ok("assistant") => Ok(Role::Assistant),
        Ok("tool") => Ok(Role::Tool),
        other => {
            let param = format!("{at}.role");
            let message = format!(
                "{param} must be system, developer, user, assistant or tool when the message goes \
                 into a conversation."
            );
            Err(match other {
                Ok("function") => Error::unkept(param, message).into(),
                _ => Error::invalid(param, message).into(),
            })
        }
    }
}

/// The names that servers use for thoughts, next to a reply.
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
            "{param} cannot be kept in a conversation, where a message has a role and a content. Leave \
             it out, or leave out conversation."
        ),
        param,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_messages_than_the_limit_are_refused() {
        let messages = |number: usize| format!("[{}]", vec!["{}"; number].join(","));
        assert!(split(&messages(MOST_SENT)).is_ok());
        assert!(split(&messages(MOST_SENT + 1)).is_err());
    }
}
