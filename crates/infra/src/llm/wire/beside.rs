//! Objects in a stream that are not chunks.

use serde_json::Value;
use std::collections::BTreeMap;

/// Fields that servers send in a stream outside of chunks, and that are not text.
const BESIDE: [&str; 24] = [
    "id",
    "object",
    "model",
    "created",
    "timings",
    "usage",
    "x_groq",
    "system_fingerprint",
    "service_tier",
    "provider",
    "timestamp",
    "type",
    "event",
    "citations",
    "search_results",
    "related_questions",
    "sources",
    "metadata",
    "conversation_id",
    "message_id",
    "session_id",
    "request_id",
    "task_id",
    "created_at",
];

/// Whether this came in a stream in place of a chunk, and contains neither text nor an error.
pub(in crate::llm) fn is_beside_a_stream(json: &str) -> bool {
    let fields = serde_json::from_str::<BTreeMap<String, Value>>(json);
    let says_a_word = |name: &str, value: &Value| match name {
        "type" => {
            let word = value.as_str().unwrap_or_default();
            ["ping", "keepalive", "keep-alive", "heartbeat"].contains(&word)
        }
        // The name of a step, or a note that Open WebUI shows beside the reply.
        "event" => {
            let kind = value.get("type").and_then(Value::as_str);
            value.is_string() || matches!(kind, Some("status" | "citation" | "source" | "sources"))
        }
        _ => true,
    };
    fields.is_ok_and(|fields| {
        fields
            .iter()
            .all(|(name, value)| BESIDE.contains(&name.as_str()) && says_a_word(name, value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_beside_a_stream_holds_no_text() {
        for (json, expected) in [
            (r#"{"object":"keepalive"}"#, true),
            (r#"{"id":"a","model":"m"}"#, true),
            (r#"{"timings":{"prompt_ms":1}}"#, true),
            (r#"{"x_groq":{"id":"a"}}"#, true),
            (r#"{"type":"heartbeat"}"#, true),
            (
                r#"{"type":"response.output_text.delta","delta":"a"}"#,
                false,
            ),
            (r#"{"type":"message_stop"}"#, false),
            (r#"{"model":"m","response":"a"}"#, false),
            (r#"{"citations":["https://x"],"search_results":[]}"#, true),
            (r#"{"sources":[{"source":{"name":"x"}}]}"#, true),
            (r#"{"event":"message_start","id":"x"}"#, true),
            (
                r#"{"event":{"type":"status","data":{"description":"x"}}}"#,
                true,
            ),
            (
                r#"{"event":{"type":"message","data":{"content":"a"}}}"#,
                false,
            ),
            (r#"{"event":"message","answer":"a"}"#, false),
            (r#"{"hello":1}"#, false),
            (r#""a""#, false),
        ] {
            assert_eq!(is_beside_a_stream(json), expected, "{json}");
        }
    }
}
