//! Messages that have more than text, in the form of chat completions.

use domain::replies::{Call, Message, MessageExtra, Shown};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

/// `None`: a text alone.
pub(super) fn written(message: &Message) -> Option<Box<RawValue>> {
    let written = match &message.beside {
        MessageExtra::Nothing => return None,
        MessageExtra::Parts(parts) => {
            let parts: Vec<_> = parts.iter().map(part).collect();
            json!({ "role": "user", "content": parts })
        }
        MessageExtra::Calls(calls) => {
            let calls: Vec<_> = calls.iter().map(call).collect();
            let content = Some(&message.content).filter(|content| !content.is_empty());
            json!({ "role": "assistant", "content": content, "tool_calls": calls })
        }
        MessageExtra::Output(call_id) => {
            json!({ "role": "tool", "tool_call_id": call_id, "content": message.content })
        }
    };
    to_raw_value(&written).ok()
}

fn call(call: &Call) -> Value {
    let function = json!({ "name": call.name, "arguments": call.arguments });
    json!({ "id": call.id, "type": "function", "function": function })
}

fn part(part: &Shown) -> Value {
    match part {
        Shown::Text(text) => json!({ "type": "text", "text": text }),
        Shown::Picture { url, detail } => {
            let picture = given([("url", Some(url)), ("detail", detail.as_ref())]);
            json!({ "type": "image_url", "image_url": picture })
        }
        Shown::File { data, id, name } => {
            let fields = [("file_data", data), ("file_id", id), ("filename", name)];
            json!({ "type": "file", "file": given(fields.map(|(name, of)| (name, of.as_ref()))) })
        }
    }
}

/// An object without absent fields.
fn given<'a>(fields: impl IntoIterator<Item = (&'a str, Option<&'a String>)>) -> Value {
    let fields = fields.into_iter();
    let fields = fields.filter_map(|(name, value)| Some((name.to_owned(), value?.as_str().into())));
    Value::Object(fields.collect())
}
