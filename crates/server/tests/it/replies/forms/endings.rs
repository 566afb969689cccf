//! Answers that come in another form than was asked for, and streams that end in their own ways.

use super::{Form, Reply, body, bytes, chunks, delta, ending, passes};
use crate::provider::{Play, answers};
use serde_json::{Value, json};

/// An answer of this type, in one piece.
fn typed(kind: &str, text: &str) -> Option<Play> {
    Some(answers(
        "200 OK",
        &format!("Content-Type: {kind}\r\n"),
        text,
    ))
}

#[tokio::test]
async fn each_is_a_reply_or_a_failure_that_says_why() {
    super::each_form_has_its_expected_result(forms()).await;
}

fn forms() -> Vec<Form> {
    let mut forms = other_forms();
    forms.extend(reasons());
    forms.extend(lines());
    forms
}

/// Reasons to end where the reply does not, and whole messages beside their pieces.
fn reasons() -> Vec<Form> {
    let stops = |delta: Value| {
        let choice = json!({ "index": 0, "delta": delta, "finish_reason": "stop" });
        json!({ "model": "m", "choices": [choice] })
    };
    let says = |text: &str| json!({ "content": text });
    let whole = |delta: Option<Value>| {
        let message = json!({ "role": "assistant", "content": "Yes.", "reasoning_content": "Hm." });
        let mut choice = json!({ "index": 0, "finish_reason": "stop", "message": message });
        if let Some(delta) = delta {
            choice["delta"] = delta;
        }
        json!({ "object": "chat.completion", "model": "m", "choices": [choice] })
    };
    let form = |name, streamed, whole, outcome| Form {
        name,
        streamed,
        whole,
        outcome,
    };
    let thought = Reply("Yes.", Some("Hm."));
    let begun = stops(says("Ye"));
    vec![
        form(
            "Vertex AI through a proxy: `stop` in every chunk",
            chunks(&[stops(says("Ye")), stops(says("s")), stops(says("."))]),
            None,
            Reply("Yes.", None),
        ),
        form(
            "`stop` in the chunks of the thought",
            chunks(&[
                stops(json!({ "reasoning_content": "Hm." })),
                stops(says("Yes.")),
            ]),
            None,
            Reply("Yes.", Some("Hm.")),
        ),
        form(
            "`stop` in the first chunk, and an error",
            bytes(format!(
                "data: {begun}\n\ndata: {{\"error\":{{\"message\":\"boom\"}}}}\n\n"
            )),
            None,
            passes("boom"),
        ),
        form(
            "the word null as the reason to end, and no end",
            bytes(format!(
                "data: {}\n\n",
                begun.to_string().replace("\"stop\"", "\"null\"")
            )),
            None,
            passes("its answer broke off."),
        ),
        form(
            "the whole message after its pieces",
            chunks(&[
                delta(&json!({ "reasoning_content": "Hm." })),
                delta(&says("Ye")),
                delta(&says("s.")),
                whole(None),
            ]),
            None,
            thought,
        ),
        form(
            "Perplexity: an empty delta beside the message",
            chunks(&[
                delta(&says("Ye")),
                delta(&says("s.")),
                whole(Some(says(""))),
            ]),
            body(&whole(Some(says("")))),
            Reply("Yes.", Some("Hm.")),
        ),
        form(
            "Gemini: a reason by another name, and no end",
            bytes(format!(
                "data: {}\n\ndata: {}\n\n",
                delta(&says("Ye")),
                json!({ "choices": [{ "index": 0, "delta": { "content": "s." }, "finishReason": "stop", "finish_reason": null }] }),
            )),
            None,
            Reply("Yes.", None),
        ),
        form(
            "LiteLLM: a reason with more than a word, and no text",
            super::deltas(&[], "content_filter: PROHIBITED_CONTENT"),
            super::message(
                json!({ "role": "assistant" }),
                "content_filter: PROHIBITED_CONTENT",
            ),
            super::lasts(
                "its reply is empty: a filter of the provider's held it back (content_filter: PROHIBITED_CONTENT).",
            ),
        ),
        form(
            "a reason in another script, and no text",
            super::deltas(&[], "停止"),
            super::message(json!({ "role": "assistant" }), "停止"),
            super::lasts("its reply is empty (停止)."),
        ),
        form(
            "a field of another name between pieces of text",
            super::deltas(&[says("A"), json!({ "text": "B" }), says("C")], "stop"),
            None,
            Reply("ABC", None),
        ),
        form(
            "a field that is not known beside the text of others",
            super::deltas(&[says("A"), json!({ "answer": "B" })], "stop"),
            None,
            super::lasts(
                "its reply has something in it that is not text (the unknown field answer), and cannot be kept.",
            ),
        ),
        form(
            "a field that is not known, and nothing else",
            super::deltas(&[json!({ "answer": { "text": "Yes." } })], "stop"),
            super::message(
                json!({ "role": "assistant", "content": null, "answer": { "text": "Yes." } }),
                "stop",
            ),
            super::lasts(
                "its reply has something in it that is not text (the unknown field answer), and cannot be kept.",
            ),
        ),
        form(
            "a message that is a text",
            body(&json!({ "choices": [{ "message": "Yes.", "finish_reason": "stop" }] })),
            body(&json!({ "choices": [{ "message": "Yes.", "finish_reason": "stop" }] })),
            Reply("Yes.", None),
        ),
        form(
            "a call where no stream was asked for",
            None,
            super::deltas(&[json!({ "tool_calls": [{ "id": "x" }] })], "tool_calls"),
            super::lasts("it called a tool instead of replying."),
        ),
        form(
            "a picture where no stream was asked for",
            None,
            super::deltas(&[json!({ "content": "A", "images": [{}] })], "stop"),
            super::lasts(
                "its reply has something in it that is not text (images), and cannot be kept.",
            ),
        ),
        form(
            "a whole message that says something else than its pieces",
            chunks(&[delta(&says("No.")), whole(None)]),
            None,
            super::lasts(
                "its reply has something in it that is not text (second_message), and cannot be kept.",
            ),
        ),
    ]
}

