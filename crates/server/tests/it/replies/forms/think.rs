//! Thoughts that models write into the text, in pieces of a few characters as they come.

use super::{Form, Outcome, Reply, deltas, lasts, message};
use serde_json::{Value, json};

fn form(name: &'static str, text: &str, reason: &str, outcome: Outcome) -> Form {
    let characters: Vec<char> = text.chars().collect();
    let pieces = characters
        .chunks(5)
        .map(|piece| piece.iter().collect::<String>());
    let pieces: Vec<Value> = pieces.map(|piece| json!({ "content": piece })).collect();
    Form {
        name,
        streamed: deltas(&pieces, reason),
        whole: message(json!({ "content": text }), reason),
        outcome,
    }
}

#[tokio::test]
async fn each_is_a_reply_or_a_failure_that_says_why() {
    super::each_form_has_its_expected_result(forms()).await;
}

fn forms() -> Vec<Form> {
    let letter = "Here is a polite letter.";
    let thought = Some("They want a letter.");
    let spent = "its reply is empty: its thoughts used up the length (`max_tokens`) before the answer began (length).";
    vec![
        form(
            "Qwen, DeepSeek: marks around the thought",
            "<think>\nThey want a letter.\n</think>\n\nHere is a polite letter.",
            "stop",
            Reply(letter, thought),
        ),
        form(
            "QwQ, GLM, Nemotron: the template has opened the thought",
            "They want a letter.\n</think>\n\nHere is a polite letter.",
            "stop",
            Reply(letter, thought),
        ),
        form(
            "a closing mark with no space around it",
            "They want a letter.</think>Here is a polite letter.",
            "stop",
            Reply(letter, thought),
        ),
        form(
            "no thought between the marks",
            "<think>\n\n</think>\n\nYes.",
            "stop",
            Reply("Yes.", None),
        ),
        form(
            "Magistral: its own marks",
            "[THINK]They want a letter.[/THINK]Here is a polite letter.",
            "stop",
            Reply(letter, thought),
        ),
        form(
            "Kimi: its own marks",
            "◁think▷They want a letter.◁/think▷Here is a polite letter.",
            "stop",
            Reply(letter, thought),
        ),
        form(
            "Seed: its own marks",
            "<seed:think>They want a letter.</seed:think>Here is a polite letter.",
            "stop",
            Reply(letter, thought),
        ),
        form(
            "gpt-oss without a parser: channels",
            "<|channel|>analysis<|message|>They want a letter.<|end|><|start|>assistant<|channel|>final<|message|>Here is a polite letter.<|return|>",
            "stop",
            Reply(letter, thought),
        ),
        form(
            "Hunyuan: an answer between marks",
            "<think>\nThey want a letter.\n</think>\n<answer>\nHere is a polite letter.\n</answer>",
            "stop",
            Reply(letter, thought),
        ),
        form(
            "a thought that used up the length",
            "<think>\nThey want",
            "length",
            lasts(spent),
        ),
        form(
            "a thought and no answer",
            "<think>\nThey want a letter.\n</think>\n",
            "stop",
            lasts("its reply is empty: it thought, and answered nothing."),
        ),
        form(
            "text that speaks of the marks in code",
            "Models write `<think>` and `</think>`:\n\n```\n<think>\nHm.\n</think>\n```",
            "stop",
            Reply(
                "Models write `<think>` and `</think>`:\n\n```\n<think>\nHm.\n</think>\n```",
                None,
            ),
        ),
        form(
            "text that speaks of the closing mark",
            "The tag </think> ends a thought.",
            "stop",
            Reply("The tag </think> ends a thought.", None),
        ),
        form(
            "text that begins by speaking of the mark",
            "<think> is a tag of reasoning models.",
            "stop",
            Reply("<think> is a tag of reasoning models.", None),
        ),
        form(
            "a thought that speaks of its own mark",
            "<think>\nThey ask about `</think>`.\n</think>\nIt ends a thought.",
            "stop",
            Reply("It ends a thought.", Some("They ask about `</think>`.")),
        ),
        form(
            "what only looks like a mark",
            "<thinker> and <thin> are no tags.",
            "stop",
            Reply("<thinker> and <thin> are no tags.", None),
        ),
        form(
            "tags of another kind with attributes",
            "<notes>\n  <thought id=\"1\">Buy milk</thought>\n</notes>\n\nDone.",
            "stop",
            Reply(
                "<notes>\n  <thought id=\"1\">Buy milk</thought>\n</notes>\n\nDone.",
                None,
            ),
        ),
        form(
            "the closing mark at the end of a line of text",
            "The output only has </think>\nParsers must cope with that.",
            "stop",
            Reply(
                "The output only has </think>\nParsers must cope with that.",
                None,
            ),
        ),
        form(
            "a Chinese sentence about the closing mark",
            "结束标记是「</think>」，然后才是答案。",
            "stop",
            Reply("结束标记是「</think>」，然后才是答案。", None),
        ),
        form(
            "a text that begins with the closing mark",
            "</think> closes the thought.",
            "stop",
            Reply("</think> closes the thought.", None),
        ),
        form(
            "an answer in tags that were asked for",
            "<reasoning>2+2 is 4</reasoning>\n<answer>4</answer>",
            "stop",
            Reply("<reasoning>2+2 is 4</reasoning>\n<answer>4</answer>", None),
        ),
        form(
            "an indented answer between tags",
            "<think>They want a letter.</think>\n\n<response>\n  <a>1</a>\n</response>",
            "stop",
            Reply("  <a>1</a>", thought),
        ),
        form(
            "a tag that is a part of the answer",
            "<think>They want a letter.</think>\n\n<answer>4</answer>\nThat is because 2+2.",
            "stop",
            Reply("<answer>4</answer>\nThat is because 2+2.", thought),
        ),
        form(
            "a thought within a thought",
            "<think>a<think>b</think>c</think>Here is a polite letter.",
            "stop",
            Reply(letter, Some("a<think>b</think>c")),
        ),
        form(
            "MiniMax: thoughts between paragraphs",
            "<mm:think>They want a letter.</mm:think>Here is\n<mm:think>Polite.</mm:think>\na polite letter.",
            "stop",
            Reply(
                "Here is\na polite letter.",
                Some("They want a letter.\n\nPolite."),
            ),
        ),
        form(
            "gpt-oss without a parser: an answer without a header",
            "<|channel|>analysis<|message|>They want a letter.<|end|>Here is a polite letter.",
            "stop",
            Reply(letter, thought),
        ),
        form(
            "a thought that is never closed",
            "<think>They want a letter. It is",
            "stop",
            lasts("its reply is empty: it thought, and answered nothing."),
        ),
        form(
            "the mark with which a template ends a message",
            "Here is a polite letter.<|im_end|>",
            "stop",
            Reply(letter, None),
        ),
        form(
            "gpt-oss without a parser: an answer without a thought",
            "<|channel|>final<|message|>Here is a polite letter.<|return|>",
            "stop",
            Reply(letter, None),
        ),
    ]
}
