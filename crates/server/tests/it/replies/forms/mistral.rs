//! Mistral: contents as lists of parts.

use super::{Form, Reply, deltas, lasts, message};
use serde_json::json;

#[tokio::test]
async fn each_is_a_reply_or_a_failure_that_says_why() {
    super::each_form_has_its_expected_result(forms()).await;
}

fn forms() -> Vec<Form> {
    let thinks = |text: &str| json!([{ "type": "thinking", "thinking": [{ "type": "text", "text": text }] }]);
    vec![
        Form {
            name: "Mistral: thinking and text in one list",
            streamed: deltas(
                &[
                    json!({ "role": "assistant", "content": "" }),
                    json!({ "content": thinks("17 × 23") }),
                    json!({ "content": [
                        { "type": "thinking", "thinking": [{ "type": "text", "text": " = 391" }], "closed": true },
                        { "type": "text", "text": "3" },
                    ] }),
                    json!({ "content": "91" }),
                ],
                "stop",
            ),
            whole: message(
                json!({ "role": "assistant", "content": [
                    { "type": "thinking", "thinking": [{ "type": "text", "text": "17 × 23 = 391" }] },
                    { "type": "text", "text": "391" },
                ] }),
                "stop",
            ),
            outcome: Reply("391", Some("17 × 23 = 391")),
        },
        Form {
            name: "Mistral: texts with references between them",
            streamed: deltas(
                &[
                    json!({ "content": [{ "type": "text", "text": "Oslo" }] }),
                    json!({ "content": [{ "type": "reference", "reference_ids": [0] }] }),
                    json!({ "content": [{ "type": "text", "text": "." }] }),
                ],
                "stop",
            ),
            whole: message(
                json!({ "content": [
                    { "type": "text", "text": "Oslo" },
                    { "type": "reference", "reference_ids": [0] },
                    { "type": "text", "text": "." },
                ] }),
                "stop",
            ),
            outcome: Reply("Oslo.", None),
        },
        Form {
            name: "Mistral: nothing but thoughts",
            streamed: deltas(&[json!({ "content": thinks("So…") })], "model_length"),
            whole: message(json!({ "content": thinks("So…") }), "model_length"),
            outcome: lasts(
                "its reply is empty: its thoughts used up the length (`max_tokens`) before the answer began (model_length).",
            ),
        },
        Form {
            name: "a picture among the parts",
            streamed: deltas(
                &[
                    json!({ "content": [{ "type": "image_url", "image_url": { "url": "data:," } }] }),
                ],
                "stop",
            ),
            whole: message(
                json!({ "content": [
                    { "type": "text", "text": "Here:" },
                    { "type": "image_url", "image_url": { "url": "data:," } },
                ] }),
                "stop",
            ),
            outcome: lasts(
                "its reply has something in it that is not text (image_url), and cannot be kept.",
            ),
        },
    ]
}