/// Lines that are not fields of an event, and events without text.
fn lines() -> Vec<Form> {
    let says = |text: &str| delta(&json!({ "content": text }));
    let (begin, more, end) = (says("Y"), says("e"), says("s."));
    let stop = ending("stop");
    let around = |line: String| {
        bytes(format!(
            "data: {begin}\n\n{line}\n\ndata: {end}\n\ndata: {stop}\n\ndata: [DONE]\n\n"
        ))
    };
    let read = |name, line: String| Form {
        name,
        streamed: around(line),
        whole: None,
        outcome: Reply("Yes.", None),
    };
    let named = |name, line: &str, words| Form {
        name,
        streamed: around(line.to_owned()),
        whole: None,
        outcome: passes(words),
    };
    let alive = |name, line: &str| Form {
        name,
        streamed: around(format!("data: {more}\n\n{line}")),
        whole: None,
        outcome: Reply("Yes.", None),
    };
    vec![
        read("a space before the field", format!(" data: {more}")),
        read("a line of JSON between events", more.to_string()),
        read("a field in capitals", format!("DATA: {more}")),
        read("a space before the colon", format!("data : {more}")),
        named(
            "an error in a line of its own",
            r#"{"error":{"message":"words"}}"#,
            "words",
        ),
        named(
            "a page for browsers midway",
            "<html>away</html>",
            "It begins with: <html>away</html>",
        ),
        named(
            "an event of another API",
            r#"data: {"type":"response.output_text.delta","delta":"e"}"#,
            r#"It begins with: {"type":"response.output_text.delta","delta":"e"}"#,
        ),
        alive("an empty object midway", "data: {}"),
        alive("a word as a sign of life", "data: ping"),
        alive(
            "an object as a sign of life",
            r#"data: {"object":"keepalive"}"#,
        ),
        alive(
            "sse-starlette: a time as a sign of life",
            "event: ping\r\ndata: 2024-12-22 15:33:27.463789\r",
        ),
        alive("an event called heartbeat", "event: heartbeat\ndata: alive"),
        alive(
            "Perplexity: citations alone",
            r#"data: {"citations":["https://x"],"search_results":[]}"#,
        ),
        alive("Open WebUI: sources alone", r#"data: {"sources":[{}]}"#),
        read(
            "a field that events do not have",
            format!("x-foo: bar\ndata: {more}"),
        ),
        alive(
            "Groq: its own field alone",
            r#"data: {"x_groq":{"id":"r"}}"#,
        ),
        Form {
            name: "an end in other letters",
            streamed: bytes(format!("data: {}\n\ndata: \"[done]\"\n\n", says("Yes."))),
            whole: None,
            outcome: Reply("Yes.", None),
        },
    ]
}

fn other_forms() -> Vec<Form> {
    let choice = json!({ "index": 0, "message": { "role": "assistant", "content": "Yes." }, "finish_reason": "stop" });
    let whole: Value =
        json!({ "id": "c", "object": "chat.completion", "model": "m", "choices": [choice] });
    let lines = [
        delta(&json!({ "content": "Ye" })),
        delta(&json!({ "content": "s." })),
        ending("stop"),
    ];
    let events: String = lines
        .iter()
        .map(|line| format!("data: {line}\n\n"))
        .collect();
    let bare: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let close: String = lines.iter().map(|line| format!("data: {line}\n")).collect();
    let form = |name, streamed: Option<Play>, whole| Form {
        name,
        streamed,
        whole,
        outcome: Reply("Yes.", None),
    };
    let events_type = "text/event-stream";
    vec![
        form(
            "a whole completion that is called events, and an end",
            typed(events_type, &format!("{whole}\n\ndata: [DONE]\n\n")),
            typed(events_type, &format!("{whole}\n\ndata: [DONE]\n\n")),
        ),
        form(
            "a whole completion as the only event",
            typed(events_type, &format!("data: {whole}\n\ndata: [DONE]\n\n")),
            typed(events_type, &format!("data: {whole}\n\ndata: [DONE]\n\n")),
        ),
        form(
            "a whole completion that was to be streamed",
            typed("application/json", &whole.to_string()),
            typed("text/plain", &whole.to_string()),
        ),
        form(
            "events that are called JSON",
            typed("application/json", &format!("{events}data: [DONE]\n\n")),
            typed("application/json", &format!("{events}data: [DONE]\n\n")),
        ),
        form(
            "events without a type",
            Some(answers("200 OK", "", &events)),
            Some(answers("200 OK", "", &events)),
        ),
        form(
            "lines of JSON",
            typed("application/x-ndjson", &bare),
            typed("application/x-ndjson", &bare),
        ),
        form(
            "events with no blank lines between them",
            typed(events_type, &format!("{close}data: [DONE]\n")),
            None,
        ),
        form(
            "no blank line after the last event",
            bytes(events.trim_end()),
            None,
        ),
        form(
            "a byte order mark",
            typed(events_type, &format!("\u{feff}{events}")),
            typed("application/json", &format!("\u{feff}{whole}")),
        ),
        form(
            "events without data, and data that is empty",
            bytes(format!(
                "event: open\n\ndata:\n\nid: 1\nretry: 9\n\n{events}data: [DONE]\n\n"
            )),
            None,
        ),
        form(
            "signs of life in JSON",
            chunks(&[
                json!({ "type": "ping" }),
                json!({ "object": "chat.completion.chunk", "usage": {} }),
                delta(&json!({ "content": "Yes." })),
                ending("stop"),
                json!({ "object": "chat.completion.done" }),
            ]),
            None,
        ),
        form(
            "an error after all is said",
            bytes(format!(
                "{events}event: error\ndata: {{\"error\":\"late\"}}\n\n"
            )),
            None,
        ),
        form(
            "carriage returns",
            bytes(events.replace('\n', "\r\n")),
            None,
        ),
    ]
}
