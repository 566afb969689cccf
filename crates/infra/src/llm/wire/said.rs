//! Reads a message, or the next piece of one: as one text, or as a list of parts.

use super::text;
use serde::Deserialize;
use serde_json::value::RawValue;

/// How deep parts may be nested.
const DEPTH: usize = 4;

/// The content of a message.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// WTF-8.
    pub(super) text: Vec<u8>,
    /// The model's thoughts; WTF-8.
    pub(super) thought: Vec<u8>,
    pub(super) calls_a_tool: bool,
    /// The name of a form that is not text.
    pub(super) unkept: Option<String>,
}

/// A message, or a delta.
#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    content: Option<&'a RawValue>,
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

/// A part of a content.
#[derive(Deserialize)]
struct Part<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow)]
    text: Option<&'a RawValue>,
    #[serde(borrow)]
    value: Option<&'a RawValue>,
    #[serde(borrow)]
    refusal: Option<&'a RawValue>,
    #[serde(borrow)]
    thinking: Option<&'a RawValue>,
    #[serde(borrow)]
    reasoning: Option<&'a RawValue>,
    #[serde(borrow)]
    summary: Option<&'a RawValue>,
    #[serde(borrow)]
    content: Option<&'a RawValue>,
    /// Gemini's mark that the part is a thought.
    #[serde(borrow)]
    thought: Option<&'a RawValue>,
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
pub(super) fn read(raw: &RawValue) -> Said {
    let mut said = Said::default();
    let Ok(message) = serde_json::from_str::<Message<'_>>(raw.get()) else {
        said.add(raw, Kind::Text, 0);
        return said;
    };
    let is_thought = message.extra_content.is_some_and(is_thought);
    if let Some(content) = message.content {
        let kind = match is_thought {
            true => Kind::Thought,
            false => Kind::Text,
        };
        said.add(content, kind, 0);
    }
    if let Some(refusal) = message.refusal {
        said.add(refusal, Kind::Text, 0);
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
    said
}

fn is_thought(extra: &RawValue) -> bool {
    let extra = serde_json::from_str::<Extra>(extra.get()).ok();
    let google = extra.and_then(|extra| extra.google);
    google.and_then(|google| google.thought).unwrap_or_default()
}

/// How a part is read.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Thought,
}

