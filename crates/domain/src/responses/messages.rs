//! Items as messages of a chat. A call is sent only together with its output, which follows it directly. Reasoning is
//! never sent.

use super::ItemEntry;
use super::entry::word;
use crate::items::{ItemType, JsonObject, Parts, Role, elements, quoted, text};
use crate::visible::can_be_seen;

/// The text before pictures that a tool has given.
const OF_TOOL: &str = "Pictures of a tool:";

/// The messages for a model as JSON, oldest first. `leading` becomes the beginning of the only
/// system message at the beginning.
pub(super) fn messages(leading: &[String], entries: &[ItemEntry]) -> Vec<String> {
    let mut messages = Telling::default();
    let is_system = |entry: &&ItemEntry| matches!(entry.role, Role::System | Role::Developer);
    let first: Vec<_> = entries.iter().take_while(is_system).collect();
    let texts = leading.iter().map(String::as_str);
    let texts = texts.chain(first.iter().map(|entry| entry.content.as_str()));
    let texts: Vec<_> = texts.filter(|text| can_be_seen(text)).collect();
    if !texts.is_empty() {
        messages.message("system", &quoted(&texts.join("\n\n")));
    }
    let rest = entries.get(first.len()..).unwrap_or_default();
    let outputs = outputs_of_calls(rest);
    for (entry, output) in rest.iter().zip(outputs) {
        messages.tell(entry, output);
    }
    messages.flush();
    messages.messages
}

/// The output of each call that has one, by the index of the call.
fn outputs_of_calls(entries: &[ItemEntry]) -> Vec<Option<&ItemEntry>> {
    let mut found = vec![None; entries.len()];
    let mut open: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
    for (index, entry) in entries.iter().enumerate() {
        let kind = entry.content.kind();
        let call_id = field(entry, "call_id");
        if *kind == ItemType::FUNCTION_CALL {
            open.insert(call_id, index);
        } else if *kind == ItemType::FUNCTION_CALL_OUTPUT
            && let Some(call) = open.remove(&call_id)
            && let Some(output) = found.get_mut(call)
        {
            *output = Some(entry);
        }
    }
    found
}

/// The value of a field of an item that is not a message.
pub(super) fn field(entry: &ItemEntry, name: &str) -> String {
    let object = entry.content.parts().and_then(Parts::object);
    object
        .and_then(|object| object.text(name))
        .unwrap_or_default()
}

/// Whether each of the last `new` items that is the output of a call has its call before it. If
/// not, the index of the first one without, among the new ones, and the id of the call.
pub(super) fn without_call(entries: &[ItemEntry], new: usize) -> Option<(usize, String)> {
    let before = entries.len().saturating_sub(new);
    let mut calls = std::collections::HashSet::new();
    for (index, entry) in entries.iter().enumerate() {
        let kind = entry.content.kind();
        if *kind == ItemType::FUNCTION_CALL {
            calls.insert(field(entry, "call_id"));
        } else if *kind == ItemType::FUNCTION_CALL_OUTPUT && index >= before {
            let call_id = field(entry, "call_id");
            if !calls.contains(&call_id) {
                return Some((index - before, call_id));
            }
        }
    }
    None
}

#[derive(Default)]
struct Telling {
    messages: Vec<String>,
    /// The text of an assistant's message, and the calls after it.
    text: Option<String>,
    calls: Vec<String>,
    outputs: Vec<String>,
    /// Whether an output came after these calls: the model did not know it when it made them, so
    /// another call belongs to its next message.
    is_answered: bool,
    /// Pictures that tools have given.
    pictures: Vec<String>,
}

