//! Finds the message in a failure of any shape: OpenAI's and Azure's, Gemini's and Vertex AI's (a
//! list), Anthropic's, Ollama's, vLLM's, FastAPI's, Cloudflare's, MiniMax's, OpenRouter's (which
//! quote another provider's).

use reqwest::StatusCode;
use serde_json::Value;

/// How deep the search for a message goes.
const DEPTH: usize = 6;

/// How many messages of a list are used.
const MOST: usize = 5;

/// Fields with a message.
const TEXTS: &[&str] = &[
    "message",
    "Message",
    "msg",
    "error_message",
    "errorMessage",
    "error_msg",
    "errorMsg",
    "err_msg",
    "faultstring",
    "status_msg",
    "error_description",
    "description",
    "reason",
];

/// Fields with further details.
const INNER: &[&str] = &[
    "error",
    "errors",
    "detail",
    "details",
    "base_resp",
    "innererror",
    "response",
    "body",
    "fault",
    "err",
    "exception",
    "output",
    "data",
    "result",
    // OpenRouter's form of a failed choice.
    "choices",
];

/// The short title of a problem, used where there is no other text (RFC 9457).
const TITLE: &str = "title";

/// Fields to use where there is no text.
const CODES: &[&str] = &["status", "type", "code", "error_type"];

/// The provider's message.
pub(super) fn words(value: &Value) -> Option<String> {
    find(value, DEPTH).or_else(|| {
        let inner = value.get("error").unwrap_or(value);
        let mut codes = CODES.iter().filter_map(|name| inner.get(name)?.as_str());
        let number = value.get("error").and_then(Value::as_number);
        codes
            .next()
            .and_then(some)
            .or_else(|| number.map(ToString::to_string))
    })
}

fn find(value: &Value, depth: usize) -> Option<String> {
    let depth = depth.checked_sub(1)?;
    match value {
        Value::String(text) => {
            // Proxies quote the original answer.
            let inner = text.trim_start().starts_with(['{', '[']);
            let inner = inner
                .then(|| serde_json::from_str::<Value>(text).ok())
                .flatten();
            inner
                .and_then(|inner| find(&inner, depth))
                .or_else(|| some(text))
        }
        Value::Array(all) => {
            let each = all.iter().filter_map(|one| find(one, depth));
            let each: Vec<_> = each.take(MOST).collect();
            (!each.is_empty()).then(|| each.join("; "))
        }
        Value::Object(fields) => {
            let own = TEXTS
                .iter()
                .find_map(|name| find(fields.get(*name)?, depth));
            let own = own.map(|own| placed(value, own));
            let inner = INNER
                .iter()
                .find_map(|name| find(fields.get(*name)?, depth))
                .or_else(|| by_field(fields.get("errors")?, depth));
            // If the error is one word, such as "Bad Request", the message beside it says more.
            let error = fields.get("error");
            match error.is_some_and(|error| error.is_object() || error.is_array()) {
                true => inner.or(own),
                false => own.or(inner),
            }
            .or_else(|| find(fields.get(TITLE)?, depth))
        }
        _ => None,
    }
}

/// The messages of the fields, each with the field's name.
fn by_field(errors: &Value, depth: usize) -> Option<String> {
    let each = errors.as_object()?.iter();
    let each = each.filter_map(|(name, said)| Some(format!("{name}: {}", find(said, depth)?)));
    let each: Vec<_> = each.take(MOST).collect();
    (!each.is_empty()).then(|| each.join("; "))
}

/// The seconds after which a failure may have passed, in Gemini's form.
pub(super) fn delay(value: &Value) -> Option<f64> {
    let error = value
        .pointer("/error")
        .or_else(|| value.pointer("/0/error"))?;
    let mut details = error.get("details")?.as_array()?.iter();
    let delay = details.find_map(|detail| detail.get("retryDelay")?.as_str())?;
    delay.strip_suffix('s')?.parse().ok()
}

/// A message with its place: FastAPI's, or the quoted message of another provider in OpenRouter's.
fn placed(error: &Value, words: String) -> String {
    if let Some(Value::Array(place)) = error.get("loc") {
        let steps = place.iter().map(|step| match step {
            Value::String(name) => name.clone(),
            other => other.to_string(),
        });
        let place: Vec<_> = steps.collect();
        return format!("{}: {words}", place.join("."));
    }
    let quoted = error
        .pointer("/metadata/raw")
        .and_then(|raw| find(raw, DEPTH));
    match quoted {
        Some(quoted) if !words.contains(&quoted) => format!("{words}: {quoted}"),
        _ => words,
    }
}