impl Said {
    /// Whether the message has no content of any form.
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
            && self.thought.is_empty()
            && self.unkept.is_none()
            && !self.calls_a_tool
    }

    /// Adds thoughts that may be a copy of others under another name.
    fn add_other(&mut self, thoughts: Option<&RawValue>) {
        let Some(thoughts) = thoughts else { return };
        let mut other = Self::default();
        other.add(thoughts, Kind::Thought, 0);
        if self.thought.trim_ascii() != other.thought.trim_ascii() {
            self.thought.extend(other.thought);
        }
        self.unkept = self.unkept.take().or(other.unkept);
    }

    /// Adds a text, a part, or a list of them.
    fn add(&mut self, raw: &RawValue, kind: Kind, depth: usize) {
        if depth > DEPTH {
            return self.leave("content");
        }
        match raw.get().as_bytes().first() {
            Some(b'"') => self.push(kind, text::bytes(raw)),
            Some(b'[') => {
                let parts: Vec<&RawValue> = serde_json::from_str(raw.get()).unwrap_or_default();
                for part in parts {
                    self.add(part, kind, depth + 1);
                }
            }
            Some(b'{') => match serde_json::from_str::<Part<'_>>(raw.get()) {
                Ok(part) => self.add_part(&part, kind, depth + 1),
                Err(_) => self.leave("content"),
            },
            Some(b'n' | b'f') => {}
            _ if kind == Kind::Thought => {}
            _ => self.leave("content"),
        }
    }

    fn add_part(&mut self, part: &Part<'_>, kind: Kind, depth: usize) {
        let name = part.kind.and_then(text::string).unwrap_or_default();
        let thoughts = [
            part.thinking,
            part.reasoning,
            part.text,
            part.summary,
            part.content,
        ];
        let refusals = [part.refusal, part.text];
        let (kind, forms): (Kind, &[Option<&RawValue>]) = match name.as_str() {
            // The part may name its type, and otherwise contain no readable text.
            "redacted_thinking"
            | "reasoning.encrypted"
            | "reference"
            | "references"
            | "citation" => return,
            "refusal" => (kind, &refusals),
            "" | "text" | "output_text" | "input_text" => {
                let is_thought = part.thought.is_some_and(|thought| thought.get() == "true");
                let kind = if is_thought { Kind::Thought } else { kind };
                let text = [part.text, part.value, part.content];
                let all = text.iter().chain([&part.refusal]);
                if all.into_iter().all(Option::is_none) && kind == Kind::Text {
                    return self.leave("content");
                }
                self.add_first(&text, kind, depth);
                return self.add_first(&[part.refusal], kind, depth);
            }
            name if name.starts_with("thinking")
                || name.starts_with("reasoning")
                || matches!(name, "thought" | "summary_text") =>
            {
                (Kind::Thought, &thoughts)
            }
            _ if kind == Kind::Thought => (kind, &thoughts),
            other => return self.leave(other),
        };
        self.add_first(forms, kind, depth);
    }

    fn add_first(&mut self, forms: &[Option<&RawValue>], kind: Kind, depth: usize) {
        if let Some(form) = forms.iter().flatten().next() {
            self.add(form, kind, depth);
        }
    }

    fn push(&mut self, kind: Kind, text: Option<Vec<u8>>) {
        match kind {
            Kind::Text => self.text.extend(text.unwrap_or_default()),
            Kind::Thought => self.thought.extend(text.unwrap_or_default()),
        }
    }

    /// Notes a form that is not text, by the provider's name for it.
    fn leave(&mut self, name: &str) {
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let name = match (1..=64).contains(&name.len()) && name.chars().all(is_word) {
            true => name,
            false => "content",
        };
        self.unkept = self.unkept.take().or(Some(name.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text, thoughts, and the name of a form that is neither.
    fn said(json: &str) -> (String, String, Option<String>) {
        let said = read(&RawValue::from_string(json.to_owned()).unwrap());
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let unkept = match said.calls_a_tool {
            true => Some("a tool".to_owned()),
            false => said.unkept,
        };
        (text(said.text), text(said.thought), unkept)
    }

    /// The JSON, its text, and its thoughts.
    const FORMS: [(&str, &str, &str); 29] = [
        (r#"{"content":"a"}"#, "a", ""),
        (r#"{"content":null,"refusal":"no"}"#, "no", ""),
        (r#"{"content":null,"refusal":null}"#, "", ""),
        (
            r#"{"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}"#,
            "ab",
            "",
        ),
        (r#"{"content":["a","b"]}"#, "ab", ""),
        (
            r#"{"content":{"type":"text","text":{"value":"a","annotations":[]}}}"#,
            "a",
            "",
        ),
        (
            r#"{"content":[{"type":"refusal","refusal":"no"}]}"#,
            "no",
            "",
        ),
        (
            r#"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"t"}]},{"type":"text","text":"a"}]}"#,
            "a",
            "t",
        ),
        (
            r#"{"content":[{"type":"thinking","thinking":"t","signature":"x"}]}"#,
            "",
            "t",
        ),
        (
            r#"{"content":[{"type":"reference","reference_ids":[1]},{"type":"text","text":"a"}]}"#,
            "a",
            "",
        ),
        (
            r#"{"content":[{"text":"t","thought":true},{"text":"a"}]}"#,
            "a",
            "t",
        ),
        (r#"{"content":"","reasoning_content":"t"}"#, "", "t"),
        (
            r#"{"content":"a","reasoning":"t","reasoning_content":"t"}"#,
            "a",
            "t",
        ),
        (
            r#"{"content":"a","reasoning_content":"","thinking":"t"}"#,
            "a",
            "t",
        ),
        (
            r#"{"content":"","reasoning":"t","reasoning_details":[{"type":"reasoning.text","text":"t","signature":null}]}"#,
            "",
            "t",
        ),
        (
            r#"{"content":"","reasoning":null,"reasoning_details":[{"type":"reasoning.summary","summary":"t"},{"type":"reasoning.encrypted","data":"x"}]}"#,
            "",
            "t",
        ),
        (
            r#"{"content":"a","thinking_blocks":[{"type":"thinking","thinking":"t"}]}"#,
            "a",
            "t",
        ),
        (
            r#"{"content":"t","extra_content":{"google":{"thought":true}}}"#,
            "",
            "t",
        ),
        (
            r#"{"content":"a","extra_content":{"google":{"thought_signature":"x"}}}"#,
            "a",
            "",
        ),
        (
            r#"{"content":"a","reasoning":{"effort":"low"},"tool_calls":[],"audio":null}"#,
            "a",
            "",
        ),
        (r#""a""#, "a", ""),
        ("null", "", ""),
        (r#"{"content":"a","reasoning_text":"t"}"#, "a", "t"),
        (r#"{"content":"a","cot_summary":"t"}"#, "a", "t"),
        (r#"{"content":"a","thoughts":"t"}"#, "a", "t"),
        (
            r#"{"content":"a","reasoning":"t","reasoning_content":"u"}"#,
            "a",
            "ut",
        ),
        (
            r#"{"content":"a","reasoning":"t ","reasoning_content":"t"}"#,
            "a",
            "t",
        ),
        (
            r#"{"content":[{"type":"text","text":"a","refusal":"b"}]}"#,
            "ab",
            "",
        ),
        (
            r#"{"content":[{"type":"text","text":"a","refusal":null}],"video":null,"files":[]}"#,
            "a",
            "",
        ),
    ];

    #[test]
    fn text_and_thoughts_are_told_apart_in_every_form() {
        for (json, text, thought) in FORMS {
            let expected = (text.to_owned(), thought.to_owned(), None);
            assert_eq!(said(json), expected, "{json}");
        }
    }

    #[test]
    fn what_is_not_text_is_named() {
        for (json, name) in [
            (
                r#"{"content":[{"type":"image_url","image_url":{"url":"x"}}]}"#,
                "image_url",
            ),
            (r#"{"content":[{"type":"b\u0000d"}]}"#, "content"),
            (r#"{"content":7}"#, "content"),
            (r#"{"content":[{"text":[[[[[["a"]]]]]]}]}"#, "content"),
            (r#"{"content":"","audio":{"data":"x"}}"#, "audio"),
            (r#"{"content":"","images":[{}]}"#, "images"),
            (r#"{"content":"a","image":{"url":"x"}}"#, "image"),
            (r#"{"content":"a","video":{"url":"x"}}"#, "video"),
            (r#"{"content":"a","files":[{"id":"x"}]}"#, "files"),
            (r#"{"content":"","tool_calls":[{"id":"x"}]}"#, "a tool"),
            (r#"{"content":"","function_call":{"name":"x"}}"#, "a tool"),
        ] {
            assert_eq!(said(json).2.as_deref(), Some(name), "{json}");
        }
    }
}