impl Telling {
    fn message(&mut self, role: &str, content: &str) {
        let message = format!(r#"{{"role":"{role}","content":{content}}}"#);
        self.messages.push(message);
    }

    fn tell(&mut self, entry: &ItemEntry, output: Option<&ItemEntry>) {
        let kind = entry.content.kind();
        if *kind == ItemType::FUNCTION_CALL {
            if let Some(output) = output {
                if self.is_answered {
                    self.flush();
                }
                self.call(entry, output);
            }
            return;
        }
        if !kind.is_message() {
            let is_output = *kind == ItemType::FUNCTION_CALL_OUTPUT;
            self.is_answered |= is_output && !self.calls.is_empty();
            return;
        }
        self.flush();
        let said = entry.content.as_str();
        match entry.role {
            Role::Assistant => self.text = Some(said.to_owned()).filter(|said| can_be_seen(said)),
            Role::User => {
                if let Some(content) = content(entry) {
                    self.message("user", &content);
                }
            }
            // A tool's message from elsewhere, without its call.
            Role::Tool => {
                if can_be_seen(said) {
                    self.message("user", &quoted(&format!("Result of a tool:\n{said}")));
                }
            }
            Role::System | Role::Developer => {
                if can_be_seen(said) {
                    self.message(word(Role::System), &quoted(said));
                }
            }
        }
    }

    fn call(&mut self, call: &ItemEntry, output: &ItemEntry) {
        let call_id = quoted(&field(call, "call_id"));
        let name = quoted(&field(call, "name"));
        let arguments = quoted(&field(call, "arguments"));
        self.calls.push(format!(
            r#"{{"id":{call_id},"type":"function","function":{{"name":{name},"arguments":{arguments}}}}}"#
        ));
        let object = output.content.parts().and_then(Parts::object);
        let said = object
            .and_then(|object| object.get("output"))
            .unwrap_or("\"\"");
        let content = match text(said) {
            Some(said) => said,
            None => self.parts_of_output(said),
        };
        self.outputs.push(format!(
            r#"{{"role":"tool","tool_call_id":{call_id},"content":{}}}"#,
            quoted(&content)
        ));
    }

    /// The text of an output in parts. Pictures are sent after all outputs.
    fn parts_of_output(&mut self, parts: &str) -> String {
        let parts = elements(parts).unwrap_or_default();
        let parts: Vec<_> = parts.into_iter().filter_map(JsonObject::parse).collect();
        let texts: Vec<_> = parts.iter().filter_map(|part| part.text("text")).collect();
        let others = parts.iter().filter(|part| part.get("text").is_none());
        self.pictures.extend(others.filter_map(part));
        texts.join("\n")
    }

    /// Writes the assistant's message with its calls, and their outputs.
    fn flush(&mut self) {
        let (text, calls) = (self.text.take(), std::mem::take(&mut self.calls));
        self.is_answered = false;
        let content = text.as_deref().map_or("null".to_owned(), quoted);
        if !calls.is_empty() {
            self.messages.push(format!(
                r#"{{"role":"assistant","content":{content},"tool_calls":[{}]}}"#,
                calls.join(",")
            ));
        } else if text.is_some() {
            self.message("assistant", &content);
        }
        self.messages.append(&mut self.outputs);
        let pictures = std::mem::take(&mut self.pictures);
        if !pictures.is_empty() {
            let text = quoted(OF_TOOL);
            let pictures = pictures.join(",");
            self.message(
                "user",
                &format!(r#"[{{"type":"text","text":{text}}},{pictures}]"#),
            );
        }
    }
}

/// The content of a user's message: a text, or a list of parts where it has more than text.
fn content(entry: &ItemEntry) -> Option<String> {
    let each = entry.content.parts().map(Parts::each).unwrap_or_default();
    let parts: Vec<_> = each.iter().filter_map(part).collect();
    let is_more = each
        .iter()
        .any(|object| object.get("text").is_none() && part(object).is_some());
    let said = entry.content.as_str();
    match is_more {
        true => Some(format!("[{}]", parts.join(","))),
        false => can_be_seen(said).then(|| quoted(said)),
    }
}

/// A part in the words of chats. `None`: it cannot be sent to a chat model.
fn part(object: &JsonObject<'_>) -> Option<String> {
    match object.text("type")?.as_str() {
        "input_text" | "output_text" | "text" => {
            let text = quoted(&object.text("text")?);
            Some(format!(r#"{{"type":"text","text":{text}}}"#))
        }
        "input_image" => {
            let url = quoted(&object.text("image_url")?);
            let detail = object.text("detail").map(|detail| quoted(&detail));
            let detail = detail.map_or(String::new(), |detail| format!(r#","detail":{detail}"#));
            Some(format!(
                r#"{{"type":"image_url","image_url":{{"url":{url}{detail}}}}}"#
            ))
        }
        "input_file" => {
            let data = quoted(&object.text("file_data")?);
            let name = quoted(&object.text("filename").unwrap_or_default());
            Some(format!(
                r#"{{"type":"file","file":{{"filename":{name},"file_data":{data}}}}}"#
            ))
        }
        "input_audio" => {
            let audio = object.get("input_audio")?;
            Some(format!(r#"{{"type":"input_audio","input_audio":{audio}}}"#))
        }
        _ => None,
    }
}
