//! What a provider answers, as far as it is read here.

use super::failure::{ErrorMember, midway};
use super::settings::ApiKey;
use domain::replies::{ChatChunk, Model, ProviderFailure};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::{RawValue, to_raw_value};
use std::collections::BTreeMap;

/// A completion, or a chunk of one.
#[derive(Deserialize)]
struct Completion {
    model: Option<String>,
    choices: Option<Vec<Choice>>,
    error: Option<ErrorMember>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    index: u32,
    /// In a chunk.
    delta: Option<Said>,
    /// In a whole completion.
    message: Option<Said>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Said {
    content: Option<Content>,
}

/// Text, or something that is none, such as thoughts.
#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Other(IgnoredAny),
}

/// Reads a completion or a chunk; `None` when it is neither.
pub(super) fn chunk(
    json: String,
    key: Option<&ApiKey>,
) -> Result<Option<ChatChunk>, ProviderFailure> {
    let Ok(completion) = serde_json::from_str::<Completion>(&json) else {
        return Ok(None);
    };
    if let Some(error) = completion.error {
        return Err(midway(&error, key));
    }
    let Some(choices) = completion.choices else {
        return Ok(None);
    };
    let first = choices.into_iter().find(|choice| choice.index == 0);
    let (said, finish_reason) = first.map_or((None, None), |first| {
        // Some servers write an empty reason as long as there is none.
        let reason = first.finish_reason.filter(|reason| !reason.is_empty());
        (first.delta.or(first.message), reason)
    });
    let text = match said.and_then(|said| said.content) {
        Some(Content::Text(text)) => text,
        Some(Content::Other(_)) | None => String::new(),
    };
    Ok(Some(ChatChunk {
        json,
        text,
        model: completion.model,
        finish_reason,
    }))
}

type Fields = BTreeMap<String, Box<RawValue>>;

/// What a whole completion would be as the only chunk of a stream: its messages are what its choices
/// go on to say. All else stays as it was written, to the byte.
pub(super) fn whole_as_chunk(json: &str) -> Option<String> {
    let mut completion: Fields = serde_json::from_str(json).ok()?;
    let choices: Vec<Fields> = serde_json::from_str(completion.get("choices")?.get()).ok()?;
    let choices: Option<Vec<_>> = choices.into_iter().map(choice_as_delta).collect();
    completion.insert("choices".to_owned(), to_raw_value(&choices?).ok()?);
    let object = to_raw_value("chat.completion.chunk").ok()?;
    completion.insert("object".to_owned(), object);
    serde_json::to_string(&completion).ok()
}

fn choice_as_delta(mut choice: Fields) -> Option<Fields> {
    let Some(message) = choice.remove("message") else {
        return Some(choice);
    };
    let mut delta: Fields = serde_json::from_str(message.get()).ok()?;
    let calls = delta.get("tool_calls").map(|calls| calls.get());
    // They may also be null.
    if let Some(Ok(mut calls)) = calls.map(serde_json::from_str::<Vec<Fields>>) {
        // In a stream, a call says which one it is.
        for (index, call) in calls.iter_mut().enumerate() {
            let index = to_raw_value(&index).ok()?;
            call.entry("index".to_owned()).or_insert(index);
        }
        delta.insert("tool_calls".to_owned(), to_raw_value(&calls).ok()?);
    }
    choice.insert("delta".to_owned(), to_raw_value(&delta).ok()?);
    Some(choice)
}

#[derive(Deserialize)]
struct Models {
    data: Vec<ModelEntry>,
}

#[derive(Deserialize)]
struct ModelEntry {
    id: String,
    #[serde(default)]
    created: Option<i64>,
    #[serde(default)]
    owned_by: Option<String>,
}

pub(super) fn models(json: &[u8]) -> Option<Vec<Model>> {
    let models: Models = serde_json::from_slice(json).ok()?;
    let models = models.data.into_iter().map(|model| Model {
        id: model.id,
        created: model.created.unwrap_or_default(),
        owned_by: model.owned_by.unwrap_or_default(),
    });
    Some(models.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<ChatChunk> {
        chunk(json.to_owned(), None).unwrap()
    }

    #[test]
    fn the_first_choice_is_what_counts() {
        let json = r#"{"model":"m","choices":[{"index":1,"delta":{"content":"b"}},{"index":0,"delta":{"content":"a"},"finish_reason":null}]}"#;
        let chunk = read(json).unwrap();
        assert_eq!((chunk.text.as_str(), chunk.json.as_str()), ("a", json));
        assert_eq!(chunk.model.as_deref(), Some("m"));
        assert_eq!(chunk.finish_reason, None);
    }

    #[test]
    fn a_chunk_may_say_nothing() {
        for json in [
            r#"{"choices":[]}"#,
            r#"{"choices":[{"delta":{}}]}"#,
            r#"{"choices":[{"delta":{"role":"assistant","content":null}}]}"#,
            r#"{"choices":[{"delta":{"content":[{"type":"thinking"}]}}]}"#,
        ] {
            assert_eq!(read(json).unwrap().text, "", "{json}");
        }
    }

    #[test]
    fn a_whole_completion_is_a_chunk_too() {
        let json = r#"{"choices":[{"message":{"content":"all"},"finish_reason":"stop"}]}"#;
        let chunk = read(json).unwrap();
        assert_eq!(chunk.text, "all");
        assert_eq!(chunk.finish_reason.as_deref(), Some("stop"));
    }

    #[test]
    fn what_is_no_completion_is_told_apart() {
        for json in ["", "{}", "[]", "null", r#"{"choices":3}"#, "<html>"] {
            assert_eq!(read(json), None, "{json}");
        }
        let error = r#"{"error":{"message":"overloaded"}}"#;
        let failure = chunk(error.to_owned(), None).unwrap_err();
        assert_eq!(failure.to_string(), "The model provider failed: overloaded");
    }
}
