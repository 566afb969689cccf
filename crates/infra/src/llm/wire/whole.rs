//! Converts answers between the streamed and the whole form.

use domain::replies::{ChatChunk, ProviderFailure};
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};
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
fn chunks_as_whole(chunks: &[ChatChunk]) -> Option<String> {
    let mut whole = Fields::new();
    let (mut text, mut reasoning) = (String::new(), String::new());
    let mut reason = None;
    for chunk in chunks {
        if chunk.calls_a_tool || chunk.unkept.is_some() {
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
    let message = match reasoning.is_empty() {
        true => json!({ "role": "assistant", "content": text }),
        false => json!({ "role": "assistant", "content": text, "reasoning_content": reasoning }),
    };
    let choices = json!([{ "index": 0, "message": message, "finish_reason": reason }]);
    whole.insert("choices".to_owned(), to_raw_value(&choices).ok()?);
    let object = to_raw_value("chat.completion").ok()?;
    whole.insert("object".to_owned(), object);
    serde_json::to_string(&whole).ok()
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
    let json = chunks_as_whole(&chunks).ok_or_else(|| more_than_text(&chunks))?;
    let mut whole = ChatChunk {
        json,
        ..ChatChunk::default()
    };
    for chunk in chunks {
        whole.text.push_str(&chunk.text);
        whole.reasoning.push_str(&chunk.reasoning);
        whole.id = whole.id.or(chunk.id);
        whole.model = whole.model.or(chunk.model);
        whole.finish_reason = later(whole.finish_reason, chunk.finish_reason);
    }
    Ok(whole)
}
