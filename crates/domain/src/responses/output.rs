use super::ItemEntry;
use crate::items::{Content, ItemType, JsonObject, Parts, Role, elements, quoted};

/// An item that a model is writing, or has written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputItem {
    pub kind: OutputContent,
    /// `false`: it was cut off.
    pub is_complete: bool,
}

/// The content of an output item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutputContent {
    Reasoning(String),
    Message(Vec<MessagePart>),
    Call {
        call_id: String,
        name: String,
        arguments: String,
    },
}

/// A part of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessagePart {
    pub kind: MessagePartKind,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessagePartKind {
    Text,
    Refusal,
    Reasoning,
}

/// One chunk of the output: its item, its part, and the number of bytes. The first cut
/// of an item or a part begins it, and may have no bytes. From the cuts the events of a response
/// can be made again as they were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    pub output: usize,
    pub part: usize,
    pub bytes: usize,
}

impl OutputItem {
    pub(super) fn new(kind: OutputContent) -> Self {
        Self {
            kind,
            is_complete: true,
        }
    }

    pub fn is_call(&self) -> bool {
        matches!(self.kind, OutputContent::Call { .. })
    }

    /// The bytes of its texts.
    pub(super) fn bytes(&self) -> usize {
        match &self.kind {
            OutputContent::Reasoning(text) => text.len(),
            OutputContent::Message(parts) => parts.iter().map(|said| said.text.len()).sum(),
            OutputContent::Call {
                name, arguments, ..
            } => name.len() + arguments.len(),
        }
    }

    /// The text of a part so far.
    pub fn text(&self, part: usize) -> &str {
        match &self.kind {
            OutputContent::Reasoning(text) => text,
            OutputContent::Message(parts) => parts.get(part).map_or("", |said| said.text.as_str()),
            OutputContent::Call { arguments, .. } => arguments,
        }
    }

    /// The kind of a part; `None`: the item has no parts.
    pub(super) fn part_kind(&self, part: usize) -> Option<MessagePartKind> {
        match &self.kind {
            OutputContent::Reasoning(_) => Some(MessagePartKind::Reasoning),
            OutputContent::Message(parts) => parts.get(part).map(|said| said.kind),
            OutputContent::Call { .. } => None,
        }
    }

    /// The item before any part of it was written.
    pub(super) fn begun(&self) -> Self {
        Self::new(match &self.kind {
            OutputContent::Reasoning(_) => OutputContent::Reasoning(String::new()),
            OutputContent::Message(_) => OutputContent::Message(Vec::new()),
            OutputContent::Call { call_id, name, .. } => OutputContent::Call {
                call_id: call_id.clone(),
                name: name.clone(),
                arguments: String::new(),
            },
        })
    }

    /// The item for storing.
    pub fn entry(&self) -> ItemEntry {
        let content = match &self.kind {
            OutputContent::Message(parts) => message(parts),
            OutputContent::Reasoning(text) => object(
                ItemType::REASONING,
                format!(
                    r#"{{"summary":[],"content":[{{"type":"reasoning_text","text":{}}}]}}"#,
                    quoted(text)
                ),
            ),
            OutputContent::Call {
                call_id,
                name,
                arguments,
            } => object(
                ItemType::FUNCTION_CALL,
                format!(
                    r#"{{"call_id":{},"name":{},"arguments":{}}}"#,
                    quoted(call_id),
                    quoted(name),
                    quoted(arguments)
                ),
            ),
        };
        ItemEntry {
            role: Role::Assistant,
            content,
            is_complete: self.is_complete,
        }
    }

    /// The output item of a stored one.
    pub fn of(entry: &ItemEntry) -> Self {
        let parts = entry.content.parts();
        let field = |name| {
            let object = parts.and_then(Parts::object);
            object
                .and_then(|object| object.text(name))
                .unwrap_or_default()
        };
        let kind = match entry.content.kind() {
            kind if *kind == ItemType::REASONING => OutputContent::Reasoning(thoughts(entry)),
            kind if *kind == ItemType::FUNCTION_CALL => OutputContent::Call {
                call_id: field("call_id"),
                name: field("name"),
                arguments: field("arguments"),
            },
            _ => OutputContent::Message(match parts {
                None => vec![MessagePart {
                    kind: MessagePartKind::Text,
                    text: entry.content.as_str().to_owned(),
                }],
                Some(parts) => parts.each().iter().map(said).collect(),
            }),
        };
        Self {
            kind,
            is_complete: entry.is_complete,
        }
    }
}

fn object(kind: ItemType, json: String) -> Content {
    let kind = kind.as_str().to_owned();
    Content::from(Parts::stored(Some(kind), format!("[{json}]")))
}

fn message(parts: &[MessagePart]) -> Content {
    if let [
        MessagePart {
            kind: MessagePartKind::Text,
            text,
        },
    ] = parts
        && let Ok(content) = Content::parse(text.clone())
    {
        return content;
    }
    let parts: Vec<_> = parts.iter().map(MessagePart::json).collect();
    Content::from(Parts::stored(None, format!("[{}]", parts.join(","))))
}

impl MessagePart {
    fn json(&self) -> String {
        let text = quoted(&self.text);
        match self.kind {
            MessagePartKind::Refusal => format!(r#"{{"type":"refusal","refusal":{text}}}"#),
            MessagePartKind::Text | MessagePartKind::Reasoning => {
                format!(r#"{{"type":"output_text","text":{text},"annotations":[]}}"#)
            }
        }
    }
}

fn said(part: &JsonObject<'_>) -> MessagePart {
    match part.text("refusal") {
        Some(text) => MessagePart {
            kind: MessagePartKind::Refusal,
            text,
        },
        None => MessagePart {
            kind: MessagePartKind::Text,
            text: part.text("text").unwrap_or_default(),
        },
    }
}

fn thoughts(entry: &ItemEntry) -> String {
    let object = entry.content.parts().and_then(Parts::object);
    let content = object.and_then(|object| object.get("content"));
    let parts = content.and_then(elements).unwrap_or_default();
    let first = parts.first().and_then(|part| JsonObject::parse(part));
    first.and_then(|part| part.text("text")).unwrap_or_default()
}