fn some(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

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
            let told = ["message", "msg", "detail", "details"];
            let is_told = told
                .iter()
                .any(|name| fields.get(*name).is_some_and(is_there));
            named
                || in_choice
                || has_code("error_code")
                || says("object", "error")
                || says("type", "error")
                || code.is_some_and(|code| code.as_i64() != Some(0))
                || (!chosen && is_told)
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
    let places = ["/error", "", "/choices/0/error"];
    let names = ["http_status_code", "status_code", "code", "status"];
    let code = |value: &Value| match value {
        Value::Number(number) => u16::try_from(number.as_u64()?).ok(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    let found = places.iter().filter_map(|place| value.pointer(place));
    let mut codes = found.flat_map(|error| {
        names
            .iter()
            .filter_map(|name| code(error.get(name)?))
            .collect::<Vec<_>>()
    });
    let code = codes.find(|code| (400..600).contains(code))?;
    StatusCode::from_u16(code).ok()
}

/// The field that the provider blames.
pub(super) fn param(value: &Value) -> Option<String> {
    let param = value
        .pointer("/error/param")
        .or_else(|| value.pointer("/0/error/param"))?;
    param.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(json: &str) -> Option<String> {
        words(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn words_are_found_in_every_shape() {
        for json in [
            r#"{"error":{"message":"no","type":"x","param":null,"code":3}}"#,
            r#"{"error":"no"}"#,
            r#"{"error":"no","error_type":"validation"}"#,
            r#"[{"error":{"code":400,"message":"no","status":"INVALID_ARGUMENT"}}]"#,
            r#"{"object":"error","message":"no","code":400}"#,
            r#"{"detail":"no"}"#,
            r#"{"detail":{"message":"no"}}"#,
            r#"{"detail":[{"msg":"no","type":"x"}]}"#,
            r#"{"type":"error","error":{"type":"overloaded_error","message":"no"}}"#,
            r#"{"success":false,"errors":[{"code":7003,"message":"no"}],"result":null}"#,
            r#"{"base_resp":{"status_code":1008,"status_msg":"no"},"choices":null}"#,
            r#"{"code":"400","msg":"no"}"#,
            r#"{"message":"{\"error\":{\"message\":\"no\"}}"}"#,
            r#"{"error":{"message":{"error":{"message":"no"}}}}"#,
            r#"{"error":{"error":{"message":"no"}},"message":"Bad Request"}"#,
            r#"{"error":{"message":"no"},"message":"Compute error."}"#,
            r#"{"choices":[{"error":{"message":"x"}}],"error":{"message":"no"}}"#,
            r#"{"choices":[{"index":0,"error":{"code":503,"message":"no"}}]}"#,
            r#"{"choices":[{"index":0,"message":{"content":"x"},"error":{"message":"no"}}]}"#,
            r#"{"error":"Bad Request","message":"no","statusCode":400}"#,
            r#"{"code":400,"details":"no"}"#,
            r#"{"error":{"type":"no"}}"#,
            r#"{"error":{"code":"no","message":""}}"#,
            r#"{"Message":"no"}"#,
            r#"{"error_code":336003,"error_msg":"no"}"#,
            r#"{"fault":{"faultstring":"no","detail":{"errorcode":"x"}}}"#,
            r#"{"output":{"message":"no"},"request_id":"x"}"#,
            r#"{"data":{"error":"no"}}"#,
            r#"{"result":{"error":{"message":"no"}}}"#,
            r#"{"err":"no"}"#,
            r#"{"err":{"msg":"no"}}"#,
            r#"{"exception":"no"}"#,
            r#"{"type":"about:blank","title":"no","status":404}"#,
            r#"{"type":"about:blank","title":"Not Found","detail":"no"}"#,
            r#""no""#,
        ] {
            assert_eq!(said(json).as_deref(), Some("no"), "{json}");
        }
        let field =
            r#"{"detail":[{"loc":["body","messages",0],"msg":"field required"},{"msg":"b"}]}"#;
        assert_eq!(said(field).unwrap(), "body.messages.0: field required; b");
        let fields = r#"{"errors":{"model":["not found"],"n":["too many"]}}"#;
        assert_eq!(said(fields).unwrap(), "model: not found; n: too many");
        assert_eq!(said(r#"{"error":123}"#).unwrap(), "123");
        let quoted = r#"{"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"{\"error\":{\"message\":\"too long\"}}"}}}"#;
        assert_eq!(said(quoted).unwrap(), "Provider returned error: too long");
        for json in [
            "{}",
            "[]",
            "null",
            "7",
            r#"{"error":{}}"#,
            "[1]",
            r#"{"error":null}"#,
        ] {
            assert_eq!(said(json), None, "{json}");
        }
        let deep = format!("{}\"no\"{}", "[".repeat(100), "]".repeat(100));
        assert_eq!(said(&deep), None);
    }

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
