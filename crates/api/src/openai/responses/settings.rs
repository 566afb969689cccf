//! The fields of a request that a response gives back.

use super::mistakes::refused;
use crate::chat::Fields;
use crate::error::{ApiError, code};
use domain::items::{JsonObject, quoted, text};

/// The fields, with what they are where the request does not say. `model` is the requested one.
const DEFAULTS: [(&str, &str); 23] = [
    ("instructions", "null"),
    ("max_output_tokens", "null"),
    ("max_tool_calls", "null"),
    ("metadata", "{}"),
    ("model", "null"),
    ("parallel_tool_calls", "true"),
    ("prompt_cache_key", "null"),
    ("prompt_cache_retention", "null"),
    ("reasoning", r#"{"effort":null,"summary":null}"#),
    ("safety_identifier", "null"),
    ("service_tier", "\"default\""),
    ("store", "true"),
    ("temperature", "1.0"),
    ("text", r#"{"format":{"type":"text"}}"#),
    ("tool_choice", "\"auto\""),
    ("tools", "[]"),
    ("top_logprobs", "0"),
    ("top_p", "1.0"),
    ("truncation", "\"disabled\""),
    ("user", "null"),
    ("presence_penalty", "0.0"),
    ("frequency_penalty", "0.0"),
    ("background", "false"),
];

/// The JSON object of the fields that a response gives back.
pub(super) fn of(fields: &Fields, tools: &str) -> String {
    let each = DEFAULTS.iter().map(|(name, usual)| {
        let value = match *name {
            "tools" => tools,
            _ => fields.given(name).unwrap_or(usual),
        };
        format!("{}:{value}", quoted(name))
    });
    let each: Vec<_> = each.collect();
    format!("{{{}}}", each.join(","))
}

/// The most characters of the hints that are given back.
const HINT: usize = 512;

/// Checks the fields without an effect on the answer.
pub(super) fn check(fields: &Fields) -> Result<(), ApiError> {
    for name in [
        "prompt_cache_key",
        "prompt_cache_retention",
        "safety_identifier",
        "service_tier",
        "user",
    ] {
        let Some(value) = fields.given(name) else {
            continue;
        };
        let hint = text(value);
        let hint = hint.ok_or_else(|| refused(code::INVALID_TYPE, name, "must be a string."))?;
        if hint.chars().count() > HINT {
            return Err(refused(
                code::INVALID_VALUE,
                name,
                "must have at most 512 characters.",
            ));
        }
    }
    metadata(fields)
}

/// At most 16 pairs, keys up to 64 and values up to 512 characters.
fn metadata(fields: &Fields) -> Result<(), ApiError> {
    let Some(value) = fields.given("metadata") else {
        return Ok(());
    };
    let must = || {
        refused(
            code::INVALID_TYPE,
            "metadata",
            "must be an object of strings.",
        )
    };
    let pairs = JsonObject::parse(value).ok_or_else(must)?;
    if pairs.fields().count() > 16 {
        return Err(refused(
            code::INVALID_VALUE,
            "metadata",
            "must have at most 16 pairs.",
        ));
    }
    for (name, value) in pairs.fields() {
        let value = text(value).ok_or_else(must)?;
        if !(1..=64).contains(&name.chars().count()) || value.chars().count() > 512 {
            let rule = "must have keys of 1 to 64 characters and values of up to 512.";
            return Err(refused(code::INVALID_VALUE, "metadata", rule));
        }
    }
    Ok(())
}
