//! The fields of the provider's answers that the service reads.

mod beside;
mod models;
mod said;
mod text;
mod whole;

use super::failure;
use super::settings::ProviderKey;
use domain::error::ProviderFailure;
use domain::replies::CallPiece;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

pub(super) use beside::is_beside_a_stream;
pub(super) use models::{is_part_of_the_list, models};
pub(super) use text::Joined;
pub(super) use whole::{put_together, whole_as_chunk};

/// A completion, or a chunk of one.
#[derive(Deserialize)]
struct Completion<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    model: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "given")]
    choices: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
    /// For chunks without choices.
    #[serde(borrow)]
    object: Option<&'a RawValue>,
    #[serde(borrow)]
    usage: Option<&'a RawValue>,
    #[serde(borrow, rename = "type")]
    kind: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow)]
    index: Option<&'a RawValue>,
    /// In a chunk.
    #[serde(borrow)]
    delta: Option<&'a RawValue>,
    /// In a whole completion.
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    /// In the older API for completions.
    #[serde(borrow)]
    text: Option<&'a RawValue>,
    #[serde(borrow)]
    finish_reason: Option<&'a RawValue>,
    /// Of some of Gemini's.
    #[serde(borrow, rename = "finishReason")]
    finish_reason_of_gemini: Option<&'a RawValue>,
    /// Where others have a delta or a message.
    #[serde(borrow)]
    content: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

/// A member that is present, even if it is null.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// The content of a completion or a chunk. Texts are for [`Joined`].
#[derive(Debug, Default)]
pub(super) struct ReadContent {
    pub(super) text: Vec<u8>,
    pub(super) reasoning: Vec<u8>,
    pub(super) id: Option<String>,
    pub(super) model: Option<String>,
    pub(super) finish_reason: Option<String>,
    pub(super) calls_a_tool: bool,
    pub(super) calls: Vec<CallPiece>,
    pub(super) refuses: bool,
    pub(super) unkept: Option<String>,
    /// A field that is not understood, of a message without any other content.
    pub(super) unread: Option<String>,
    /// Whether the value is a whole completion.
    pub(super) is_whole: bool,
    pub(super) has_choices: bool,
}

/// Reads a completion or a chunk; `None` when the text is neither.
pub(super) fn read(
    json: &str,
    key: Option<&ProviderKey>,
) -> Result<Option<ReadContent>, ProviderFailure> {
    let Ok(completion) = serde_json::from_str::<Completion<'_>>(json) else {
        return match failure::within(json, key) {
            Some(failure) => Err(failure),
            None => Ok(None),
        };
    };
    let choices = completion.choices;
    let choices = choices.map(|raw| serde_json::from_str::<Option<Vec<Choice<'_>>>>(raw.get()));
    let Ok(choices) = choices.transpose() else {
        return Ok(None);
    };
    let is_failure = |raw: &RawValue| !matches!(raw.get(), "null" | "false" | "\"\"" | "{}");
    let choices_are_given = choices.is_some();
    let choices = choices.flatten().unwrap_or_default();
    let failed = [completion.error]
        .into_iter()
        .chain(choices.iter().map(|choice| choice.error));
    if (failed.flatten().any(is_failure) || choices.is_empty())
        && let Some(failure) = failure::within(json, key)
    {
        return Err(failure);
    }
    // Some chunks of Azure's have an empty name of the model, and an empty id.
    let named = |raw: Option<&RawValue>| {
        let name = raw.and_then(text::string);
        name.filter(|name| !name.is_empty())
    };
    let is_empty_chunk = choices_are_given || completion.is_beside_the_text();
    let read = match choices.is_empty() {
        true if !is_empty_chunk => return Ok(None),
        true => ReadContent::default(),
        false => of_choices(&choices),
    };
    Ok(Some(ReadContent {
        id: named(completion.id),
        model: named(completion.model),
        ..read
    }))
}

impl Completion<'_> {
    /// Whether the value has the form of a chunk without choices: usage, or a keep-alive.
    fn is_beside_the_text(&self) -> bool {
        let says = |raw: Option<&RawValue>, what: &str| {
            raw.and_then(text::string)
                .is_some_and(|said| said.starts_with(what))
        };
        self.choices.is_some()
            || self.usage.is_some()
            || says(self.object, "chat.completion")
            || says(self.kind, "ping")
    }
}

impl Choice<'_> {
    /// The message, and whether it is a whole one. Some servers write an empty delta next to the
    /// whole message.
    fn said(&self) -> (said::WireContent, bool) {
        let forms = [
            (self.delta, false),
            (self.message, true),
            (self.text, false),
            (self.content, false),
        ];
        let given = forms
            .into_iter()
            .filter_map(|(raw, is_whole)| Some((said::read(raw?), is_whole)));
        let mut all: Vec<_> = given.collect();
        let first = all.iter().position(|(said, _)| !said.is_empty());
        match all.is_empty() {
            true => (said::WireContent::default(), false),
            false => all.swap_remove(first.unwrap_or_default()),
        }
    }
}

