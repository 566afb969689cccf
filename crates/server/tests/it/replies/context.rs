//! The part of a conversation that a model gets: as much as fits.

use super::{path, said};
use crate::app::{TestApp, id};
use crate::provider::{Play, Provider, STREAM, answers, says};
use crate::rows;
use serde_json::json;

/// A message of 100 bytes is 25 tokens, and 4 more for being a message.
const MESSAGE: usize = 29;

fn long(name: &str) -> String {
    format!("{name}{}", "x".repeat(100 - name.len()))
}

/// The messages for a model that writes the last of these again, and whether the answer says that some
/// were left out.
async fn told(messages: &[(&str, String)], tokens: usize) -> (Vec<String>, bool) {
    told_with(messages, tokens, None).await
}

async fn told_with(
    messages: &[(&str, String)],
    tokens: usize,
    instruction: Option<String>,
) -> (Vec<String>, bool) {
    let provider = Provider::that(says(&["Because."]));
    let app = TestApp::spawn_with(|parts| {
        parts.provider = provider.connected();
        parts.context_tokens = tokens;
    })
    .await;
    let alice = app.alice();
    let project = json!({ "title": "Science", "instruction": instruction });
    let project = id(&alice.post("/v1/projects", project).await.expect(201));
    let messages: Vec<_> = messages.iter().map(|(r, c)| (*r, c.as_str())).collect();
    let (conversation, ids) = said(&alice, &messages).await;
    let address = format!("/v1/conversations/{conversation}");
    let patch = json!({ "project_id": project });
    alice.patch(&address, patch).await.expect(200);
    let answer = alice
        .post(&path(&conversation, ids.last().unwrap()), json!({}))
        .await;
    let is_truncated = answer.header("x-context-truncated") == "true";
    answer.expect(200);
    // Without the padding that makes the texts long.
    let shortened = provider.asked_once().prompt().into_iter();
    let prompt = shortened.map(|text| text.trim_end_matches('x').to_owned());
    (prompt.collect(), is_truncated)
}

/// Three questions and their answers.
fn talk() -> Vec<(&'static str, String)> {
    ["q1", "a1", "q2", "a2", "q3", "a3"]
        .iter()
        .map(|name| match name.starts_with('q') {
            true => ("user", long(name)),
            false => ("assistant", long(name)),
        })
        .collect()
}

#[tokio::test]
async fn a_conversation_that_fits_exactly_is_sent_whole() {
    let all = [
        "user: q1",
        "assistant: a1",
        "user: q2",
        "assistant: a2",
        "user: q3",
    ];
    let (prompt, is_truncated) = told(&talk(), 5 * MESSAGE).await;
    assert_eq!(
        (prompt, is_truncated),
        (all.map(str::to_owned).into(), false)
    );
}

#[tokio::test]
async fn the_oldest_is_left_out_and_no_answer_is_told_without_its_question() {
    // One token too few, and with q1 its answer goes, too.
    let three = ["user: q2", "assistant: a2", "user: q3"];
    let (prompt, is_truncated) = told(&talk(), 5 * MESSAGE - 1).await;
    assert_eq!(
        (prompt, is_truncated),
        (three.map(str::to_owned).into(), true)
    );
    let (prompt, _) = told(&talk(), 3 * MESSAGE).await;
    assert_eq!(prompt, three);
    let (prompt, is_truncated) = told(&talk(), 3 * MESSAGE - 1).await;
    assert_eq!((prompt, is_truncated), (vec!["user: q3".to_owned()], true));
    // Nor is the result of a tool without what called it, though there is room for it.
    let messages = [
        ("user", long("q1")),
        ("assistant", long("a1")),
        ("tool", long("t1")),
        ("user", long("q2")),
        ("assistant", long("a2")),
    ];
    let (prompt, is_truncated) = told(&messages, 2 * MESSAGE).await;
    assert_eq!((prompt, is_truncated), (vec!["user: q2".to_owned()], true));
}

#[tokio::test]
async fn the_question_is_told_though_it_does_not_fit() {
    let (prompt, is_truncated) = told(&talk(), 10).await;
    assert_eq!((prompt, is_truncated), (vec!["user: q3".to_owned()], true));
    // Also where others stand between it and the reply.
    let messages = [
        ("user", long("q1")),
        ("assistant", long("a1")),
        ("user", long("q2")),
        ("assistant", "x".repeat(1_000)),
        ("tool", long("t2")),
        ("assistant", long("a2")),
    ];
    let (prompt, is_truncated) = told(&messages, 2 * MESSAGE).await;
    // The tool's result is five tokens longer by its heading, which is not counted.
    let expected = ["user: q2", "user: Result of a tool:\nt2"];
    assert_eq!(
        (prompt, is_truncated),
        (expected.map(str::to_owned).into(), true)
    );
}

#[tokio::test]
async fn without_a_question_the_last_message_is_sent() {
    let messages = [
        ("assistant", long("a1")),
        ("assistant", long("a2")),
        ("assistant", long("a3")),
    ];
    let (prompt, is_truncated) = told(&messages, 10).await;
    assert_eq!(
        (prompt, is_truncated),
        (vec!["assistant: a2".to_owned()], true)
    );
    let (prompt, is_truncated) = told(&messages, 1_000).await;
    assert_eq!((prompt.len(), is_truncated), (2, false));
}

