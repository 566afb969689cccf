//! OpenAI, Azure, Gemini, Groq, DeepSeek, OpenRouter, Anthropic's layer, GitHub's.

use super::{Form, Reply, bytes, chunks, delta, deltas, ending, lasts, message};
use serde_json::{Value, json};

#[tokio::test]
async fn each_is_a_reply_or_a_failure_that_says_why() {
    super::each_form_has_its_expected_result(forms()).await;
}

fn forms() -> Vec<Form> {
    [
        openai(),
        azure(),
        gemini(),
        deepseek(),
        openrouter(),
        others(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn openai() -> Vec<Form> {
    let refusal = "I'm sorry, I can't help with that.";
    let usage = json!({ "model": "m", "choices": [], "usage": { "total_tokens": 9 } });
    vec![
        Form {
            name: "OpenAI: a refusal",
            streamed: deltas(
                &[
                    json!({ "role": "assistant", "content": null, "refusal": null }),
                    json!({ "refusal": "I'm sorry, " }),
                    json!({ "refusal": "I can't help with that." }),
                ],
                "stop",
            ),
            whole: message(json!({ "content": null, "refusal": refusal }), "stop"),
            outcome: Reply(refusal, None),
        },
        Form {
            name: "OpenAI: usage, padding, annotations",
            streamed: chunks(&[
                json!({ "model": "m", "usage": null, "obfuscation": "x7", "choices": [
                    { "index": 0, "delta": { "content": "Yes." }, "logprobs": null, "finish_reason": null },
                ] }),
                ending("stop"),
                usage,
            ]),
            whole: message(
                json!({ "content": "Yes.", "refusal": null, "annotations": [], "tool_calls": null, "audio": null }),
                "stop",
            ),
            outcome: Reply("Yes.", None),
        },
        Form {
            name: "OpenAI: sound",
            streamed: deltas(&[json!({ "audio": { "data": "AAAA" } })], "stop"),
            whole: message(
                json!({ "content": null, "audio": { "data": "AAAA" } }),
                "stop",
            ),
            outcome: lasts(
                "its reply has something in it that is not text (audio), and cannot be kept.",
            ),
        },
        Form {
            name: "a call of a tool that does not say which, and does not say so at its end",
            streamed: deltas(
                &[json!({ "tool_calls": [{ "index": 0, "id": "x" }] })],
                "stop",
            ),
            whole: message(
                json!({ "content": "", "tool_calls": [{ "id": "x" }] }),
                "stop",
            ),
            outcome: lasts("it called a tool instead of replying."),
        },
    ]
}

fn azure() -> Vec<Form> {
    let nameless = |choices: Value| json!({ "id": "", "object": "", "created": 0, "model": "", "choices": choices });
    let mut filtered = nameless(json!([]));
    filtered["prompt_filter_results"] = json!([{ "prompt_index": 0 }]);
    let offsets = nameless(json!([
        { "index": 0, "finish_reason": null, "content_filter_offsets": { "check_offset": 4 } },
    ]));
    vec![
        Form {
            name: "Azure: filters before, between and after",
            streamed: chunks(&[
                filtered,
                delta(&json!({ "content": "Ye" })),
                offsets.clone(),
                delta(&json!({ "content": "s." })),
                ending("stop"),
                offsets,
            ]),
            whole: message(json!({ "content": "Yes." }), "stop"),
            outcome: Reply("Yes.", None),
        },
        Form {
            name: "Azure: a filter that held everything back",
            streamed: deltas(&[json!({ "role": "assistant" })], "content_filter"),
            whole: message(json!({ "role": "assistant" }), "content_filter"),
            outcome: lasts(
                "its reply is empty: a filter of the provider's held it back (content_filter).",
            ),
        },
    ]
}

fn gemini() -> Vec<Form> {
    let thought = json!({ "google": { "thought": true } });
    vec![
        Form {
            name: "Gemini: thoughts that are marked beside the text, and in it",
            streamed: deltas(
                &[
                    json!({ "content": "<thought>Hm, ", "extra_content": thought }),
                    json!({ "content": "Norway.", "extra_content": thought }),
                    json!({ "content": "</thought>Oslo", "role": "assistant" }),
                    json!({ "content": ".", "extra_content": { "google": { "thought_signature": "x" } } }),
                ],
                "stop",
            ),
            whole: message(
                json!({ "content": "<thought>Hm, Norway.</thought>Oslo." }),
                "stop",
            ),
            outcome: Reply("Oslo.", Some("Hm, Norway.")),
        },
        Form {
            name: "Gemini: no content at all",
            streamed: chunks(&[
                json!({ "choices": [{ "delta": { "role": "assistant" }, "index": 0, "finish_reason": "stop" }] }),
            ]),
            whole: message(json!({ "role": "assistant" }), "stop"),
            outcome: lasts("its reply is empty."),
        },
        Form {
            name: "Vertex AI: another word for the end",
            streamed: deltas(&[json!({ "role": "assistant" })], "MAX_TOKENS"),
            whole: message(json!({ "role": "assistant" }), "MAX_TOKENS"),
            outcome: lasts(
                "its reply is empty: the length (`max_tokens`) was used up before the answer began (MAX_TOKENS).",
            ),
        },
    ]
}

fn deepseek() -> Vec<Form> {
    let reply = json!({ "choices": [{ "message": { "content": "9.11 is less.", "reasoning_content": "Compare." }, "finish_reason": "stop" }] });
    vec![
        Form {
            name: "DeepSeek: thoughts, and signs of life",
            streamed: bytes(format!(
                ": keep-alive\n\n: keep-alive\n\ndata: {}\n\ndata: {}\n\n: keep-alive\n\ndata: {}\n\ndata: [DONE]\n\n",
                delta(&json!({ "content": null, "reasoning_content": "Compare." })),
                delta(&json!({ "content": "9.11 is less.", "reasoning_content": null })),
                ending("stop"),
            )),
            // Empty lines keep the connection alive.
            whole: Some(super::answers(
                "200 OK",
                "Content-Type: application/json\r\n",
                &format!("\n\n\n{reply}"),
            )),
            outcome: Reply("9.11 is less.", Some("Compare.")),
        },
        Form {
            name: "DeepSeek: thoughts that used up the length",
            streamed: deltas(
                &[json!({ "content": "", "reasoning_content": "Hm" })],
                "length",
            ),
            whole: message(
                json!({ "content": "", "reasoning_content": "Hm" }),
                "length",
            ),
            outcome: lasts(
                "its reply is empty: its thoughts used up the length (`max_tokens`) before the answer began (length).",
            ),
        },
        Form {
            name: "DeepSeek: no room to compute",
            streamed: deltas(
                &[json!({ "content": "9.1" })],
                "insufficient_system_resource",
            ),
            whole: message(json!({ "content": "9.1" }), "insufficient_system_resource"),
            outcome: super::passes("it gave up midway (insufficient_system_resource)."),
        },
    ]
}

fn openrouter() -> Vec<Form> {
    let details = json!([{ "type": "reasoning.text", "text": "Think.", "index": 0 }]);
    vec![
        Form {
            name: "OpenRouter: thoughts told twice",
            streamed: bytes(format!(
                ": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\ndata: {}\n\ndata: {}\n\ndata: {}\n\ndata: {}\n\ndata: [DONE]\n\n",
                delta(
                    &json!({ "role": "assistant", "content": "", "reasoning": "Think.", "reasoning_details": details })
                ),
                delta(&json!({ "role": "assistant", "content": "Yes.", "reasoning": null })),
                ending("stop"),
                json!({ "choices": [], "usage": { "cost": 0.1 } }),
            )),
            whole: message(
                json!({ "content": "Yes.", "refusal": null, "reasoning": "Think.", "reasoning_details": details }),
                "stop",
            ),
            outcome: Reply("Yes.", Some("Think.")),
        },
        Form {
            name: "OpenRouter: thoughts in their details alone",
            streamed: deltas(
                &[
                    json!({ "content": "", "reasoning_details": [{ "type": "reasoning.summary", "summary": "Think." }] }),
                    json!({ "content": "Yes.", "reasoning_details": [{ "type": "reasoning.encrypted", "data": "x" }] }),
                ],
                "stop",
            ),
            whole: None,
            outcome: Reply("Yes.", Some("Think.")),
        },
        Form {
            name: "OpenRouter: a picture beside the text",
            streamed: deltas(
                &[json!({ "content": "Here.", "images": [{ "type": "image_url" }] })],
                "stop",
            ),
            whole: message(
                json!({ "content": "Here.", "images": [{ "type": "image_url" }] }),
                "stop",
            ),
            outcome: lasts(
                "its reply has something in it that is not text (images), and cannot be kept.",
            ),
        },
    ]
}

fn others() -> Vec<Form> {
    vec![
        Form {
            name: "Groq: thoughts, and a first chunk with a name",
            streamed: chunks(&[
                json!({ "x_groq": { "id": "req_1" }, "model": "m", "choices": [{ "index": 0, "delta": { "role": "assistant", "content": "" }, "finish_reason": null }] }),
                delta(&json!({ "reasoning": "Count.", "channel": "analysis" })),
                delta(&json!({ "content": "Two." })),
                json!({ "x_groq": { "usage": {} }, "choices": [{ "index": 0, "delta": {}, "finish_reason": "stop" }] }),
            ]),
            whole: message(json!({ "content": "Two.", "reasoning": "Count." }), "stop"),
            outcome: Reply("Two.", Some("Count.")),
        },
        Form {
            name: "Anthropic's layer: no index, null fields",
            streamed: chunks(&[
                json!({ "choices": [{ "delta": { "content": "Hel", "refusal": null, "role": null, "tool_calls": null }, "finish_reason": null, "index": null }] }),
                json!({ "choices": [{ "delta": { "content": "lo" }, "finish_reason": null }] }),
                json!({ "choices": [{ "delta": {}, "finish_reason": "stop" }], "service_tier": null }),
            ]),
            whole: message(json!({ "content": "Hello", "refusal": null }), "stop"),
            outcome: Reply("Hello", None),
        },
        Form {
            name: "LiteLLM: blocks of thoughts beside their text",
            streamed: deltas(
                &[
                    json!({ "content": "", "reasoning_content": "So.", "thinking_blocks": [{ "type": "thinking", "thinking": "So." }] }),
                    json!({ "content": "Yes." }),
                ],
                "stop",
            ),
            whole: message(
                json!({ "content": "Yes.", "thinking_blocks": [{ "type": "thinking", "thinking": "So.", "signature": "x" }] }),
                "stop",
            ),
            outcome: Reply("Yes.", Some("So.")),
        },
        Form {
            name: "GitHub's models: a message in two choices",
            streamed: None,
            whole: super::body(&json!({ "choices": [
                { "message": { "content": "Part one. " } },
                { "message": { "content": "Part two." }, "finish_reason": "stop" },
            ] })),
            outcome: Reply("Part one. Part two.", None),
        },
        Form {
            name: "GLM: an empty chunk whose choices are null",
            streamed: chunks(&[
                json!({ "id": "", "object": "", "created": 0, "model": "", "choices": null, "usage": null }),
                delta(&json!({ "content": "Yes.", "reasoning_content": "" })),
                ending("stop"),
            ]),
            whole: None,
            outcome: Reply("Yes.", None),
        },
        Form {
            name: "GLM: what it holds back",
            streamed: deltas(&[], "sensitive"),
            whole: message(json!({ "content": "" }), "sensitive"),
            outcome: lasts(
                "its reply is empty: a filter of the provider's held it back (sensitive).",
            ),
        },
        Form {
            name: "GitHub Copilot: thoughts by another name",
            streamed: deltas(
                &[
                    json!({ "reasoning_text": "Hm." }),
                    json!({ "content": "Yes." }),
                ],
                "stop",
            ),
            whole: message(
                json!({ "content": "Yes.", "reasoning_text": "Hm." }),
                "stop",
            ),
            outcome: Reply("Yes.", Some("Hm.")),
        },
        Form {
            name: "MiniMax: the same thought in two places",
            streamed: deltas(
                &[
                    json!({ "content": "<think>\nHm.\n</think>\n", "reasoning_content": "Hm." }),
                    json!({ "content": "Yes." }),
                ],
                "stop",
            ),
            whole: message(
                json!({ "content": "<think>Hm.</think>Yes.", "reasoning_content": "Hm." }),
                "stop",
            ),
            outcome: Reply("Yes.", Some("Hm.")),
        },
        Form {
            name: "a video beside the text",
            streamed: deltas(
                &[json!({ "content": "Yes.", "video": { "url": "x" } })],
                "stop",
            ),
            whole: message(
                json!({ "content": "Yes.", "video": { "url": "x" } }),
                "stop",
            ),
            outcome: lasts(
                "its reply has something in it that is not text (video), and cannot be kept.",
            ),
        },
    ]
}
