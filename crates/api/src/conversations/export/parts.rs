//! Parts as Markdown, for reading.

use super::folded::folded;
use domain::items::{JsonObject, MediaAddress, Part, Parts, elements, text as string};
use domain::replies::prompt::{Tied, tied_parts};

/// The texts of a message, with its pictures and files.
pub(super) fn message(parts: &Parts) -> String {
    let parts = parts.each();
    let each = parts.iter().map(|part| match Part::of(part) {
        Part::Text(text) => text,
        Part::Picture(Some(MediaAddress { url, .. })) => linked("Picture", &url),
        Part::Picture(None) => "*(A picture.)*".to_owned(),
        Part::File(Some(MediaAddress { url, name })) => {
            linked(name.as_deref().unwrap_or("File"), &url)
        }
        Part::File(None) => match part.text("filename") {
            Some(name) => format!("*(The file {}.)*", line(&name)),
            None => "*(A file.)*".to_owned(),
        },
        Part::Other => "*(A part that is not text.)*".to_owned(),
    });
    each.collect::<Vec<_>>().join("\n\n")
}

/// An item of another type.
pub(super) fn other(text: &mut String, parts: &Parts) {
    let object = parts.object().unwrap_or_default();
    match (tied_parts(parts), parts.kind().as_str()) {
        (Some(Tied::Call(call)), _) => {
            text.push_str(&format!("Calls `{}`:\n\n", line(&call.name)));
            block(text, "json", &call.arguments);
        }
        (Some(Tied::Output { text: output, .. }), _) => {
            text.push_str("Output of the tool:\n\n");
            block(text, "", &output);
        }
        (None, "reasoning") => folded(text, &thoughts(&object)),
        (None, kind) => {
            text.push_str(&format!("`{kind}`:\n\n"));
            block(text, "json", parts.as_json());
        }
    }
}

/// The thoughts of a reasoning item: its summary and its content.
fn thoughts(object: &JsonObject<'_>) -> String {
    let lists = ["summary", "content"].into_iter();
    let lists = lists
        .filter_map(|name| elements(object.get(name)?))
        .flatten();
    let texts = lists.filter_map(|part| JsonObject::parse(part)?.get("text").and_then(string));
    texts.collect::<Vec<_>>().join("\n\n")
}

/// A block of code that its text cannot end.
fn block(text: &mut String, language: &str, code: &str) {
    let mut longest = 0;
    for run in code.split(|c| c != '`') {
        longest = longest.max(run.len());
    }
    let fence = "`".repeat((longest + 1).max(3));
    text.push_str(&format!("{fence}{language}\n{code}\n{fence}\n"));
}

fn linked(name: &str, url: &str) -> String {
    let is_apart = |c: char| c.is_whitespace() || c.is_control() || "<>()".contains(c);
    let url: String = url.chars().filter(|c| !is_apart(*c)).collect();
    format!("[{}](<{url}>)", line(name))
}

/// A name as one line without marks.
fn line(name: &str) -> String {
    let is_mark = |c: char| c.is_control() || "`[]<>*_\\".contains(c);
    name.chars()
        .map(|c| if is_mark(c) { ' ' } else { c })
        .take(200)
        .collect()
}