#[tokio::test]
async fn the_instruction_is_always_told_and_counts() {
    let instruction = || Some(long("i"));
    let (prompt, is_truncated) = told_with(&talk(), 6 * MESSAGE, instruction()).await;
    assert_eq!((prompt.len(), is_truncated), (6, false));
    let expected = ["system: i", "user: q2", "assistant: a2", "user: q3"];
    let (prompt, is_truncated) = told_with(&talk(), 6 * MESSAGE - 1, instruction()).await;
    assert_eq!(
        (prompt, is_truncated),
        (expected.map(str::to_owned).into(), true)
    );
    let (prompt, _) = told_with(&talk(), 1, instruction()).await;
    assert_eq!(prompt, ["system: i", "user: q3"]);
}

/// How many messages the model is told, one after the other, when it refuses the first time like this.
async fn asked_again(refusal: Play, way: (bool, bool)) -> (u16, Vec<usize>) {
    let provider = Provider::that(says(&["Because."]));
    let app = TestApp::spawn_with(|parts| parts.provider = provider.connected()).await;
    let alice = app.alice();
    let messages: Vec<_> = (0..10)
        .flat_map(|_| [("user", "Why?"), ("assistant", "Hm.")])
        .collect();
    let (conversation, ids) = said(&alice, &messages).await;
    provider.clone().then([refusal]);
    let (anew, stream) = way;
    let question = json!({ "role": "user", "content": "Why?" });
    let answer = match anew {
        true => {
            let path = path(&conversation, ids.last().unwrap());
            alice.post(&path, json!({ "stream": stream })).await
        }
        false => {
            let body =
                json!({ "conversation": conversation, "messages": [question], "stream": stream });
            alice.post("/v1/chat/completions", body).await
        }
    };
    let asked = provider.asked();
    let asked = asked
        .iter()
        .filter(|asked| asked.body.contains("\"messages\""));
    (
        answer.status,
        asked.map(|asked| asked.prompt().len()).collect(),
    )
}

#[tokio::test]
async fn a_context_that_is_too_long_is_asked_once_more_under_every_status() {
    let json = "Content-Type: application/json\r\n";
    let code = r#"{"error":{"message":"Bad request.","code":"context_length_exceeded"}}"#;
    let within = r#"{"error":{"code":400,"message":"This endpoint's maximum context length is 4096 tokens."}}"#;
    let event = Play::Bytes(format!("{STREAM}data: {within}\n\n").into_bytes());
    for (status, body) in [
        ("400 Bad Request", code),
        ("413 Content Too Large", code),
        ("422 Unprocessable Content", code),
        ("200 OK", within),
    ] {
        let found = asked_again(answers(status, json, body), (true, false)).await;
        assert_eq!(found, (200, vec![19, 9]), "{status}");
        let found = asked_again(answers(status, json, body), (false, false)).await;
        assert_eq!(found.0, 200, "{status}");
        assert_eq!(found.1, [21, 11], "{status}");
    }
    assert_eq!(asked_again(event, (false, true)).await, (200, vec![21, 11]));
    let other = r#"{"error":{"message":"max_tokens must be at most 4096: too many tokens requested for completion"}}"#;
    let found = asked_again(answers("400 Bad Request", json, other), (false, false)).await;
    assert_eq!(found, (400, vec![21]));
}

#[tokio::test]
async fn an_empty_instruction_counts_as_absent() {
    let (prompt, _) = told_with(&talk(), 1_000, Some(String::new())).await;
    assert_eq!(prompt[0], "user: q1");
}

#[tokio::test]
async fn bytes_count_and_not_characters() {
    // Three bytes each: 25 characters are 75 bytes, and 19 tokens.
    let messages = [
        ("user", "雪".repeat(25)),
        ("user", "Why?".to_owned()),
        ("assistant", "Hm.".to_owned()),
    ];
    let (prompt, is_truncated) = told(&messages, 19 + 4 + 1 + 4).await;
    assert_eq!((prompt.len(), is_truncated), (2, false));
    let (prompt, is_truncated) = told(&messages, 19 + 4 + 1 + 3).await;
    assert_eq!((prompt.len(), is_truncated), (1, true));
}

#[tokio::test]
async fn of_ten_thousand_messages_the_newest_are_told_in_order() {
    let provider = Provider::that(says(&["Because."]));
    let app = TestApp::spawn_with(|parts| {
        parts.provider = provider.connected();
        parts.context_tokens = 250 * 6;
    })
    .await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    rows::items(&app.schema, &conversation, 9_998, "lpad(n::text, 5, '0')").await;
    let last = alice.say(&conversation, "Why??").await;
    let answer = alice
        .post(&path(&conversation, &id(&last)), json!({}))
        .await;
    assert_eq!(answer.header("x-context-truncated"), "true");
    answer.expect(201);
    let prompt = provider.asked_once().prompt();
    // Five bytes are two tokens, and four more: 250 fit, in three batches.
    let text = |line: &String| line.split_once(": ").unwrap().1.to_owned();
    let told: Vec<_> = prompt.iter().map(text).collect();
    let expected = (9_998 - 248..=9_998).map(|n| format!("{n:05}"));
    let expected: Vec<_> = expected.chain(["Why??".to_owned()]).collect();
    assert_eq!(told, expected);
}
