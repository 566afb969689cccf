//! Converts answers between the streamed and the whole form.

use domain::error::ProviderFailure;
use domain::replies::{Call, CallPiece, ChatChunk, joined};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use std::collections::BTreeMap;

type Fields = BTreeMap<String, Box<RawValue>>;

/// Converts a whole completion into the only chunk of a stream: its messages become deltas. All
/// other fields stay unchanged, byte by byte.
pub(in crate::llm) fn whole_as_chunk(json: &str) -> Option<String> {
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
    let mut delta: Fields = match message.get().as_bytes().first() {
        // Some servers write the text alone, or null.
        Some(b'"') => Fields::from([("content".to_owned(), message)]),
        Some(b'n') => Fields::new(),
        _ => serde_json::from_str(message.get()).ok()?,
    };
    let calls = delta.get("tool_calls").map(|calls| calls.get());
    // The calls may also be null.
    if let Some(Ok(mut calls)) = calls.map(serde_json::from_str::<Vec<Fields>>) {
        // In a stream, each tool call has an index.
        for (index, call) in calls.iter_mut().enumerate() {
            let index = to_raw_value(&index).ok()?;
            call.entry("index".to_owned()).or_insert(index);
        }
        delta.insert("tool_calls".to_owned(), to_raw_value(&calls).ok()?);
    }
    choice.insert("delta".to_owned(), to_raw_value(&delta).ok()?);
    Some(choice)
}

/// Joins all chunks of an answer into one completion. `None` where they contain something that
/// cannot be joined here.
fn chunks_as_whole(chunks: &[ChatChunk], calls: &[Call]) -> Option<String> {
    let mut whole = Fields::new();
    let (mut text, mut reasoning) = (String::new(), String::new());
    let mut reason = None;
    for chunk in chunks {
        if chunk.unkept.is_some() {
            return None;
        }
        text.push_str(&chunk.text);
        reasoning.push_str(&chunk.reasoning);
        reason = later(reason, chunk.finish_reason.as_ref());
        let fields: Fields = serde_json::from_str(&chunk.json).ok()?;
        for (name, value) in fields {
            // Usage is null in all chunks but the last.
            if value.get() != "null" || !whole.contains_key(&name) {
                whole.insert(name, value);
            }
        }
    }
    let content = match text.is_empty() && !calls.is_empty() {
        true => Value::Null,
        false => Value::from(text),
    };
    let mut message = json!({ "role": "assistant", "content": content });
    if let Some(fields) = message.as_object_mut() {
        if !reasoning.is_empty() {
            fields.insert("reasoning_content".to_owned(), reasoning.into());
        }
        if !calls.is_empty() {
            let calls = calls.iter().map(call_as_json).collect();
            fields.insert("tool_calls".to_owned(), calls);
        }
    }
    let choices = json!([{ "index": 0, "message": message, "finish_reason": reason }]);
    whole.insert("choices".to_owned(), to_raw_value(&choices).ok()?);
    let object = to_raw_value("chat.completion").ok()?;
    whole.insert("object".to_owned(), object);
    serde_json::to_string(&whole).ok()
}

/// The calls in the chunks. `None` where they cannot be joined.
fn calls_of(chunks: &[ChatChunk]) -> Option<Vec<Call>> {
    let pieces = chunks.iter().flat_map(|chunk| &chunk.calls);
    let mut calls = joined(pieces)?;
    let is_lost = calls.is_empty() && chunks.iter().any(|chunk| chunk.calls_a_tool);
    if is_lost || calls.iter().any(|call| call.name.is_empty()) {
        return None;
    }
    let answer = chunks.iter().find_map(|chunk| chunk.id.as_deref());
    for (index, call) in calls.iter_mut().enumerate() {
        if call.id.is_empty() {
            call.id = format!("call_{}_{index}", answer.unwrap_or("of_answer"));
        }
    }
    Some(calls)
}

fn call_as_json(call: &Call) -> Value {
    let function = json!({ "name": call.name, "arguments": call.arguments });
    json!({ "id": call.id, "type": "function", "function": function })
}

/// The finish reason that counts: some servers write `stop` until they have a better one.
fn later<T: AsRef<str>>(before: Option<T>, now: Option<T>) -> Option<T> {
    match before {
        Some(before) if before.as_ref() != "stop" => Some(before),
        before => now.or(before),
    }
}

/// The reason why chunks cannot be joined, as for a stream that cannot be stored.
fn more_than_text(chunks: &[ChatChunk]) -> ProviderFailure {
    let form = chunks.iter().find_map(|chunk| chunk.unkept.as_deref());
    let calls = chunks.iter().any(|chunk| chunk.calls_a_tool);
    let what = match (calls, form) {
        (true, _) => "it called a tool instead of replying.".to_owned(),
        (false, Some(form)) => {
            format!("its reply has something in it that is not text ({form}), and cannot be kept.")
        }
        (false, None) => "its pieces cannot be put together.".to_owned(),
    };
    ProviderFailure::lasting(format!("it streams where it was not asked to; {what}"))
}

/// Joins the chunks of a stream into a completion, where no stream was requested.
pub(in crate::llm) fn put_together(chunks: Vec<ChatChunk>) -> Result<ChatChunk, ProviderFailure> {
    let put = calls_of(&chunks).and_then(|calls| {
        let json = chunks_as_whole(&chunks, &calls)?;
        Some((json, calls))
    });
    let (json, calls) = put.ok_or_else(|| more_than_text(&chunks))?;
    let calls = calls
        .into_iter()
        .enumerate()
        .map(|(index, call)| CallPiece {
            index,
            id: Some(call.id),
            name: call.name,
            arguments: call.arguments,
        });
    let mut whole = ChatChunk {
        json,
        calls: calls.collect(),
        ..ChatChunk::default()
    };
    for chunk in chunks {
        whole.calls_a_tool |= chunk.calls_a_tool;
        whole.text.push_str(&chunk.text);
        whole.reasoning.push_str(&chunk.reasoning);
        whole.id = whole.id.or(chunk.id);
        whole.model = whole.model.or(chunk.model);
        whole.finish_reason = later(whole.finish_reason, chunk.finish_reason);
    }
    Ok(whole)
}
