//! A response as OpenAI's API shows it, with every field that Open Responses requires.

use crate::openai::ids;
use domain::id::ItemId;
use domain::items::{JsonObject, quoted};
use domain::responses::{
    CutBy, MessagePart, MessagePartKind, OutputContent, OutputItem, Response, Status, TokenUsage,
};

/// The moment of its life in which a response is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    Queued,
    /// Before the model has said anything.
    Begun,
    Now,
}

/// The response as JSON.
pub(super) fn json(response: &Response, moment: Moment) -> String {
    let is_now = moment == Moment::Now;
    let output = response.output.iter().enumerate().filter(|_| is_now);
    let output = output.filter(|(index, _)| !response.is_output_deleted(*index));
    let output =
        output.map(|(index, output)| item(response.output_id(index), output, shown_status(output)));
    let output: Vec<_> = output.collect();
    let status = status(response.status, moment);
    let seconds = response.created_at.timestamp();
    // OpenAI gives this time to completed responses only.
    let completed = response
        .ended_at
        .filter(|_| is_now && response.status == Status::Completed);
    let failed = response.failed.as_ref().filter(|_| is_now);
    let cut_by = response.cut_by.filter(|_| is_now);
    let settings = JsonObject::parse(&response.settings).unwrap_or_default();
    let asked = settings.text("model");
    let model = response.model.clone().filter(|_| is_now).or(asked);
    let model = model.unwrap_or_else(|| "default".to_owned());
    let or_null = |value: Option<String>| value.unwrap_or_else(|| "null".to_owned());
    let usage = response.usage.filter(|_| is_now).map(usage);
    let mut all = vec![
        ("id", quoted(&response.id.to_string())),
        ("object", quoted("response")),
        ("created_at", seconds.to_string()),
        ("status", quoted(status)),
        (
            "completed_at",
            or_null(completed.map(|at| at.timestamp().to_string())),
        ),
        (
            "error",
            or_null(failed.map(|failed| {
                let (code, message) = (quoted(&failed.code), quoted(&failed.message));
                format!(r#"{{"code":{code},"message":{message}}}"#)
            })),
        ),
        (
            "incomplete_details",
            or_null(cut_by.map(|cut_by| match cut_by {
                CutBy::Length => r#"{"reason":"max_output_tokens"}"#.to_owned(),
                CutBy::Filter => r#"{"reason":"content_filter"}"#.to_owned(),
            })),
        ),
        ("model", quoted(&model)),
        ("output", format!("[{}]", output.join(","))),
        ("usage", or_null(usage)),
        (
            "previous_response_id",
            or_null(response.previous.map(|id| quoted(&id.to_string()))),
        ),
        (
            "conversation",
            or_null(
                response
                    .conversation
                    .map(|id| format!(r#"{{"id":{}}}"#, quoted(&id.to_string()))),
            ),
        ),
    ];
    let chosen = settings.fields().filter(|(name, _)| *name != "model");
    all.extend(chosen.map(|(name, value)| (name, value.to_owned())));
    let all: Vec<_> = all
        .iter()
        .map(|(name, value)| format!("\"{name}\":{value}"))
        .collect();
    format!("{{{}}}", all.join(","))
}

fn status(status: Status, moment: Moment) -> &'static str {
    match (moment, status) {
        (Moment::Queued, _) => "queued",
        (Moment::Begun, _) | (_, Status::InProgress) => "in_progress",
        (_, Status::Completed) => "completed",
        (_, Status::Failed) => "failed",
        (_, Status::Incomplete) => "incomplete",
        (_, Status::Cancelled) => "cancelled",
    }
}

fn usage(usage: TokenUsage) -> String {
    let TokenUsage {
        input,
        cached,
        output,
        reasoning,
        total,
    } = usage;
    format!(
        r#"{{"input_tokens":{input},"input_tokens_details":{{"cached_tokens":{cached},"cache_write_tokens":0}},"output_tokens":{output},"output_tokens_details":{{"reasoning_tokens":{reasoning}}},"total_tokens":{total}}}"#
    )
}

pub(super) fn shown_status(output: &OutputItem) -> &'static str {
    match output.is_complete {
        true => "completed",
        false => "incomplete",
    }
}

/// The type of an output item.
fn kind(output: &OutputItem) -> &'static str {
    match output.kind {
        OutputContent::Reasoning(_) => "reasoning",
        OutputContent::Message(_) => "message",
        OutputContent::Call { .. } => "function_call",
    }
}

/// The id of an output item.
pub(super) fn item_id(id: ItemId, output: &OutputItem) -> String {
    ids::shown(id, kind(output))
}

/// An output item as JSON.
pub(super) fn item(id: ItemId, output: &OutputItem, status: &str) -> String {
    let id = quoted(&item_id(id, output));
    let kind = kind(output);
    let begin = format!(r#"{{"id":{id},"type":"{kind}","status":"{status}""#);
    let rest = match &output.kind {
        OutputContent::Reasoning(said) => {
            let part = part(MessagePartKind::Reasoning, said);
            let content = if said.is_empty() { String::new() } else { part };
            format!(r#""summary":[],"content":[{content}]"#)
        }
        OutputContent::Message(parts) => {
            let parts = parts
                .iter()
                .map(|MessagePart { kind, text }| part(*kind, text));
            let parts: Vec<_> = parts.collect();
            format!(r#""role":"assistant","content":[{}]"#, parts.join(","))
        }
        OutputContent::Call {
            call_id,
            name,
            arguments,
        } => format!(
            r#""call_id":{},"name":{},"arguments":{}"#,
            quoted(call_id),
            quoted(name),
            quoted(arguments)
        ),
    };
    format!("{begin},{rest}}}")
}

/// A part of an item as JSON.
pub(super) fn part(kind: MessagePartKind, said: &str) -> String {
    let said = quoted(said);
    match kind {
        MessagePartKind::Text => {
            format!(r#"{{"type":"output_text","text":{said},"annotations":[],"logprobs":[]}}"#)
        }
        MessagePartKind::Refusal => format!(r#"{{"type":"refusal","refusal":{said}}}"#),
        MessagePartKind::Reasoning => format!(r#"{{"type":"reasoning_text","text":{said}}}"#),
    }
}