/// Reads the first choice; others are ignored. Some servers write it in several pieces.
fn of_choices(choices: &[Choice<'_>]) -> ReadContent {
    let mut read = ReadContent {
        has_choices: true,
        ..ReadContent::default()
    };
    let is_first = |choice: &Choice<'_>| {
        choice
            .index
            .is_none_or(|index| matches!(index.get(), "0" | "null" | "\"0\"" | "0.0"))
    };
    for choice in choices {
        if !is_first(choice) {
            // If several choices were requested, the answer is passed on and not stored.
            let other = || Some("choice".to_owned());
            read.unkept = read.unkept.take().or_else(other);
            continue;
        }
        let gemini = choice.finish_reason_of_gemini;
        let given = choice.finish_reason.and_then(reason);
        let reason = given.or_else(|| gemini.and_then(reason));
        read.finish_reason = read.finish_reason.take().or(reason);
        let (said, is_whole) = choice.said();
        read.is_whole |= is_whole;
        read.text.extend(said.text);
        read.reasoning.extend(said.thought);
        read.calls_a_tool |= said.calls_a_tool;
        read.calls.extend(said.calls);
        read.refuses |= said.refuses;
        read.unkept = read.unkept.take().or(said.unkept);
        read.unread = read.unread.take().or(said.unread);
    }
    let ends_in_a_call = matches!(
        read.finish_reason.as_deref(),
        Some("tool_calls" | "function_call" | "tool_call" | "tool_use")
    );
    read.calls_a_tool |= ends_in_a_call;
    read
}

/// Reads a finish reason. Some servers write an empty one until there is one.
fn reason(raw: &RawValue) -> Option<String> {
    let reason = match raw.get() {
        "null" | "false" => None,
        other => Some(text::string(raw).unwrap_or_else(|| other.to_owned())),
    };
    let is_none = |reason: &str| {
        ["", "null", "none", "undefined", "finish_reason_unspecified"]
            .iter()
            .any(|none| reason.eq_ignore_ascii_case(none))
    };
    reason.filter(|reason| !is_none(reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(json: &str) -> Option<ReadContent> {
        read(json, None).unwrap()
    }

    fn said(json: &str) -> String {
        String::from_utf8(found(json).unwrap().text).unwrap()
    }

    #[test]
    fn the_first_choice_is_what_counts() {
        let json = r#"{"model":"m","choices":[{"index":1,"delta":{"content":"b"}},{"index":0,"delta":{"content":"a"},"finish_reason":null}]}"#;
        let chunk = found(json).unwrap();
        assert_eq!(
            (chunk.text.as_slice(), chunk.finish_reason),
            (&b"a"[..], None)
        );
        assert_eq!(chunk.model.as_deref(), Some("m"));
        assert_eq!(chunk.unkept.as_deref(), Some("choice"));
        let split = r#"{"choices":[{"message":{"content":"a"}},{"message":{"content":"b"},"finish_reason":"stop"}]}"#;
        assert_eq!(said(split), "ab");
    }

    #[test]
    fn a_chunk_may_say_nothing() {
        for json in [
            r#"{"choices":[]}"#,
            r#"{"choices":null,"id":"","usage":null}"#,
            r#"{"usage":{"total_tokens":3}}"#,
            r#"{"object":"chat.completion.done"}"#,
            r#"{"type":"ping"}"#,
            r#"{"choices":[],"prompt_filter_results":[]}"#,
            r#"{"choices":[{"index":0,"finish_reason":null,"content_filter_offsets":{}}]}"#,
            r#"{"choices":[{"delta":{}}],"error":null}"#,
            r#"{"choices":[{"delta":{},"finish_reason":"null"}]}"#,
            r#"{"choices":[{"delta":null}],"error":{}}"#,
            r#"{"choices":[{"delta":{"role":"assistant","content":null}}]}"#,
            r#"{"choices":[{"delta":{"content":[{"type":"thinking"}]}}]}"#,
        ] {
            assert_eq!(said(json), "", "{json}");
        }
    }

    #[test]
    fn a_whole_completion_is_a_chunk_too() {
        let json = r#"{"choices":[{"message":{"content":"all"},"finish_reason":"stop"}]}"#;
        let whole = found(json).unwrap();
        assert_eq!((whole.text.as_slice(), whole.is_whole), (&b"all"[..], true));
        assert_eq!(whole.finish_reason.as_deref(), Some("stop"));
        assert_eq!(said(r#"{"choices":[{"text":"all","index":0}]}"#), "all");
        for beside in [
            r#""delta":{}"#,
            r#""delta":{"role":"assistant","content":""}"#,
            r#""delta":null"#,
        ] {
            let message = format!(r#"{{"choices":[{{{beside},"message":{{"content":"all"}}}}]}}"#);
            let whole = found(&message).unwrap();
            assert_eq!(
                (said(&message).as_str(), whole.is_whole),
                ("all", true),
                "{message}"
            );
            let text = format!(r#"{{"choices":[{{{beside},"text":"all"}}]}}"#);
            assert_eq!(said(&text), "all");
        }
        let both = r#"{"choices":[{"delta":{"content":"b"},"message":{"content":"ab"}}]}"#;
        assert_eq!(
            (said(both).as_str(), found(both).unwrap().is_whole),
            ("b", false)
        );
        let gemini =
            r#"{"choices":[{"delta":{"content":"a"},"finishReason":"stop","finish_reason":null}]}"#;
        assert_eq!(
            found(gemini).unwrap().finish_reason.as_deref(),
            Some("stop")
        );
        let neither =
            r#"{"choices":[{"delta":{},"message":{"content":null},"finish_reason":"null"}]}"#;
        assert_eq!(found(neither).unwrap().finish_reason, None);
    }

    #[test]
    fn an_answer_that_is_not_a_completion_is_recognised() {
        for json in [
            "",
            "{}",
            "[]",
            "null",
            r#"{"choices":3}"#,
            "<html>",
            r#"{"hello":1}"#,
        ] {
            assert!(found(json).is_none(), "{json}");
        }
    }
}
