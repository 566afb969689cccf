//! Checks the objects within a request: each field is known, and has a value that can be honoured.

use super::mistakes::refused;
use crate::chat::Fields;
use crate::error::{ApiError, code};
use domain::items::{JsonObject, text};
use domain::json::{Unique, Unread, inspect, reason};

/// Checks `reasoning`, `text`, `stream_options` and `prompt_cache_retention`.
pub(super) fn check(fields: &Fields) -> Result<(), ApiError> {
    if let Some(reasoning) = object(fields, "reasoning")? {
        only(
            "reasoning",
            &reasoning,
            &["effort", "summary", "generate_summary"],
        )?;
        string("reasoning.effort", reasoning.get("effort"))?;
        for (param, name) in [
            ("reasoning.summary", "summary"),
            ("reasoning.generate_summary", "generate_summary"),
        ] {
            one_of(param, reasoning.get(name), &["auto", "concise", "detailed"])?;
        }
    }
    if let Some(form) = object(fields, "text")? {
        only("text", &form, &["format", "verbosity"])?;
        one_of(
            "text.verbosity",
            form.get("verbosity"),
            &["low", "medium", "high"],
        )?;
        format(form.get("format"))?;
    }
    if let Some(options) = object(fields, "stream_options")? {
        only("stream_options", &options, &["include_obfuscation"])?;
        flag(
            "stream_options.include_obfuscation",
            options.get("include_obfuscation"),
        )?;
    }
    one_of(
        "prompt_cache_retention",
        fields.given("prompt_cache_retention"),
        &["in_memory", "in-memory", "24h"],
    )
}

/// The form of the text. The type itself is checked where it is sent to the model.
fn format(given: Option<&str>) -> Result<(), ApiError> {
    const AT: &str = "text.format";
    let Some(given) = given.filter(|value| *value != "null") else {
        return Ok(());
    };
    let must = || refused(code::INVALID_TYPE, AT, "must be an object.");
    let format = JsonObject::parse(given).ok_or_else(must)?;
    if format.text("type").as_deref() != Some("json_schema") {
        return only(AT, &format, &["type"]);
    }
    let known = ["type", "name", "description", "schema", "strict"];
    only(AT, &format, &known)?;
    name("text.format.name", format.get("name"), 64)?;
    string("text.format.description", format.get("description"))?;
    flag("text.format.strict", format.get("strict"))?;
    match format.get("schema").and_then(JsonObject::parse) {
        Some(_) => Ok(()),
        None => Err(refused(
            code::INVALID_TYPE,
            "text.format.schema",
            "must be an object.",
        )),
    }
}

/// A field that must be an object.
fn object<'a>(fields: &'a Fields, name: &str) -> Result<Option<JsonObject<'a>>, ApiError> {
    let object = fields.given(name).map(|value| {
        let object = JsonObject::parse(value);
        object.ok_or_else(|| refused(code::INVALID_TYPE, name, "must be an object."))
    });
    object.transpose()
}

/// Refuses other fields than these.
pub(super) fn only(at: &str, object: &JsonObject<'_>, known: &[&str]) -> Result<(), ApiError> {
    let mut names = object.fields().map(|(name, _)| name);
    let Some(name) = names.find(|name| !known.contains(name)) else {
        return Ok(());
    };
    let known: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
    let rule = format!(
        "is not a field of {at}. The fields are {}.",
        known.join(", ")
    );
    Err(refused(
        code::UNKNOWN_FIELD,
        &format!("{at}.{name:.200}"),
        &rule,
    ))
}

/// The name of a function or of a schema.
pub(super) fn name(param: &str, value: Option<&str>, most: usize) -> Result<String, ApiError> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    let name = value.and_then(text);
    let name = name.filter(|name| (1..=most).contains(&name.len()) && name.chars().all(is_word));
    name.ok_or_else(|| {
        let rule = format!("must be a name of 1 to {most} letters, digits, _ and -.");
        refused(code::INVALID_VALUE, param, &rule)
    })
}

/// A field that must be a string, if it is given.
pub(super) fn string(param: &str, value: Option<&str>) -> Result<(), ApiError> {
    match value.filter(|value| *value != "null") {
        Some(value) if text(value).is_none() => {
            Err(refused(code::INVALID_TYPE, param, "must be a string."))
        }
        _ => Ok(()),
    }
}

/// A field that must be true or false, if it is given.
pub(super) fn flag(param: &str, value: Option<&str>) -> Result<(), ApiError> {
    match value {
        None | Some("null" | "true" | "false") => Ok(()),
        Some(_) => Err(refused(code::INVALID_TYPE, param, "must be true or false.")),
    }
}

/// A field that must be one of these words, if it is given.
fn one_of(param: &str, value: Option<&str>, words: &[&str]) -> Result<(), ApiError> {
    string(param, value)?;
    match value.and_then(text) {
        Some(word) if !words.contains(&word.as_str()) => {
            let words: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
            let rule = format!("must be one of {}.", words.join(", "));
            Err(refused(code::INVALID_VALUE, param, &rule))
        }
        _ => Ok(()),
    }
}

/// Refuses a value in which an object has a name twice, or that is too deep to be read.
pub(super) fn without_twins(param: &str, value: &str) -> Result<(), ApiError> {
    match inspect(value, &[], Unique::Everywhere) {
        Ok(_) => Ok(()),
        Err(Unread::Twice(name)) => {
            let rule = format!("has the name {name:?} twice in one object.");
            Err(refused(code::DUPLICATE_FIELD, param, &rule))
        }
        Err(Unread::Unreadable(why)) => Err(refused(
            code::INVALID_VALUE,
            param,
            &format!("cannot be read: {}.", reason(&why)),
        )),
    }
}
