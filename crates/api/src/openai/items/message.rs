//! Reads messages.

use super::sound::{about, given, needed, renamed};
use crate::error::{ApiError, code};
use crate::openai::{fields, texts};
use domain::error::Error;
use domain::items::{Content, ItemType, JsonObject, NewItem, Role, first_elements, text};

/// The most parts of a message. The domain refuses more.
const MOST: usize = 1_000;

/// A message, with its content as a text or as parts.
pub(super) fn read(at: &str, object: &JsonObject<'_>) -> Result<NewItem, ApiError> {
    let word = needed(at, object, "role")?;
    let role = texts::role(&word).ok_or_else(|| {
        let rule = "must be one of `system`, `developer`, `user`, `assistant`, `tool`.";
        about(code::INVALID_VALUE, at, "role", rule)
    })?;
    let sent = given(object, "content");
    let sent = sent.ok_or_else(|| about(code::MISSING_FIELD, at, "content", "is required."))?;
    let more = fields::of_message(object);
    let content = match (text(sent), first_elements(sent, MOST + 1)) {
        (Some(said), _) if more.is_none() && !said.is_empty() => Content::parse(said),
        (Some(said), _) => with_parts(vec![texts::part(role, &said)], more),
        (None, Some(parts)) => {
            no_reserved_part(at, &parts)?;
            match plain(role, &parts).filter(|_| more.is_none()) {
                Some(said) => Content::parse(said),
                None => with_parts(parts.into_iter().map(str::to_owned).collect(), more),
            }
        }
        (None, None) => {
            let rule = "must be a string or a list of parts.";
            return Err(about(code::INVALID_TYPE, at, "content", rule));
        }
    };
    Ok(NewItem {
        role,
        content: content.map_err(|error| placed(error, at))?,
        call_id: None,
        reasoning: None,
    })
}

/// Refuses the part that keeps the other fields of a message: it would be taken for them.
fn no_reserved_part(at: &str, parts: &[&str]) -> Result<(), ApiError> {
    let mut objects = parts.iter().map(|part| JsonObject::parse(part));
    match objects.position(|part| part.as_ref().is_some_and(fields::are)) {
        None => Ok(()),
        Some(index) => {
            let at = format!("{at}.content[{index}]");
            let rule =
                "must not be `message.fields`, which is reserved for the fields of a message.";
            Err(about(code::INVALID_VALUE, &at, "type", rule))
        }
    }
}

/// The text of parts that are shown in the same way as a text alone.
fn plain(role: Role, parts: &[&str]) -> Option<String> {
    let [only] = parts else { return None };
    let object = JsonObject::parse(only)?;
    let names: Vec<_> = object.fields().map(|(name, _)| name).collect();
    let (kind, usual): (_, &[&str]) = match role {
        Role::Assistant => ("output_text", &["type", "text", "annotations"]),
        _ => ("input_text", &["type", "text"]),
    };
    let is_usual = names == usual
        && object.text("type").as_deref() == Some(kind)
        && object.get("annotations").is_none_or(|list| list == "[]");
    let said = object.text("text");
    said.filter(|said| is_usual && !said.is_empty())
}

/// Parts, with the other fields of the message as one of them. An empty list has that part alone.
fn with_parts(mut parts: Vec<String>, more: Option<String>) -> Result<Content, Error> {
    match more {
        Some(more) => parts.push(more),
        None if parts.is_empty() => parts.push(fields::no_more()),
        None => {}
    }
    let parts = format!("[{}]", parts.join(","));
    Content::parse_item(ItemType::MESSAGE, Some(&parts), None)
}

/// The failure by this face's names: `parts` are the `content`.
fn placed(error: Error, at: &str) -> ApiError {
    renamed(error, |param| match param.strip_prefix("parts") {
        Some(rest) => format!("{at}.content{rest}"),
        None => format!("{at}.{param}"),
    })
}
