//! Fields of a request in the words of chats.

use super::mistakes::refused;
use crate::chat::Fields;
use crate::error::{ApiError, code};
use domain::error::Error;
use domain::items::{JsonObject, quoted};

/// Numbers that are passed to the provider: their names here and there, and their ranges.
const NUMBERS: [(&str, &str, f64, f64); 5] = [
    ("temperature", "temperature", 0.0, 2.0),
    ("top_p", "top_p", 0.0, 1.0),
    ("presence_penalty", "presence_penalty", -2.0, 2.0),
    ("frequency_penalty", "frequency_penalty", -2.0, 2.0),
    ("max_output_tokens", "max_tokens", 1.0, 1e9),
];

pub(super) fn numbers(
    fields: &Fields,
    options: &mut Vec<(String, String)>,
) -> Result<(), ApiError> {
    for (name, sent_name, least, most) in NUMBERS {
        let Some(value) = fields.given(name) else {
            continue;
        };
        let number = serde_json::from_str::<f64>(value)
            .map_err(|_| refused(code::INVALID_TYPE, name, "must be a number."))?;
        let is_whole = name != "max_output_tokens" || number.fract() == 0.0;
        if !(least..=most).contains(&number) || !is_whole {
            let rule = format!("must be {least} to {most}.");
            return Err(refused(code::INVALID_VALUE, name, &rule));
        }
        let written = match name {
            "max_output_tokens" => format!("{number:.0}"),
            _ => value.to_owned(),
        };
        options.push((sent_name.to_owned(), written));
    }
    if let Some(value) = fields.given("max_tool_calls")
        && serde_json::from_str::<u32>(value).is_err()
    {
        return Err(refused(
            code::INVALID_TYPE,
            "max_tool_calls",
            "must be a whole number, 0 or more.",
        ));
    }
    Ok(())
}

/// The form of the text, and how long the model thinks.
pub(super) fn texts(fields: &Fields, options: &mut Vec<(String, String)>) -> Result<(), ApiError> {
    let object = |name: &'static str| {
        let given = fields.given(name);
        let object = given.map(|value| JsonObject::parse(value).ok_or(name));
        let object = object.transpose();
        object.map_err(|name| refused(code::INVALID_TYPE, name, "must be an object."))
    };
    if let Some(reasoning) = object("reasoning")?
        && let Some(effort) = reasoning.text("effort")
    {
        options.push(("reasoning_effort".to_owned(), quoted(&effort)));
    }
    let Some(form) = object("text")? else {
        return Ok(());
    };
    if let Some(verbosity) = form.text("verbosity") {
        options.push(("verbosity".to_owned(), quoted(&verbosity)));
    }
    let Some(format) = form.get("format").and_then(JsonObject::parse) else {
        return Ok(());
    };
    match format.text("type").unwrap_or_default().as_str() {
        "text" => {}
        "json_object" => {
            options.push((
                "response_format".to_owned(),
                r#"{"type":"json_object"}"#.to_owned(),
            ));
        }
        "json_schema" => {
            let given = format
                .fields()
                .filter(|(name, value)| *name != "type" && *value != "null");
            let given: Vec<_> = given
                .map(|(name, value)| format!("{}:{value}", quoted(name)))
                .collect();
            let format = format!(
                r#"{{"type":"json_schema","json_schema":{{{}}}}}"#,
                given.join(",")
            );
            options.push(("response_format".to_owned(), format));
        }
        _ => {
            let rule = "must be `text`, `json_object` or `json_schema`.";
            return Err(
                Error::invalid("text.format.type", format!("text.format.type {rule}")).into(),
            );
        }
    }
    Ok(())
}
