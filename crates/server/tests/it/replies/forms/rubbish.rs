//! Answers in no known form, of which the client is told the beginning.

use super::{Form, Outcome, bytes, lasts, passes};
use crate::provider::answers;

fn alike(name: &'static str, kind: &str, text: &str, outcome: Outcome) -> Form {
    let play = answers("200 OK", &format!("Content-Type: {kind}\r\n"), text);
    Form {
        name,
        streamed: Some(play.clone()),
        whole: Some(play),
        outcome,
    }
}

#[tokio::test]
async fn each_is_a_reply_or_a_failure_that_says_why() {
    super::each_form_has_its_expected_result(forms()).await;
}

fn forms() -> Vec<Form> {
    let json = "application/json";
    vec![
        alike(
            "a page for browsers",
            "text/html",
            "<html>Welcome</html>",
            passes("its answer is not one of OpenAI's API. It begins with: <html>Welcome</html>"),
        ),
        alike(
            "a text",
            "text/plain",
            "upstream connect error",
            passes("its answer is not one of OpenAI's API. It begins with: upstream connect error"),
        ),
        alike(
            "an object that says nothing known",
            json,
            r#"{"hello":1}"#,
            passes(r#"its answer is not one of OpenAI's API. It begins with: {"hello":1}"#),
        ),
        alike(
            "Ollama's own API",
            json,
            r#"{"model":"m","done":true}"#,
            passes(
                r#"its answer is not one of OpenAI's API. It begins with: {"model":"m","done":true}"#,
            ),
        ),
        alike(
            "choices that are not a list",
            json,
            r#"{"choices":"Yes."}"#,
            passes(r#"its answer is not one of OpenAI's API. It begins with: {"choices":"Yes."}"#),
        ),
        alike("no bytes", json, "", passes("its answer is empty.")),
        alike("white space", json, "\n \n", passes("its answer is empty.")),
        alike(
            "JSON that is cut off",
            json,
            r#"{"choices":[{"mess"#,
            passes("its answer broke off."),
        ),
        Form {
            name: "an answer that is compressed",
            streamed: bytes(b"\x1f\x8b\x08\x00"),
            whole: bytes(b"\x1f\x8b\x08\x00"),
            outcome: lasts("its answer is compressed (gzip), which was not asked for."),
        },
        Form {
            name: "an answer that is compressed in another way",
            streamed: bytes(b"\x28\xb5\x2f\xfd\x04\x00A"),
            whole: bytes(b"\x28\xb5\x2f\xfd\x04\x00A"),
            outcome: lasts("its answer is compressed (zstd), which was not asked for."),
        },
        alike(
            "an answer that says how it is compressed",
            "text/event-stream\r\nContent-Encoding: br",
            "\u{1}\u{2}\u{3}",
            lasts("its answer is compressed (br), which was not asked for."),
        ),
        Form {
            name: "events of Anthropic's own API",
            streamed: bytes(
                "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"x\"}}\n\n",
            ),
            whole: None,
            outcome: passes(
                r#"its answer is not one of OpenAI's API. It begins with: {"type":"message_start","message":{"id":"x"}}"#,
            ),
        },
        alike(
            "lines of Ollama's own API",
            "application/x-ndjson",
            "{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":\"Hi\"},\"done\":false}\n",
            passes(
                r#"It begins with: {"model":"m","message":{"role":"assistant","content":"Hi"},"done":false}"#,
            ),
        ),
        Form {
            name: "an answer without choices",
            streamed: bytes("data: {\"choices\":[],\"usage\":{}}\n\ndata: [DONE]\n\n"),
            whole: super::body(&serde_json::json!({ "choices": [], "usage": {} })),
            outcome: lasts(
                r#"its answer has no choices. It begins with: {"choices":[],"usage":{}}"#,
            ),
        },
        Form {
            name: "more white space than there is a reason for",
            streamed: bytes(" ".repeat(100_000)),
            whole: bytes("\n".repeat(100_000)),
            outcome: lasts("its answer begins with more than 64 KiB of white space."),
        },
        Form {
            name: "a reply of which there is nothing to see",
            streamed: super::deltas(&[serde_json::json!({ "content": "\u{200b}" })], "stop"),
            whole: super::message(serde_json::json!({ "content": "\u{200b}" }), "stop"),
            outcome: lasts("its reply is empty."),
        },
        Form {
            name: "an event that is a text",
            streamed: bytes("data: Hello\n\n"),
            whole: None,
            outcome: passes("its answer is not one of OpenAI's API. It begins with: Hello"),
        },
        Form {
            name: "an end and nothing before it",
            streamed: bytes("data: [DONE]\n\n"),
            whole: None,
            outcome: passes("its answer is empty."),
        },
        Form {
            name: "an event that is cut off",
            streamed: bytes(
                "data: {\"choices\":[{\"delta\":{\"content\":\"Ye\"}}]}\n\ndata: {\"choi",
            ),
            whole: None,
            outcome: passes("its answer broke off."),
        },
        Form {
            name: "lines of JSON that stop before the end",
            streamed: bytes("{\"choices\":[{\"delta\":{\"content\":\"Ye\"}}]}\n"),
            whole: None,
            outcome: passes("its answer broke off."),
        },
        Form {
            name: "events that are not UTF-8",
            streamed: bytes(b"data: \xff\n\n"),
            whole: None,
            outcome: passes("its answer is not UTF-8."),
        },
    ]
}
