//! Events as OpenAI's API writes them.

use super::shown::{Moment, item, item_id, json, part, shown_status};
use domain::items::quoted;
use domain::responses::{Event, EventPlace, Output, Response, SaidKind, Status};

/// The name of an event and its data.
pub(super) fn written(response: &Response, number: u64, event: &Event) -> (&'static str, String) {
    let (name, fields) = fields(response, event);
    let data = format!(r#"{{"type":"{name}","sequence_number":{number},{fields}}}"#);
    (name, data)
}

fn fields(response: &Response, event: &Event) -> (&'static str, String) {
    let lifecycle = |name, moment| (name, format!(r#""response":{}"#, json(response, moment)));
    let first = match response.is_background {
        true => Moment::Queued,
        false => Moment::Begun,
    };
    match event {
        Event::Created => lifecycle("response.created", first),
        Event::Queued => lifecycle("response.queued", Moment::Queued),
        Event::InProgress => lifecycle("response.in_progress", Moment::Begun),
        Event::ItemAdded(place, output) => (
            "response.output_item.added",
            item_of(response, place, output, "in_progress"),
        ),
        Event::ItemDone(place) => (
            "response.output_item.done",
            output(response, place).map_or_else(String::new, |output| {
                item_of(response, place, output, shown_status(output))
            }),
        ),
        Event::PartAdded(place, kind) => (
            "response.content_part.added",
            format!(r#"{},"part":{}"#, at(response, place), part(*kind, "")),
        ),
        Event::PartDone(place, kind) => {
            let part = part(*kind, said(response, place));
            let at = at(response, place);
            (
                "response.content_part.done",
                format!(r#"{at},"part":{part}"#),
            )
        }
        Event::Delta(place, kind, text) => delta(response, place, *kind, text),
        Event::TextDone(place, kind) => text_done(response, place, *kind),
        Event::ArgumentsDone(place) => (
            "response.function_call_arguments.done",
            arguments(response, place),
        ),
        Event::Ended => lifecycle(ended(response.status), Moment::Now),
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

fn item_of(response: &Response, place: &EventPlace, output: &Output, status: &str) -> String {
    let item = item(place.item, output, status);
    format!(r#""output_index":{},"item":{item}"#, index(response, place))
}

fn output<'a>(response: &'a Response, place: &EventPlace) -> Option<&'a Output> {
    response.output.get(place.output)
}

/// The text of the part.
fn said<'a>(response: &'a Response, place: &EventPlace) -> &'a str {
    output(response, place).map_or("", |output| output.text(place.part))
}

/// The place among the items that are shown: the SDKs need indexes without gaps.
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
    kind: Option<SaidKind>,
    text: &str,
) -> (&'static str, String) {
    let (at, text) = (at(response, place), quoted(text));
    match kind {
        Some(SaidKind::Text) => (
            "response.output_text.delta",
            format!(r#"{at},"delta":{text},"logprobs":[]"#),
        ),
        Some(SaidKind::Refusal) => ("response.refusal.delta", format!(r#"{at},"delta":{text}"#)),
        Some(SaidKind::Reasoning) => (
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

fn text_done(response: &Response, place: &EventPlace, kind: SaidKind) -> (&'static str, String) {
    let (at, text) = (at(response, place), quoted(said(response, place)));
    match kind {
        SaidKind::Text => (
            "response.output_text.done",
            format!(r#"{at},"text":{text},"logprobs":[]"#),
        ),
        SaidKind::Refusal => ("response.refusal.done", format!(r#"{at},"refusal":{text}"#)),
        SaidKind::Reasoning => (
            "response.reasoning_text.done",
            format!(r#"{at},"text":{text}"#),
        ),
    }
}

fn arguments(response: &Response, place: &EventPlace) -> String {
    let (name, arguments) = match output(response, place).map(|output| &output.kind) {
        Some(domain::responses::Written::Call {
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
