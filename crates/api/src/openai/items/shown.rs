//! Items as OpenAI's API shows them.

use crate::openai::{fields, ids, texts};
use domain::items::{Item, ItemType, JsonObject, Parts, Role, elements, quoted};
use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::value::RawValue;

/// An item. It is written only when it is sent, on another thread if it is long.
pub(in crate::openai) struct ItemBody(pub(in crate::openai) Item);

impl Serialize for ItemBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = RawValue::from_string(json(&self.0)).map_err(S::Error::custom)?;
        written.serialize(serializer)
    }
}

/// The id of an item.
pub(in crate::openai) fn id(item: &Item) -> String {
    ids::shown(item.id, item.content.kind().as_str())
}

/// An item as JSON. What was sent is shown as it was.
pub(in crate::openai) fn json(item: &Item) -> String {
    let id = quoted(&id(item));
    match item.content.parts() {
        None => {
            let part = texts::part(item.role, item.content.as_str());
            message(item.role, &id, &format!("[{part}]"), None)
        }
        Some(parts) if parts.kind().is_message() => of_parts(item.role, &id, parts),
        Some(parts) => other(&id, parts),
    }
}

fn of_parts(role: Role, id: &str, parts: &Parts) -> String {
    let all = elements(parts.as_json()).unwrap_or_default();
    let mut more = None;
    let mut content = Vec::with_capacity(all.len());
    for part in all {
        match JsonObject::parse(part).filter(fields::are) {
            Some(fields) => more = Some(fields),
            None => content.push(part),
        }
    }
    message(role, id, &format!("[{}]", content.join(",")), more.as_ref())
}

fn message(role: Role, id: &str, content: &str, more: Option<&JsonObject<'_>>) -> String {
    let role = quoted(texts::word(role));
    let mut all = vec![
        ("id", id),
        ("type", "\"message\""),
        ("role", role.as_str()),
        ("content", content),
    ];
    if let Some(more) = more {
        all.extend(fields::in_part(more));
    }
    with_status(all)
}

/// An item that is not a message.
fn other(id: &str, parts: &Parts) -> String {
    let kind = quoted(parts.kind().as_str());
    let mut all = vec![("id", id), ("type", kind.as_str())];
    let object = parts.object().unwrap_or_default();
    let kept = object.fields();
    all.extend(kept.filter(|(name, _)| !["id", "type"].contains(name)));
    match [ItemType::FUNCTION_CALL, ItemType::FUNCTION_CALL_OUTPUT].contains(parts.kind()) {
        true => with_status(all),
        false => fields::written(all.into_iter()),
    }
}

/// The fields with a status: a stored item is complete, unless it says something else.
fn with_status(mut all: Vec<(&str, &str)>) -> String {
    if !all.iter().any(|(name, _)| *name == "status") {
        all.push(("status", "\"completed\""));
    }
    fields::written(all.into_iter())
}
