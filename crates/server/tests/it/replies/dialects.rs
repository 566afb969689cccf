//! The different forms of OpenAI's streams by other servers.

use super::{contents, path, said};
use crate::app::TestApp;
use crate::provider::{Play, Provider, STREAM};
use serde_json::{Value, json};

/// A chunk's JSON.
fn chunk(delta: Value, finish_reason: Value) -> String {
    let choice = json!({ "index": 0, "delta": delta, "finish_reason": finish_reason });
    json!({ "model": "m", "choices": [choice] }).to_string()
}

fn text(text: &str) -> String {
    chunk(json!({ "content": text }), Value::Null)
}

fn stop() -> String {
    chunk(json!({}), json!("stop"))
}

/// Each as an event of a stream.
fn events(chunks: &[String]) -> String {
    let each = chunks.iter();
    each.map(|chunk| format!("data: {chunk}\n\n")).collect()
}

/// The resulting reply "Hm." when the model's server sends this instead.
async fn reply(play: Play) -> (u16, String) {
    let provider = Provider::that(play);
    let app = TestApp::spawn_with(|parts| parts.provider = provider.connected()).await;
    let alice = app.alice();
    let (conversation, ids) = said(&alice, &[("user", "Why?"), ("assistant", "Hm.")]).await;
    let answer = alice.post(&path(&conversation, &ids[1]), json!({})).await;
    let mut contents = contents(&alice, &conversation).await;
    (answer.status, contents.remove(1))
}

#[tokio::test]
async fn each_is_understood() {
    let done = "[DONE]".to_owned();
    let usual = events(&[text("Be"), text("cause 😀."), stop(), done.clone()]);
    let usage = json!({ "model": "m", "choices": [], "usage": { "total_tokens": 9 } }).to_string();
    let role = chunk(json!({ "role": "assistant", "content": null }), Value::Null);
    let thought = chunk(json!({ "reasoning_content": "Let me see." }), Value::Null);
    let open = |delta: &str| chunk(json!({ "content": delta }), json!(""));
    for (way, stream) in [
        ("as OpenAI does", usual.clone()),
        ("without a space", usual.replace("data: ", "data:")),
        ("with the line ends of Windows", usual.replace('\n', "\r\n")),
        ("with a byte order mark", format!("\u{feff}{usual}")),
        (
            "with comments",
            usual.replace("data: ", ": PROCESSING\n\ndata: "),
        ),
        (
            "with names and numbers",
            usual.replace("data: ", "event: message\nid: 7\nretry: 9\ndata: "),
        ),
        (
            "with more than texts",
            events(&[
                usage.clone(),
                role,
                thought,
                text(""),
                text("Because 😀."),
                stop(),
                usage,
                done.clone(),
            ]),
        ),
        (
            "with an empty reason to end",
            events(&[open("Be"), open("cause 😀."), stop(), done]),
        ),
    ] {
        let play = Play::Bytes(format!("{STREAM}{stream}").into_bytes());
        assert_eq!(reply(play).await, (200, "Because 😀.".to_owned()), "{way}");
    }
}

#[tokio::test]
async fn a_character_may_come_in_pieces() {
    let stream = format!("{STREAM}{}", events(&[text("😀"), stop()]));
    let mut begun = stream.into_bytes();
    let middle = begun.windows(4).position(|four| four == "😀".as_bytes());
    let rest = begun.split_off(middle.unwrap() + 2);
    let play = Play::Repeats(begun, rest, 1);
    assert_eq!(reply(play).await, (200, "😀".to_owned()));
}

#[tokio::test]
async fn an_empty_finish_reason_does_not_end_the_reply() {
    let open = chunk(json!({ "content": "Be" }), json!(""));
    let play = Play::Bytes(format!("{STREAM}{}", events(&[open])).into_bytes());
    assert_eq!(reply(play).await, (502, "Hm.".to_owned()));
}
