//! Reads a message, or the next piece of one: as one text, or as a list of parts.

mod calls;
mod content;
mod unknown;

use content::ContentKind;
pub(super) use content::WireContent;
use serde::Deserialize;
use serde_json::value::RawValue;

/// A message, or a delta.
#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    content: Option<&'a RawValue>,
    /// Where some servers have `content`.
    #[serde(borrow)]
    text: Option<&'a RawValue>,
    #[serde(borrow)]
    refusal: Option<&'a RawValue>,
    #[serde(borrow)]
    reasoning_content: Option<&'a RawValue>,
    #[serde(borrow)]
    reasoning: Option<&'a RawValue>,
    #[serde(borrow)]
    thinking: Option<&'a RawValue>,
    #[serde(borrow)]
    reasoning_text: Option<&'a RawValue>,
    #[serde(borrow)]
    cot_summary: Option<&'a RawValue>,
    #[serde(borrow)]
    thoughts: Option<&'a RawValue>,
    #[serde(borrow)]
    thinking_blocks: Option<&'a RawValue>,
    #[serde(borrow)]
    reasoning_details: Option<&'a RawValue>,
    #[serde(borrow)]
    tool_calls: Option<&'a RawValue>,
    #[serde(borrow)]
    function_call: Option<&'a RawValue>,
    #[serde(borrow)]
    audio: Option<&'a RawValue>,
    #[serde(borrow)]
    images: Option<&'a RawValue>,
    #[serde(borrow)]
    image: Option<&'a RawValue>,
    #[serde(borrow)]
    video: Option<&'a RawValue>,
    #[serde(borrow)]
    videos: Option<&'a RawValue>,
    #[serde(borrow)]
    file: Option<&'a RawValue>,
    #[serde(borrow)]
    files: Option<&'a RawValue>,
    #[serde(borrow)]
    extra_content: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Extra {
    google: Option<Google>,
}

#[derive(Deserialize)]
struct Google {
    thought: Option<bool>,
}

/// `raw` is a message or a delta; some servers write text instead, or null.
pub(super) fn read(raw: &RawValue) -> WireContent {
    let mut said = WireContent::default();
    let Ok(message) = serde_json::from_str::<Message<'_>>(raw.get()) else {
        said.add(raw, ContentKind::Text, 0);
        return said;
    };
    let is_thought = message.extra_content.is_some_and(is_thought);
    let content = message.content.filter(|content| content.get() != "null");
    if let Some(content) = content.or(message.text) {
        let kind = match is_thought {
            true => ContentKind::Thought,
            false => ContentKind::Text,
        };
        said.add(content, kind, 0);
    }
    if let Some(refusal) = message.refusal {
        let is_first = said.text.is_empty();
        said.add(refusal, ContentKind::Text, 0);
        said.refuses = is_first && !said.text.is_empty();
    }
    // Several of these fields repeat the same text, for different clients.
    for thoughts in [
        message.reasoning_content,
        message.reasoning,
        message.thinking,
        message.reasoning_text,
        message.cot_summary,
        message.thoughts,
    ] {
        said.add_other(thoughts);
    }
    for thoughts in [message.thinking_blocks, message.reasoning_details] {
        if said.thought.is_empty() {
            said.add_other(thoughts);
        }
    }
    let is_there = |raw: Option<&RawValue>| {
        raw.is_some_and(|raw| !matches!(raw.get(), "null" | "[]" | "{}" | "\"\"" | "false"))
    };
    said.calls_a_tool |= is_there(message.tool_calls) || is_there(message.function_call);
    said.calls = calls::read(message.tool_calls, message.function_call);
    for (form, name) in [
        (message.audio, "audio"),
        (message.images, "images"),
        (message.image, "image"),
        (message.video, "video"),
        (message.videos, "videos"),
        (message.file, "file"),
        (message.files, "files"),
    ] {
        if is_there(form) {
            said.unkept = said.unkept.take().or(Some(name.to_owned()));
        }
    }
    if said.is_empty() {
        unknown::add(raw, &mut said);
    }
    said
}

fn is_thought(extra: &RawValue) -> bool {
    let extra = serde_json::from_str::<Extra>(extra.get()).ok();
    let google = extra.and_then(|extra| extra.google);
    google.and_then(|google| google.thought).unwrap_or_default()
}

#[cfg(test)]
mod tests;
