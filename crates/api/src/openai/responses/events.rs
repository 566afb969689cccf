//! Events as OpenAI's API writes them.

use super::shown::{Moment, item, item_id, json, part, shown_status};
use domain::items::quoted;
use domain::responses::{EventPlace, MessagePartKind, OutputItem, Response, ResponseEvent, Status};

/// The name of an event and its data.
pub(super) fn written(
    response: &Response,
    number: u64,
    event: &ResponseEvent,
) -> (&'static str, String) {
    let (name, fields) = fields(response, event);
    let data = format!(r#"{{"type":"{name}","sequence_number":{number},{fields}}}"#);
    (name, data)
}

fn fields(response: &Response, event: &ResponseEvent) -> (&'static str, String) {
    let lifecycle = |name, moment| (name, format!(r#""response":{}"#, json(response, moment)));
    let first = match response.is_background {
        true => Moment::Queued,
        false => Moment::Begun,
    };
    match event {
        ResponseEvent::Created => lifecycle("response.created", first),
        ResponseEvent::Queued => lifecycle("response.queued", Moment::Queued),
        ResponseEvent::InProgress => lifecycle("response.in_progress", Moment::Begun),
        ResponseEvent::ItemAdded(place, output) => (
            "response.output_item.added",
            item_of(response, place, output, "in_progress"),
        ),
        ResponseEvent::ItemDone(place) => (
            "response.output_item.done",
            output(response, place).map_or_else(String::new, |output| {
                item_of(response, place, output, shown_status(output))
            }),
        ),
        ResponseEvent::PartAdded(place, kind) => (
            "response.content_part.added",
            format!(r#"{},"part":{}"#, at(response, place), part(*kind, "")),
        ),
        ResponseEvent::PartDone(place, kind) => {
            let part = part(*kind, said(response, place));
            let at = at(response, place);
            (
                "response.content_part.done",
                format!(r#"{at},"part":{part}"#),
            )
        }
        ResponseEvent::Delta(place, kind, text) => delta(response, place, *kind, text),
        ResponseEvent::TextDone(place, kind) => text_done(response, place, *kind),
        ResponseEvent::ArgumentsDone(place) => (
            "response.function_call_arguments.done",
            arguments(response, place),
        ),
        ResponseEvent::Ended => lifecycle(ended(response.status), Moment::Now),
    }
}

/// OpenAI has no event for a cancelled response.
fn ended(status: Status) -> &'static str {
    match status {
        Status::Completed => "response.completed",
        Status::Failed => "response.failed",
        Status::InProgress | Status::Incomplete | Status::Cancelled => "response.incomplete",
    }
}

fn item_of(response: &Response, place: &EventPlace, output: &OutputItem, status: &str) -> String {
    let item = item(place.item, output, status);
    format!(r#""output_index":{},"item":{item}"#, index(response, place))
}

fn output<'a>(response: &'a Response, place: &EventPlace) -> Option<&'a OutputItem> {
    response.output.get(place.output)
}

/// The text of the part.
fn said<'a>(response: &'a Response, place: &EventPlace) -> &'a str {
    output(response, place).map_or("", |output| output.text(place.part))
}

/// The index among the items that are shown: the SDKs need indexes without gaps.
fn index(response: &Response, place: &EventPlace) -> usize {
    let before = 0..place.output;
    before
        .filter(|before| !response.is_output_deleted(*before))
        .count()
}

/// The item of an event. Its type is known from the response.
fn id(response: &Response, place: &EventPlace) -> String {
    let output = response.output.get(place.output);
    let id = output.map(|output| item_id(place.item, output));
    quoted(&id.unwrap_or_else(|| place.item.to_string()))
}

fn at(response: &Response, place: &EventPlace) -> String {
    format!(
        r#""item_id":{},"output_index":{},"content_index":{}"#,
        id(response, place),
        index(response, place),
        place.part
    )
}

fn delta(
    response: &Response,
    place: &EventPlace,
    kind: Option<MessagePartKind>,
    text: &str,
) -> (&'static str, String) {
    let (at, text) = (at(response, place), quoted(text));
    match kind {
        Some(MessagePartKind::Text) => (
            "response.output_text.delta",
            format!(r#"{at},"delta":{text},"logprobs":[]"#),
        ),
        Some(MessagePartKind::Refusal) => {
            ("response.refusal.delta", format!(r#"{at},"delta":{text}"#))
        }
        Some(MessagePartKind::Reasoning) => (
            "response.reasoning_text.delta",
            format!(r#"{at},"delta":{text}"#),
        ),
        None => (
            "response.function_call_arguments.delta",
            format!(
                r#""item_id":{},"output_index":{},"delta":{text}"#,
                id(response, place),
                index(response, place)
            ),
        ),
    }
}

fn text_done(
    response: &Response,
    place: &EventPlace,
    kind: MessagePartKind,
) -> (&'static str, String) {
    let (at, text) = (at(response, place), quoted(said(response, place)));
    match kind {
        MessagePartKind::Text => (
            "response.output_text.done",
            format!(r#"{at},"text":{text},"logprobs":[]"#),
        ),
        MessagePartKind::Refusal => ("response.refusal.done", format!(r#"{at},"refusal":{text}"#)),
        MessagePartKind::Reasoning => (
            "response.reasoning_text.done",
            format!(r#"{at},"text":{text}"#),
        ),
    }
}

fn arguments(response: &Response, place: &EventPlace) -> String {
    let (name, arguments) = match output(response, place).map(|output| &output.kind) {
        Some(domain::responses::OutputContent::Call {
            name, arguments, ..
        }) => (name.as_str(), arguments.as_str()),
        _ => ("", ""),
    };
    format!(
        r#""item_id":{},"output_index":{},"name":{},"arguments":{}"#,
        id(response, place),
        index(response, place),
        quoted(name),
        quoted(arguments)
    )
}
