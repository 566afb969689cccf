//! The parts of a provider's chunk that are neither text nor thoughts.

use super::TokenUsage;
use serde::Deserialize;
use serde_json::value::RawValue;

/// A piece of a call of a function.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ReadCallPiece {
    pub(super) index: Option<u64>,
    pub(super) id: Option<String>,
    pub(super) name: String,
    pub(super) arguments: String,
}

/// The contents of a chunk other than text and thoughts.
#[derive(Debug, Default)]
pub(super) struct ChunkPiece {
    pub(super) refusal: String,
    pub(super) calls: Vec<ReadCallPiece>,
    pub(super) usage: Option<TokenUsage>,
}

#[derive(Deserialize)]
struct Chunk<'a> {
    #[serde(borrow)]
    choices: Option<Vec<Choice<'a>>>,
    #[serde(borrow)]
    usage: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    index: Option<u64>,
    #[serde(borrow, alias = "message")]
    delta: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Delta<'a> {
    #[serde(borrow)]
    refusal: Option<&'a RawValue>,
    #[serde(borrow)]
    tool_calls: Option<&'a RawValue>,
    #[serde(borrow)]
    function_call: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct ToolCall<'a> {
    index: Option<u64>,
    id: Option<String>,
    #[serde(borrow)]
    function: Option<Function<'a>>,
}

#[derive(Deserialize)]
struct Function<'a> {
    name: Option<String>,
    #[serde(borrow)]
    arguments: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct ReadUsage {
    prompt_tokens: Option<u32>,
    completion_tokens: Option<u32>,
    total_tokens: Option<u32>,
    prompt_tokens_details: Option<InputDetails>,
    completion_tokens_details: Option<OutputDetails>,
}

#[derive(Deserialize)]
struct InputDetails {
    cached_tokens: Option<u32>,
}

#[derive(Deserialize)]
struct OutputDetails {
    reasoning_tokens: Option<u32>,
}

/// Reads a chunk, or a whole completion.
pub(super) fn read(json: &str) -> ChunkPiece {
    let Ok(chunk) = serde_json::from_str::<Chunk<'_>>(json) else {
        return ChunkPiece::default();
    };
    let usage = chunk.usage.and_then(|usage| usage_of(usage.get()));
    let choices = chunk.choices.unwrap_or_default().into_iter();
    let first = choices.filter(|choice| choice.index.unwrap_or_default() == 0);
    let deltas = first.filter_map(|choice| {
        let delta = choice.delta?.get();
        serde_json::from_str::<Delta<'_>>(delta).ok()
    });
    let mut piece = ChunkPiece {
        usage,
        ..ChunkPiece::default()
    };
    for delta in deltas {
        if let Some(refusal) = delta.refusal.and_then(string) {
            piece.refusal.push_str(&refusal);
        }
        let calls = delta.tool_calls.map(|calls| calls.get());
        let calls = calls.and_then(|calls| serde_json::from_str::<Vec<ToolCall<'_>>>(calls).ok());
        piece
            .calls
            .extend(calls.into_iter().flatten().map(ReadCallPiece::from));
        let call = delta.function_call.map(|call| call.get());
        let call = call.and_then(|call| serde_json::from_str::<Option<Function<'_>>>(call).ok());
        piece
            .calls
            .extend(call.flatten().map(|function| ReadCallPiece {
                index: Some(0),
                ..ReadCallPiece::from(function)
            }));
    }
    piece
}

impl From<ToolCall<'_>> for ReadCallPiece {
    fn from(call: ToolCall<'_>) -> Self {
        let function = call.function.map(Self::from).unwrap_or_default();
        Self {
            index: call.index,
            id: call.id.filter(|id| !id.is_empty()),
            ..function
        }
    }
}

impl From<Function<'_>> for ReadCallPiece {
    /// Some servers send the arguments as an object.
    fn from(function: Function<'_>) -> Self {
        let arguments = function.arguments.filter(|raw| raw.get() != "null");
        let arguments = arguments.map(|raw| string(raw).unwrap_or_else(|| raw.get().to_owned()));
        Self {
            index: None,
            id: None,
            name: function.name.unwrap_or_default(),
            arguments: arguments.unwrap_or_default(),
        }
    }
}

fn string(raw: &RawValue) -> Option<String> {
    crate::items::text(raw.get())
}

fn usage_of(json: &str) -> Option<TokenUsage> {
    let usage: ReadUsage = serde_json::from_str(json).ok()?;
    let input = usage.prompt_tokens?;
    let output = usage.completion_tokens.unwrap_or_default();
    let cached = usage.prompt_tokens_details;
    let reasoning = usage.completion_tokens_details;
    Some(TokenUsage {
        input,
        cached: cached
            .and_then(|details| details.cached_tokens)
            .unwrap_or_default(),
        output,
        reasoning: reasoning
            .and_then(|details| details.reasoning_tokens)
            .unwrap_or_default(),
        total: usage.total_tokens.unwrap_or(input.saturating_add(output)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_read_in_the_forms_of_many_servers() {
        let piece = read(
            r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"c","function":{"name":"f","arguments":"{\"a\":"}}]}}]}"#,
        );
        let expected = ReadCallPiece {
            index: Some(1),
            id: Some("c".to_owned()),
            name: "f".to_owned(),
            arguments: "{\"a\":".to_owned(),
        };
        assert_eq!(piece.calls, [expected]);
        let piece = read(
            r#"{"choices":[{"message":{"tool_calls":[{"id":"","function":{"name":"f","arguments":{"a":1.0}}}]}}],"usage":{"prompt_tokens":3,"completion_tokens":4}}"#,
        );
        assert_eq!(piece.calls[0].arguments, r#"{"a":1.0}"#);
        assert_eq!(piece.calls[0].id, None);
        assert_eq!(piece.usage.unwrap().total, 7);
        assert!(
            read(r#"{"choices":[{"delta":{"tool_calls":null,"refusal":null}}],"usage":null}"#)
                .calls
                .is_empty()
        );
        assert_eq!(
            read(r#"{"choices":[{"delta":{"refusal":"No"}}]}"#).refusal,
            "No"
        );
    }
}
