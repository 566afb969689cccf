use super::Entry;
use crate::items::{Content, ItemType, Object, Parts, Role, elements, quoted};

/// An item that a model is writing, or has written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    pub kind: Written,
    /// `false`: it was cut off.
    pub is_complete: bool,
}

/// The content of an output item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    Reasoning(String),
    Message(Vec<Said>),
    Call {
        call_id: String,
        name: String,
        arguments: String,
    },
}

/// A part of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub kind: SaidKind,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaidKind {
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

impl Output {
    pub(super) fn new(kind: Written) -> Self {
        Self {
            kind,
            is_complete: true,
        }
    }

    pub fn is_call(&self) -> bool {
        matches!(self.kind, Written::Call { .. })
    }

    /// The bytes of its texts.
    pub(super) fn bytes(&self) -> usize {
        match &self.kind {
            Written::Reasoning(text) => text.len(),
            Written::Message(parts) => parts.iter().map(|said| said.text.len()).sum(),
            Written::Call {
                name, arguments, ..
            } => name.len() + arguments.len(),
        }
    }

    /// The text of a part so far.
    pub fn text(&self, part: usize) -> &str {
        match &self.kind {
            Written::Reasoning(text) => text,
            Written::Message(parts) => parts.get(part).map_or("", |said| said.text.as_str()),
            Written::Call { arguments, .. } => arguments,
        }
    }

    /// The kind of a part; `None`: the item has no parts.
    pub(super) fn part_kind(&self, part: usize) -> Option<SaidKind> {
        match &self.kind {
            Written::Reasoning(_) => Some(SaidKind::Reasoning),
            Written::Message(parts) => parts.get(part).map(|said| said.kind),
            Written::Call { .. } => None,
        }
    }

    /// The item before any part of it was written.
    pub(super) fn begun(&self) -> Self {
        Self::new(match &self.kind {
            Written::Reasoning(_) => Written::Reasoning(String::new()),
            Written::Message(_) => Written::Message(Vec::new()),
            Written::Call { call_id, name, .. } => Written::Call {
                call_id: call_id.clone(),
                name: name.clone(),
                arguments: String::new(),
            },
        })
    }

    /// The item for storing.
    pub fn entry(&self) -> Entry {
        let content = match &self.kind {
            Written::Message(parts) => message(parts),
            Written::Reasoning(text) => object(
                ItemType::REASONING,
                format!(
                    r#"{{"summary":[],"content":[{{"type":"reasoning_text","text":{}}}]}}"#,
                    quoted(text)
                ),
            ),
            Written::Call {
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
        Entry {
            role: Role::Assistant,
            content,
            is_complete: self.is_complete,
        }
    }

    /// The output item of a stored one.
    pub fn of(entry: &Entry) -> Self {
        let parts = entry.content.parts();
        let field = |name| {
            let object = parts.and_then(Parts::object);
            object
                .and_then(|object| object.text(name))
                .unwrap_or_default()
        };
        let kind = match entry.content.kind() {
            kind if *kind == ItemType::REASONING => Written::Reasoning(thoughts(entry)),
            kind if *kind == ItemType::FUNCTION_CALL => Written::Call {
                call_id: field("call_id"),
                name: field("name"),
                arguments: field("arguments"),
            },
            _ => Written::Message(match parts {
                None => vec![Said {
                    kind: SaidKind::Text,
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

fn message(parts: &[Said]) -> Content {
    if let [
        Said {
            kind: SaidKind::Text,
            text,
        },
    ] = parts
        && let Ok(content) = Content::parse(text.clone())
    {
        return content;
    }
    let parts: Vec<_> = parts.iter().map(Said::json).collect();
    Content::from(Parts::stored(None, format!("[{}]", parts.join(","))))
}

impl Said {
    fn json(&self) -> String {
        let text = quoted(&self.text);
        match self.kind {
            SaidKind::Refusal => format!(r#"{{"type":"refusal","refusal":{text}}}"#),
            SaidKind::Text | SaidKind::Reasoning => {
                format!(r#"{{"type":"output_text","text":{text},"annotations":[]}}"#)
            }
        }
    }
}

fn said(part: &Object<'_>) -> Said {
    match part.text("refusal") {
        Some(text) => Said {
            kind: SaidKind::Refusal,
            text,
        },
        None => Said {
            kind: SaidKind::Text,
            text: part.text("text").unwrap_or_default(),
        },
    }
}

fn thoughts(entry: &Entry) -> String {
    let object = entry.content.parts().and_then(Parts::object);
    let content = object.and_then(|object| object.get("content"));
    let parts = content.and_then(elements).unwrap_or_default();
    let first = parts.first().and_then(|part| Object::parse(part));
    first.and_then(|part| part.text("text")).unwrap_or_default()
}
