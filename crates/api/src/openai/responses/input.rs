//! The input of a request: items that can be sent to a model of chats.

use super::mistakes::refused;
use crate::error::{ApiError, code};
use crate::openai::items::IncomingItem;
use domain::items::{Content, ItemType, JsonObject, NewItem, Role, elements, first_elements, text};
use domain::responses::{Input, ItemEntry};

/// The most items of a request.
const MOST: usize = 1_000;

/// The types of items that can be sent to a model of chats, or that are left out for it.
const TYPES: [ItemType; 4] = [
    ItemType::MESSAGE,
    ItemType::FUNCTION_CALL,
    ItemType::FUNCTION_CALL_OUTPUT,
    ItemType::REASONING,
];

pub(super) fn read(input: Option<&str>) -> Result<Vec<Input>, ApiError> {
    let Some(input) = input else {
        return Ok(Vec::new());
    };
    if let Some(said) = text(input) {
        let content = Content::parse(said).map_err(|error| named(&error))?;
        return Ok(vec![Input::Item(ItemEntry::new(Role::User, content))]);
    }
    let items = first_elements(input, MOST + 1);
    let must = || {
        refused(
            code::INVALID_TYPE,
            "input",
            "must be a string or a list of items.",
        )
    };
    let items = items.ok_or_else(must)?;
    if items.len() > MOST {
        return Err(refused(
            code::INVALID_VALUE,
            "input",
            "must have at most 1,000 items.",
        ));
    }
    let each = items.into_iter().enumerate();
    each.map(|(index, item)| {
        let at = format!("input[{index}]");
        match IncomingItem::read(&at, item)? {
            IncomingItem::Reference(id) => Ok(Input::Reference(id)),
            IncomingItem::Item(item) => {
                check(&at, &item)?;
                Ok(Input::Item(ItemEntry::new(item.role, item.content)))
            }
        }
    })
    .collect()
}

fn named(error: &domain::error::Error) -> ApiError {
    let said = error.to_string();
    let rule = said.strip_prefix("content ").unwrap_or(&said);
    refused(code::INVALID_VALUE, "input", rule)
}

/// Refuses items that cannot be sent to a chat model, by name.
fn check(at: &str, item: &NewItem) -> Result<(), ApiError> {
    let kind = item.content.kind();
    if !TYPES.contains(kind) {
        let param = format!("{at}.type");
        let rule = format!(
            "`{:.100}` cannot be sent to a chat model. Leave the item out.",
            kind.as_str()
        );
        return Err(refused(code::UNSUPPORTED, &param, &rule));
    }
    let Some(parts) = item.content.parts() else {
        return Ok(());
    };
    if kind.is_message() {
        return parts_of(&format!("{at}.content"), &parts.each());
    }
    if *kind != ItemType::FUNCTION_CALL_OUTPUT {
        return Ok(());
    }
    let object = parts.object();
    let output = object.and_then(|object| object.get("output"));
    let output = output.and_then(elements).unwrap_or_default();
    let output: Vec<_> = output.into_iter().filter_map(JsonObject::parse).collect();
    parts_of(&format!("{at}.output"), &output)
}

fn parts_of(at: &str, parts: &[JsonObject<'_>]) -> Result<(), ApiError> {
    for (index, part) in parts.iter().enumerate() {
        let at = format!("{at}[{index}]");
        let kind = part.text("type").unwrap_or_default();
        let is_for_models = match kind.as_str() {
            "input_text" | "output_text" | "text" | "refusal" | "message.fields" => true,
            "input_image" => needs(&at, part, "image_url")?,
            "input_file" => needs(&at, part, "file_data")?,
            "input_audio" => part.get("input_audio").is_some(),
            _ => false,
        };
        if !is_for_models {
            let rule = format!("`{kind:.100}` cannot be sent to a chat model.");
            return Err(refused(code::UNSUPPORTED, &format!("{at}.type"), &rule));
        }
    }
    Ok(())
}

/// Files are given within the request, or by an address that the model's server reads.
fn needs(at: &str, part: &JsonObject<'_>, field: &str) -> Result<bool, ApiError> {
    if part.text(field).is_some() {
        return Ok(true);
    }
    let others = ["file_id", "file_url"];
    let given = others
        .into_iter()
        .find(|name| part.get(name).is_some_and(|value| value != "null"));
    match given {
        Some(name) => {
            let rule = format!("cannot be read here: send `{field}`.");
            Err(refused(code::UNSUPPORTED, &format!("{at}.{name}"), &rule))
        }
        None => {
            let param = format!("{at}.{field}");
            Err(refused(code::MISSING_FIELD, &param, "is required."))
        }
    }
}
