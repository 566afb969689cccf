//! Ollama, llama.cpp, vLLM, SGLang, LM Studio, TGI: servers that people run themselves.

use super::{Form, Reply, bytes, chunks, delta, deltas, ending, message};
use serde_json::json;

#[tokio::test]
async fn each_is_a_reply_or_a_failure_that_says_why() {
    super::each_form_has_its_expected_result(forms()).await;
}

fn forms() -> Vec<Form> {
    let open = |text: &str| json!({ "model": "m", "choices": [{ "index": 0, "delta": { "role": "assistant", "content": text }, "finish_reason": "" }] });
    vec![
        Form {
            name: "Ollama: an empty reason until the end",
            streamed: chunks(&[open("Ye"), open("s."), ending("stop")]),
            whole: message(json!({ "role": "assistant", "content": "Yes." }), "stop"),
            outcome: Reply("Yes.", None),
        },
        Form {
            name: "Ollama: thoughts",
            streamed: deltas(
                &[
                    json!({ "role": "assistant", "content": "", "reasoning": "Let me" }),
                    json!({ "role": "assistant", "content": "", "reasoning": " see." }),
                    json!({ "role": "assistant", "content": "Yes." }),
                ],
                "stop",
            ),
            whole: message(
                json!({ "content": "Yes.", "thinking": "Let me see." }),
                "stop",
            ),
            outcome: Reply("Yes.", Some("Let me see.")),
        },
        Form {
            name: "llama.cpp: timings beside the choices",
            streamed: chunks(&[
                delta(&json!({ "role": "assistant", "content": null })),
                delta(&json!({ "reasoning_content": "So." })),
                delta(&json!({ "content": "Yes." })),
                ending("stop"),
                json!({ "choices": [], "timings": { "predicted_n": 3 }, "usage": {} }),
            ]),
            whole: message(
                json!({ "content": "Yes.", "reasoning_content": "So." }),
                "stop",
            ),
            outcome: Reply("Yes.", Some("So.")),
        },
        Form {
            name: "vLLM: the same thoughts under two names",
            streamed: deltas(
                &[
                    json!({ "reasoning": "So.", "reasoning_content": "So." }),
                    json!({ "content": "Yes." }),
                ],
                "stop",
            ),
            whole: message(
                json!({ "content": "Yes.", "reasoning": "So.", "reasoning_content": "So.", "tool_calls": [], "function_call": null }),
                "stop",
            ),
            outcome: Reply("Yes.", Some("So.")),
        },
        Form {
            name: "vLLM: text with halves of a character in two chunks",
            streamed: bytes(
                r#"data: {"choices":[{"index":0,"delta":{"content":"A\ud83d"},"finish_reason":null}]}

data: {"choices":[{"index":0,"delta":{"content":"\ude00B"},"finish_reason":"stop"}]}

data: [DONE]

"#,
            ),
            whole: Some(super::answers(
                "200 OK",
                "Content-Type: application/json\r\n",
                r#"{"choices":[{"message":{"content":"A\ud83d\ude00B"},"finish_reason":"stop"}]}"#,
            )),
            outcome: Reply("A😀B", None),
        },
        Form {
            name: "a half that stays alone",
            streamed: bytes(
                r#"data: {"choices":[{"delta":{"content":"A\ud83d"},"finish_reason":"length"}]}

data: [DONE]

"#,
            ),
            whole: Some(super::answers(
                "200 OK",
                "Content-Type: application/json\r\n",
                r#"{"choices":[{"message":{"content":"A\ud83d"},"finish_reason":"length"}]}"#,
            )),
            outcome: Reply("A\u{fffd}", None),
        },
        Form {
            name: "SGLang: why it stops, in its own fields",
            streamed: chunks(&[
                json!({ "choices": [{ "index": 0, "delta": { "content": "Yes.", "tool_calls": null }, "matched_stop": null, "finish_reason": "" }], "usage": null }),
                json!({ "choices": [{ "index": 0, "delta": { "content": null }, "matched_stop": 151_645, "finish_reason": "stop" }] }),
            ]),
            whole: None,
            outcome: Reply("Yes.", None),
        },
        Form {
            name: "TGI: another word for the end, and no end of the stream",
            streamed: bytes(format!(
                "data:{}\n\ndata:{}\n\n",
                delta(&json!({ "role": "assistant", "content": "Yes." })),
                ending("eos_token"),
            )),
            whole: message(json!({ "content": "Yes." }), "eos_token"),
            outcome: Reply("Yes.", None),
        },
        Form {
            name: "LM Studio: names of events, and parts of content",
            streamed: bytes(format!(
                "event: message\ndata: {}\n\nevent: message\ndata: {}\n\ndata: [DONE]\n\n",
                delta(&json!({ "content": "Yes." })),
                ending("stop"),
            )),
            whole: message(
                json!({ "content": "Yes.", "tool_calls": [], "reasoning": "" }),
                "stop",
            ),
            outcome: Reply("Yes.", None),
        },
        Form {
            name: "the older API: text in place of a message",
            streamed: chunks(&[
                json!({ "choices": [{ "index": 0, "text": "Ye", "finish_reason": null }] }),
                json!({ "choices": [{ "index": 0, "text": "s.", "finish_reason": "stop" }] }),
            ]),
            whole: None,
            outcome: Reply("Yes.", None),
        },
    ]
}
