//! Tools of type function, in the words of chats. Others run at OpenAI alone, and are refused by
//! name.

use super::mistakes::refused;
use super::objects;
use crate::chat::Fields;
use crate::error::{ApiError, code};
use domain::items::{JsonObject, elements, first_elements, quoted, text};
use std::collections::HashSet;

/// The most tools of a request.
const MOST: usize = 512;

/// The tools of a request.
pub(super) struct Tools {
    /// As the response gives them back.
    pub(super) shown: String,
    /// Fields of the request to the provider.
    pub(super) options: Vec<(String, String)>,
}

struct Function {
    name: String,
    shown: String,
    sent: String,
}

pub(super) fn read(fields: &Fields) -> Result<Tools, ApiError> {
    let given = fields.given("tools").unwrap_or("[]");
    let list = first_elements(given, MOST + 1);
    let list = list.ok_or_else(|| refused(code::INVALID_TYPE, "tools", "must be a list."))?;
    if list.len() > MOST {
        return Err(refused(
            code::INVALID_VALUE,
            "tools",
            "must have at most 512 tools.",
        ));
    }
    let each = list.iter().enumerate();
    let functions = each.map(|(index, tool)| function(index, tool));
    let mut functions = functions.collect::<Result<Vec<_>, _>>()?;
    let shown: Vec<_> = functions
        .iter()
        .map(|function| function.shown.as_str())
        .collect();
    let shown = format!("[{}]", shown.join(","));
    let choice = choice(fields, &mut functions)?;
    let mut options = Vec::new();
    if !functions.is_empty() {
        let sent: Vec<_> = functions
            .iter()
            .map(|function| function.sent.as_str())
            .collect();
        options.push(("tools".to_owned(), format!("[{}]", sent.join(","))));
        options.extend(choice.map(|choice| ("tool_choice".to_owned(), choice)));
        if let Some(parallel) = fields.given("parallel_tool_calls") {
            options.push(("parallel_tool_calls".to_owned(), parallel.to_owned()));
        }
    }
    Ok(Tools { shown, options })
}

/// The fields of a function.
const FIELDS: [&str; 5] = ["type", "name", "description", "parameters", "strict"];

fn function(index: usize, tool: &str) -> Result<Function, ApiError> {
    let at = format!("tools[{index}]");
    let object = JsonObject::parse(tool);
    let object = object.ok_or_else(|| refused(code::INVALID_TYPE, &at, "must be an object."))?;
    let param = format!("{at}.type");
    let kind = object.text("type").unwrap_or_default();
    if kind != "function" {
        let rule = format!(
            "must be `function`: this server runs no tools, and cannot honour `{kind:.100}`."
        );
        return Err(refused(code::UNSUPPORTED, &param, &rule));
    }
    objects::only(&at, &object, &FIELDS)?;
    let name = objects::name(&format!("{at}.name"), object.get("name"), 128)?;
    objects::string(&format!("{at}.description"), object.get("description"))?;
    objects::flag(&format!("{at}.strict"), object.get("strict"))?;
    let parameters = object.get("parameters").filter(|value| *value != "null");
    if parameters.is_some_and(|value| JsonObject::parse(value).is_none()) {
        let param = format!("{at}.parameters");
        return Err(refused(code::INVALID_TYPE, &param, "must be an object."));
    }
    let given = |field| object.get(field).filter(|value| *value != "null");
    let null = |field| given(field).unwrap_or("null");
    let named = quoted(&name);
    let shown = format!(
        r#"{{"type":"function","name":{named},"description":{},"parameters":{},"strict":{}}}"#,
        null("description"),
        null("parameters"),
        null("strict"),
    );
    let mut sent = format!(r#"{{"type":"function","function":{{"name":{named}"#);
    for field in ["description", "parameters", "strict"] {
        if let Some(value) = given(field) {
            sent.push_str(&format!(r#","{field}":{value}"#));
        }
    }
    sent.push_str("}}");
    Ok(Function { name, shown, sent })
}

/// The choice in the words of chats. If it allows only some of the functions, the others are not
/// sent to the model.
fn choice(fields: &Fields, functions: &mut Vec<Function>) -> Result<Option<String>, ApiError> {
    let Some(choice) = fields.given("tool_choice") else {
        return Ok(None);
    };
    const NAME: &str = "tool_choice";
    if let Some(word) = text(choice) {
        return match word.as_str() {
            "auto" | "none" | "required" => Ok(Some(quoted(&word))),
            _ => {
                let rule = "must be `auto`, `none`, `required` or an object.";
                Err(refused(code::INVALID_VALUE, NAME, rule))
            }
        };
    }
    let object = JsonObject::parse(choice);
    let object = object
        .ok_or_else(|| refused(code::INVALID_TYPE, NAME, "must be a string or an object."))?;
    match object.text("type").unwrap_or_default().as_str() {
        "function" => {
            objects::only(NAME, &object, &["type", "name"])?;
            let name = object.text("name").unwrap_or_default();
            if !functions.iter().any(|function| function.name == name) {
                let rule = "must name one of the tools.";
                return Err(refused(code::INVALID_VALUE, "tool_choice.name", rule));
            }
            let name = quoted(&name);
            Ok(Some(format!(
                r#"{{"type":"function","function":{{"name":{name}}}}}"#
            )))
        }
        "allowed_tools" => {
            objects::only(NAME, &object, &["type", "mode", "tools"])?;
            let allowed = object.get("tools").and_then(elements).unwrap_or_default();
            let allowed = allowed.into_iter().filter_map(JsonObject::parse);
            let allowed: HashSet<_> = allowed.filter_map(|tool| tool.text("name")).collect();
            functions.retain(|function| allowed.contains(&function.name));
            let mode = object.text("mode").unwrap_or_else(|| "auto".to_owned());
            match mode.as_str() {
                "auto" | "required" => Ok(Some(quoted(&mode))),
                _ => {
                    let rule = "must be `auto` or `required`.";
                    Err(refused(code::INVALID_VALUE, "tool_choice.mode", rule))
                }
            }
        }
        other => {
            let rule = format!(
                "must be of type `function`, not `{other:.100}`: others run at OpenAI alone."
            );
            Err(refused(code::UNSUPPORTED, NAME, &rule))
        }
    }
}
