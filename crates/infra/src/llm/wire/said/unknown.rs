//! Fields that are not understood, of a message without any other content. They may be the reply, so
//! they are reported.

use super::content::{ContentKind, WireContent};
use crate::llm::wire::text;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Fields whose text is not part of a reply.
const HARMLESS: [&str; 16] = [
    "role",
    "name",
    "id",
    "type",
    "object",
    "channel",
    "model",
    "status",
    "recipient",
    "phase",
    "obfuscation",
    "signature",
    "encrypted_content",
    "reasoning_opaque",
    "prefix",
    "provider",
];

/// How the names of more of them end.
const ENDINGS: [&str; 6] = [
    "_id",
    "_signature",
    "_type",
    "_reason",
    "_status",
    "_effort",
];

/// Fields next to a reply, of any form.
const BESIDE: [&str; 12] = [
    "content",
    "reasoning",
    "thinking_blocks",
    "annotations",
    "citations",
    "context",
    "provider_specific_fields",
    "extra_content",
    "logprobs",
    "usage",
    "tool_calls",
    "reasoning_details",
];

/// Names the first field of `raw` that could be the reply; takes thoughts with another name for thoughts.
pub(super) fn add(raw: &RawValue, said: &mut WireContent) {
    let Ok(fields) = serde_json::from_str::<BTreeMap<String, &RawValue>>(raw.get()) else {
        return;
    };
    for (name, value) in fields {
        let is_harmless = HARMLESS.contains(&name.as_str())
            || BESIDE.contains(&name.as_str())
            || ENDINGS.iter().any(|ending| name.ends_with(ending));
        if is_harmless {
            continue;
        }
        let is_thought = ["reasoning", "thinking", "thought"]
            .iter()
            .any(|thought| name.starts_with(thought));
        match text::string(value) {
            Some(text) if text.trim().is_empty() => {}
            Some(_) if is_thought => said.add(value, ContentKind::Thought, 0),
            Some(_) => {
                said.unkept = said.unkept.take().or(Some(named(&name)));
            }
            None if has_more(value) => {
                said.unread = said.unread.take().or(Some(named(&name)));
            }
            None => {}
        }
    }
}

/// Whether it is a list or an object with something in it.
fn has_more(value: &RawValue) -> bool {
    value.get().starts_with(['[', '{'])
        && value.get().chars().filter(|c| !c.is_whitespace()).count() > 2
}

fn named(name: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    match (1..=64).contains(&name.len()) && name.chars().all(is_word) {
        true => format!("the unknown field {name}"),
        false => "an unknown field".to_owned(),
    }
}
