//! Pictures and files of a user's message, as they are sent to a model.

use super::message::Shown;
use crate::items::{JsonObject, Part, Parts};

/// The parts of a user's message that has more than text.
pub(super) fn shown(parts: &Parts) -> Option<Vec<Shown>> {
    let parts = parts.each();
    let shown: Vec<_> = parts.iter().filter_map(show).collect();
    let is_more = shown.iter().any(|part| !matches!(part, Shown::Text(_)));
    is_more.then_some(shown)
}

fn show(part: &JsonObject<'_>) -> Option<Shown> {
    match Part::of(part) {
        Part::Text(text) => Some(Shown::Text(text)),
        Part::Picture(_) => {
            let object = part.get("image_url").and_then(JsonObject::parse);
            let within = |name| object.as_ref().and_then(|object| object.text(name));
            let url = part.text("image_url").or_else(|| within("url"))?;
            let detail = part.text("detail").or_else(|| within("detail"));
            Some(Shown::Picture { url, detail })
        }
        Part::File(address) => {
            let object = part
                .get("file")
                .and_then(JsonObject::parse)
                .unwrap_or_default();
            let field = |name| part.text(name).or_else(|| object.text(name));
            let (data, id, name) = (field("file_data"), field("file_id"), field("filename"));
            match (&data, &id, address) {
                (None, None, Some(address)) => Some(Shown::Text(address.url)),
                (None, None, None) => None,
                _ => Some(Shown::File { data, id, name }),
            }
        }
        Part::Other => None,
    }
}
