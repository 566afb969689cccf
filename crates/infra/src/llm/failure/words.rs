//! Finds the message in a failure of any shape: OpenAI's and Azure's, Gemini's and Vertex AI's (a
//! list), Anthropic's, Ollama's, vLLM's, FastAPI's, Cloudflare's, MiniMax's, OpenRouter's (which
//! quote another provider's).

use super::duration;
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

/// The short title of a problem, used if the failure has no other text (RFC 9457).
const TITLE: &str = "title";

/// Fields to use if the failure has no text.
const CODES: &[&str] = &["status", "type", "code", "error_type"];

/// The provider's message.
pub(super) fn words(value: &Value) -> Option<String> {
    find(value, DEPTH).or_else(|| by_codes(value))
}

/// The description of a failure that has only codes: these, and the field at fault.
fn by_codes(value: &Value) -> Option<String> {
    let inner = value.get("error").unwrap_or(value);
    let mut codes: Vec<&str> = Vec::new();
    for code in CODES.iter().filter_map(|name| inner.get(name)?.as_str()) {
        let code = code.trim();
        if !code.is_empty() && !codes.contains(&code) {
            codes.push(code);
        }
    }
    let number = value.get("error").and_then(Value::as_number);
    let codes = match codes.is_empty() {
        true => number?.to_string(),
        false => codes.join(": "),
    };
    Some(match param(value) {
        Some(param) if !param.is_empty() => format!("{codes} ({param})"),
        _ => codes,
    })
}

/// Whether the failure has a sentence.
pub(super) fn has_words(value: &Value) -> bool {
    find(value, DEPTH).is_some()
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
            // If the error is one word, such as "Bad Request", the message next to it says more.
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

/// The seconds to wait, by a failure's own field: Gemini's.
pub(super) fn delay(value: &Value) -> Option<f64> {
    let error = value
        .pointer("/error")
        .or_else(|| value.pointer("/0/error"))?;
    if let Some(seconds) = error.get("retry_after").and_then(Value::as_f64) {
        return Some(seconds);
    }
    let mut details = error.get("details")?.as_array()?.iter();
    let delay = details.find_map(|detail| detail.get("retryDelay")?.as_str())?;
    duration::seconds(delay)
}

/// A message with its place: FastAPI's, or the quoted message of another provider in OpenRouter's.
fn placed(error: &Value, words: String) -> String {
    if let Some(Value::Array(path)) = error.get("loc") {
        let steps = path.iter().map(|step| match step {
            Value::String(name) => name.clone(),
            other => other.to_string(),
        });
        let path: Vec<_> = steps.collect();
        return format!("{}: {words}", path.join("."));
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
}
