//! Calls of tools, and their outputs, as items.

use super::Fields;
use super::content::string;
use super::elements::each_element;
use super::fields::says_nothing;
use super::refused::{missing, mistyped, refused_object};
use crate::error::ApiError;
use domain::chat::{NewMessage, Unkept};
use domain::error::Error;
use domain::items::{Content, Role};
use domain::replies::{Call, call, output as as_item};

/// The calls of a reply.
pub(super) fn calls(at: &str, fields: &Fields) -> Result<Vec<Content>, ApiError> {
    let Some(calls) = fields
        .get("tool_calls")
        .filter(|calls| !says_nothing(calls))
    else {
        return Ok(Vec::new());
    };
    let at = format!("{at}.tool_calls");
    let mut read = Vec::new();
    let each = each_element(calls, |index, one| {
        let at = format!("{at}[{index}]");
        let fields = Fields::parse(one).map_err(|error| refused_object(&at, &error))?;
        read.push(one_call(&at, &fields)?);
        Ok(())
    });
    match each {
        Ok(()) => Ok(read),
        Err(refused) => Err(refused.unwrap_or_else(|| mistyped(&at, "must be an array of calls"))),
    }
}

fn one_call(at: &str, fields: &Fields) -> Result<Content, ApiError> {
    let kind = fields.get("type").and_then(string);
    if kind.is_some_and(|kind| kind != "function") {
        let message =
            format!("{at}.type must be function when the message goes into a conversation.");
        return Err(Error::unkept(format!("{at}.type"), message).into());
    }
    let text = |fields: &Fields, name: &str| fields.get(name).and_then(string);
    let function = fields
        .given("function")
        .ok_or_else(|| missing(at, "function"))?;
    let inner = format!("{at}.function");
    let function = Fields::parse(function).map_err(|error| refused_object(&inner, &error))?;
    let content = call(&Call {
        id: text(fields, "id").ok_or_else(|| missing(at, "id"))?,
        name: text(&function, "name").ok_or_else(|| missing(&inner, "name"))?,
        arguments: text(&function, "arguments").ok_or_else(|| missing(&inner, "arguments"))?,
    });
    Ok(content.map_err(|error| placed(at, &error))?)
}

/// The failure by the name that the client knows: it has sent no `parts`.
fn placed(at: &str, error: &Error) -> Error {
    let said = error.to_string();
    let rule = said.strip_prefix("parts ");
    Error::invalid(at, rule.map_or(said.clone(), |rule| format!("{at} {rule}")))
}

/// The output of a call.
pub(super) fn output(
    index: usize,
    at: &str,
    fields: &Fields,
    text: String,
) -> Result<NewMessage, ApiError> {
    let id = fields.given("tool_call_id").and_then(string);
    let id = id.ok_or_else(|| missing(at, "tool_call_id"))?;
    let content = as_item(&id, &text);
    let is_kept = |name: &str| matches!(name, "role" | "content" | "tool_call_id" | "name");
    let mut fields = fields.iter();
    let beside = fields.find(|(name, value)| !is_kept(name) && !says_nothing(value));
    Ok(NewMessage {
        at: index,
        role: Role::Tool,
        content: content.map_err(|error| placed(at, &error))?,
        reasoning: None,
        unkept: beside.map(|(name, _)| Unkept {
            param: format!("{at}.{name}"),
            why: format!("{at}.{name} cannot be kept in a conversation. Leave it out."),
        }),
    })
}
