//! One part of a content that is a list.

use super::{Kind, Said, text};
use serde::Deserialize;
use serde_json::value::RawValue;

/// A part of a content.
#[derive(Deserialize)]
pub(super) struct Part<'a> {
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

impl Said {
    pub(super) fn add_part(&mut self, part: &Part<'_>, kind: Kind, depth: usize) {
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
}
