//! Signs that JSON with status 200 reports a failure, and which one.

use super::words::has_words;
use reqwest::StatusCode;
use serde_json::{Map, Value};

/// Whether JSON that came instead of a completion is a failure.
pub(super) fn is_failure(value: &Value) -> bool {
    let says = |name, what| value.get(name).and_then(Value::as_str) == Some(what);
    let is_there = |value: &Value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(all) => !all.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        _ => true,
    };
    match value {
        Value::Array(all) => all.first().is_some_and(is_failure),
        Value::Object(fields) => {
            let has_code = |name| {
                fields
                    .get(name)
                    .is_some_and(|code| is_there(code) && *code != 0)
            };
            let named = ["error", "errors", "fault", "err", "exception", "error_msg"]
                .iter()
                .any(|name| fields.get(*name).is_some_and(is_there));
            let code = value.pointer("/base_resp/status_code");
            let choices = fields.get("choices").and_then(Value::as_array);
            let in_choice = choices
                .into_iter()
                .flatten()
                .any(|choice| choice.get("error").is_some_and(is_there));
            let chosen = choices.is_some_and(|choices| !choices.is_empty());
            let fields_of_failures = ["message", "msg", "detail", "details"];
            // A message of another API is an object, and no words.
            let has_such_a_field = !says_success(fields)
                && fields_of_failures
                    .iter()
                    .any(|name| fields.get(*name).is_some_and(has_words));
            named
                || in_choice
                || has_code("error_code")
                || says("object", "error")
                || says("type", "error")
                || code.is_some_and(|code| code.as_i64() != Some(0))
                || (!chosen && has_such_a_field)
        }
        _ => false,
    }
}

/// The status that a failure under 200 contains as its code.
pub(super) fn status(value: &Value) -> Option<StatusCode> {
    let value = match value {
        Value::Array(all) => all.first()?,
        value => value,
    };
    let pointers = ["/error", "", "/choices/0/error"];
    let names = ["http_status_code", "status_code", "code", "status"];
    let code = |value: &Value| match value {
        Value::Number(number) => u16::try_from(number.as_u64()?).ok(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    let found = pointers.iter().filter_map(|pointer| value.pointer(pointer));
    let mut codes = found.flat_map(|error| {
        names
            .iter()
            .filter_map(|name| code(error.get(name)?))
            .collect::<Vec<_>>()
    });
    let code = codes.find(|code| (400..600).contains(code))?;
    StatusCode::from_u16(code).ok()
}

/// Whether it says that all went well, as an envelope around something else does.
fn says_success(fields: &Map<String, Value>) -> bool {
    let is = |name: &str, known: &[&str]| {
        let said = fields.get(name).map(|said| match said {
            Value::String(text) => text.to_ascii_lowercase(),
            other => other.to_string(),
        });
        said.is_some_and(|said| known.contains(&said.as_str()))
    };
    is("code", &["0", "200", "ok", "success"])
        || is("status", &["200", "ok", "success"])
        || is("success", &["true"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_failure_under_200_is_known_and_so_is_its_status() {
        for (json, expected) in [
            (r#"{"error":{"message":"no","code":429}}"#, Some(429)),
            (r#"[{"error":{"message":"no","code":400}}]"#, Some(400)),
            (
                r#"{"error":{"message":"no","http_status_code":422}}"#,
                Some(422),
            ),
            (
                r#"{"object":"error","message":"no","code":"404"}"#,
                Some(404),
            ),
            (
                r#"{"choices":[{"error":{"code":502,"message":"no"}}]}"#,
                Some(502),
            ),
            (
                r#"{"error":{"message":"no","code":"rate_limit_exceeded"}}"#,
                Some(0),
            ),
            (r#"{"error":"no"}"#, Some(0)),
            (r#"{"base_resp":{"status_code":1008}}"#, Some(0)),
            (r#"{"base_resp":{"status_code":0},"choices":[{}]}"#, None),
            (r#"{"choices":[{}],"error":null,"message":"x"}"#, None),
            (r#"{"choices":[],"error":{}}"#, None),
            (r#"{"error_code":336003,"error_msg":"no"}"#, Some(0)),
            (r#"{"error_code":0,"choices":[{}]}"#, None),
            (r#"{"fault":{"faultstring":"no"}}"#, Some(0)),
            (r#"{"hello":1}"#, None),
            ("[1]", None),
        ] {
            let value: Value = serde_json::from_str(json).unwrap();
            let code = status(&value).map_or(0, |status| status.as_u16());
            assert_eq!(is_failure(&value).then_some(code), expected, "{json}");
        }
    }
}
