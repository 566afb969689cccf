//! Reads items as OpenAI's API takes them.

use super::message;
use super::sound::{about, given, needed, renamed};
use crate::error::{ApiError, code};
use crate::openai::{fields, ids};
use domain::error::{Error, Resource};
use domain::id::{ItemId, OwnerId};
use domain::items::{Content, ItemService, ItemType, JsonObject, NewItem, Reasoning, text};
use domain::responses::ResponseService;
use std::collections::HashSet;

/// An item of a request.
pub(in crate::openai) enum IncomingItem {
    Item(NewItem),
    /// A copy of an item of the owner's.
    Reference(ItemId),
}

impl IncomingItem {
    /// Reads the item at this path of the request.
    pub(in crate::openai) fn read(at: &str, sent: &str) -> Result<Self, ApiError> {
        // A lone surrogate would otherwise look like a value of the wrong type.
        crate::chat::has_nul(at, sent)?;
        let Some(object) = JsonObject::parse(sent) else {
            let message = format!("{at} must be an object.");
            return Err(ApiError::new(code::INVALID_TYPE, message).param(at));
        };
        let mut names = HashSet::new();
        if let Some((twice, _)) = object.fields().find(|(name, _)| !names.insert(*name)) {
            return Err(about(code::DUPLICATE_FIELD, at, twice, "was given twice."));
        }
        let kind = kind(at, &object)?;
        status(at, &kind, &object)?;
        match kind.as_str() {
            "message" => message::read(at, &object).map(Self::Item),
            "item_reference" => reference(at, &object),
            kind => other(at, kind, &object).map(Self::Item),
        }
    }

    /// The item to store. A reference is resolved among all conversations and responses of the owner.
    pub(in crate::openai) async fn resolve(
        self,
        at: &str,
        items: &ItemService,
        responses: &ResponseService,
        owner: OwnerId,
    ) -> Result<NewItem, ApiError> {
        let id = match self {
            Self::Item(item) => return Ok(item),
            Self::Reference(id) => id,
        };
        let Some(found) = items.find_anywhere(owner, id).await? else {
            let found = responses.find_item(owner, id).await?;
            let found = found.ok_or_else(|| absent(at, Resource::Item.absent()))?;
            return Ok(NewItem {
                role: found.role,
                content: found.content,
                call_id: None,
                reasoning: None,
            });
        };
        Ok(NewItem {
            role: found.role,
            content: found.content,
            call_id: None,
            reasoning: found.reasoning.map(Reasoning::parse).transpose()?,
        })
    }
}

/// The type of an item; a message and a reference may leave it out.
fn kind(at: &str, object: &JsonObject<'_>) -> Result<String, ApiError> {
    match object.text("type") {
        Some(kind) => Ok(kind),
        None if given(object, "type").is_some() => {
            Err(about(code::INVALID_TYPE, at, "type", "must be a string."))
        }
        None if object.get("role").is_some() => Ok("message".to_owned()),
        None if object.get("id").is_some() => Ok("item_reference".to_owned()),
        None => Err(about(code::MISSING_FIELD, at, "type", "is required.")),
    }
}

/// Types whose status is one of three, so that the SDKs can read it.
const WITH_STATUS: [&str; 4] = [
    "message",
    "function_call",
    "function_call_output",
    "reasoning",
];

fn status(at: &str, kind: &str, object: &JsonObject<'_>) -> Result<(), ApiError> {
    let Some(value) = given(object, "status").filter(|_| WITH_STATUS.contains(&kind)) else {
        return Ok(());
    };
    let must = || about(code::INVALID_TYPE, at, "status", "must be a string.");
    match text(value).ok_or_else(must)?.as_str() {
        "in_progress" | "completed" | "incomplete" => Ok(()),
        _ => {
            let rule = "must be one of `in_progress`, `completed`, `incomplete`.";
            Err(about(code::INVALID_VALUE, at, "status", rule))
        }
    }
}

fn reference(at: &str, object: &JsonObject<'_>) -> Result<IncomingItem, ApiError> {
    let mut names = object.fields().map(|(name, _)| name);
    if let Some(name) = names.find(|name| !["id", "type"].contains(name)) {
        let rule = "is not a field of an item_reference. The fields are `id`, `type`.";
        return Err(about(code::UNKNOWN_FIELD, at, name, rule));
    }
    let id = ids::read(&needed(at, object, "id")?);
    id.map(IncomingItem::Reference)
        .map_err(|error| absent(at, error))
}

fn absent(at: &str, error: Error) -> ApiError {
    ApiError::from(error).param(format!("{at}.id"))
}

/// An item that is not a message: kept as it is, but for its id.
fn other(at: &str, kind: &str, object: &JsonObject<'_>) -> Result<NewItem, ApiError> {
    let kind = ItemType::parse(kind).map_err(|error| error.within(at))?;
    let kept = object.fields().filter(|(name, _)| *name != "id");
    let parts = format!("[{}]", fields::written(kept));
    let role = kind.role_or(None).map_err(|error| error.within(at))?;
    let content = Content::parse_item(kind, Some(&parts), None);
    Ok(NewItem {
        role,
        content: content.map_err(|error| placed(error, at))?,
        call_id: None,
        reasoning: None,
    })
}

/// The failure by this face's names: the one object of `parts` is the item itself.
fn placed(error: Error, at: &str) -> ApiError {
    renamed(error, |param| match param.strip_prefix("parts") {
        Some(rest) => format!("{at}{}", rest.strip_prefix("[0]").unwrap_or(rest)),
        None => format!("{at}.{param}"),
    })
}
