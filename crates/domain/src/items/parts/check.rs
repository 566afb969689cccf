//! The rules for parts.

use super::kind::ItemType;
use super::object::{JsonObject, first_elements, text};
use super::part::Part;
use super::tally::{Unsound, characters};
use crate::error::{Error, Invalid, InvalidReason, Result};

const PARAM: &str = "parts";

/// The most parts of an item.
const MOST: usize = 1_000;
/// The most characters of text.
const MAX_CHARACTERS: usize = 1_000_000;
/// The most bytes of JSON, without blanks.
pub(super) const MAX_BYTES: usize = 4 * 1024 * 1024;

pub(super) fn too_large() -> Error {
    let message = "parts must have at most 4 MiB (4,194,304 bytes) of JSON in all.";
    Error::invalid(PARAM, message)
}

pub(super) fn check(kind: &ItemType, json: &str) -> Result<()> {
    let characters = characters(json).map_err(unsound)?;
    if characters > MAX_CHARACTERS {
        let message = format!(
            "parts must have at most 1,000,000 characters of text in all, arguments and output \
             included; these have {characters}."
        );
        return Err(Error::invalid(PARAM, message));
    }
    let Some(parts) = first_elements(json, MOST + 1) else {
        return Err(Error::mistyped(PARAM, "parts must be a list of objects."));
    };
    if !(1..=MOST).contains(&parts.len()) {
        return Err(Error::invalid(PARAM, "parts must have 1 to 1,000 parts."));
    }
    if !kind.is_message() && parts.len() != 1 {
        let message = format!(
            "parts must have one object, with the fields of the {}.",
            kind.as_str()
        );
        return Err(Error::invalid(PARAM, message));
    }
    for (index, part) in parts.into_iter().enumerate() {
        let at = format!("{PARAM}[{index}]");
        let Some(part) = JsonObject::parse(part) else {
            return Err(Error::mistyped(at, "Each part must be an object."));
        };
        match kind.is_message() {
            true => check_part(&at, &part)?,
            false => check_object(&at, kind, &part)?,
        }
    }
    Ok(())
}

fn check_part(at: &str, part: &JsonObject<'_>) -> Result<()> {
    let Some(kind) = part.text("type") else {
        let message = "Each part must have a type, such as input_text.";
        return Err(Error::invalid(format!("{at}.type"), message));
    };
    match Part::text_field(&kind) {
        Some(field) if part.text(field).is_none() => Err(no_text(at, part, field)),
        _ => Ok(()),
    }
}

/// The fields that tie a call to its output, and those that a model needs.
fn check_object(at: &str, kind: &ItemType, object: &JsonObject<'_>) -> Result<()> {
    if object
        .get("type")
        .is_some_and(|of| text(of).as_deref() != Some(kind.as_str()))
    {
        let message = "type must be the type of the item, or absent.";
        return Err(Error::invalid(format!("{at}.type"), message));
    }
    let texts: &[&str] = match kind.as_str() {
        "function_call" => &["call_id", "name", "arguments"],
        "function_call_output" => &["call_id"],
        _ => &[],
    };
    if let Some(field) = texts.iter().find(|field| object.text(field).is_none()) {
        return Err(no_text(at, object, field));
    }
    let output = object.get("output").unwrap_or_default();
    if *kind == ItemType::FUNCTION_CALL_OUTPUT && !output.starts_with(['"', '[']) {
        let message = "output must be a text or a list of parts.";
        return Err(Error::mistyped(format!("{at}.output"), message));
    }
    Ok(())
}

fn no_text(at: &str, object: &JsonObject<'_>, field: &str) -> Error {
    let param = format!("{at}.{field}");
    match object.get(field) {
        None => Error::missing(&param),
        Some(_) => Error::mistyped(param, format!("{field} must be a text.")),
    }
}

fn unsound(unsound: Unsound) -> Error {
    let (reason, message) = match unsound {
        Unsound::Nul => (
            InvalidReason::NulCharacter,
            "parts must not contain the NUL character (U+0000).".to_owned(),
        ),
        Unsound::Twice(name) => (
            InvalidReason::Twice,
            format!("parts has the name {name:?} twice in one object."),
        ),
        Unsound::Unreadable(why) => (
            InvalidReason::Value,
            format!("parts cannot be kept: {why}."),
        ),
    };
    Error::Invalid(Invalid {
        param: Some(PARAM.to_owned()),
        reason,
        message,
    })
}
