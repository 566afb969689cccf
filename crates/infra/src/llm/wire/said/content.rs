//! The content of a message: a text, a part, or a list of them.

use crate::llm::wire::text;
use domain::replies::CallPiece;
use serde::Deserialize;
use serde_json::value::RawValue;

/// How deep parts may be nested.
const DEPTH: usize = 4;

/// The content of a message.
#[derive(Debug, Default)]
pub(in super::super) struct WireContent {
    /// WTF-8.
    pub(in super::super) text: Vec<u8>,
    /// The model's thoughts; WTF-8.
    pub(in super::super) thought: Vec<u8>,
    pub(in super::super) calls_a_tool: bool,
    pub(in super::super) calls: Vec<CallPiece>,
    /// Whether all of the text is a refusal.
    pub(in super::super) refuses: bool,
    /// The name of a form that is not text.
    pub(in super::super) unkept: Option<String>,
    /// The name of a field that is not understood, of a message without any other content.
    pub(in super::super) unread: Option<String>,
}

/// How a part is read.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum ContentKind {
    Text,
    Thought,
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

impl WireContent {
    /// Whether the message has no content of any form.
    pub(in super::super) fn is_empty(&self) -> bool {
        self.text.is_empty()
            && self.thought.is_empty()
            && self.unkept.is_none()
            && !self.calls_a_tool
    }

    /// Adds thoughts that may be a copy of others under another name.
    pub(super) fn add_other(&mut self, thoughts: Option<&RawValue>) {
        let Some(thoughts) = thoughts else { return };
        let mut other = Self::default();
        other.add(thoughts, ContentKind::Thought, 0);
        if self.thought.trim_ascii() != other.thought.trim_ascii() {
            self.thought.extend(other.thought);
        }
        self.unkept = self.unkept.take().or(other.unkept);
    }

    /// Adds a text, a part, or a list of them.
    pub(super) fn add(&mut self, raw: &RawValue, kind: ContentKind, depth: usize) {
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
            _ if kind == ContentKind::Thought => {}
            _ => self.leave("content"),
        }
    }

    fn push(&mut self, kind: ContentKind, text: Option<Vec<u8>>) {
        match kind {
            ContentKind::Text => self.text.extend(text.unwrap_or_default()),
            ContentKind::Thought => self.thought.extend(text.unwrap_or_default()),
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

    fn add_part(&mut self, part: &Part<'_>, kind: ContentKind, depth: usize) {
        let name = part.kind.and_then(text::string).unwrap_or_default();
        let thoughts = [
            part.thinking,
            part.reasoning,
            part.text,
            part.summary,
            part.content,
        ];
        let refusals = [part.refusal, part.text];
        let (kind, forms): (ContentKind, &[Option<&RawValue>]) = match name.as_str() {
            // The part may name its type, and otherwise contain no readable text.
            "redacted_thinking"
            | "reasoning.encrypted"
            | "reference"
            | "references"
            | "citation" => return,
            "refusal" => (kind, &refusals),
            "" | "text" | "output_text" | "input_text" => {
                let is_thought = part.thought.is_some_and(|thought| thought.get() == "true");
                let kind = if is_thought {
                    ContentKind::Thought
                } else {
                    kind
                };
                let text = [part.text, part.value, part.content];
                let all = text.iter().chain([&part.refusal]);
                if all.into_iter().all(Option::is_none) && kind == ContentKind::Text {
                    return self.leave("content");
                }
                self.add_first(&text, kind, depth);
                return self.add_first(&[part.refusal], kind, depth);
            }
            name if name.starts_with("thinking")
                || name.starts_with("reasoning")
                || matches!(name, "thought" | "summary_text") =>
            {
                (ContentKind::Thought, &thoughts)
            }
            _ if kind == ContentKind::Thought => (kind, &thoughts),
            other => return self.leave(other),
        };
        self.add_first(forms, kind, depth);
    }

    fn add_first(&mut self, forms: &[Option<&RawValue>], kind: ContentKind, depth: usize) {
        if let Some(form) = forms.iter().flatten().next() {
            self.add(form, kind, depth);
        }
    }
}
