use super::*;
use crate::llm::bytes::Broken;
use domain::admission::{Budget, BudgetLimits, Caller};
use domain::error::{Error, Result};
use domain::replies::ChatStream as _;
use futures_util::FutureExt as _;
use serde_json::json;

/// What a server writes, with pauses in between, of so many milliseconds.
enum Write {
    Text(String),
    Raw(&'static [u8]),
    Waits(u64),
    Breaks,
}

use Write::{Breaks, Raw, Text, Waits};

fn answer(writes: Vec<Write>, streamed: bool) -> ProviderAnswer {
    let bytes = stream::iter(writes).filter_map(|write| async move {
        match write {
            Text(text) => Some(Ok(Bytes::from(text))),
            Raw(bytes) => Some(Ok(Bytes::from_static(bytes))),
            Waits(milliseconds) => {
                tokio::time::sleep(Duration::from_millis(milliseconds)).await;
                None
            }
            Breaks => Some(Err(Broken::Silent)),
        }
    });
    let budget = Budget::new(BudgetLimits {
        total: 1,
        share: 1,
        waiting: 0,
        waiting_each: 0,
    });
    let permit = budget.take(Caller::Service, 1, std::future::pending());
    let permit = permit.now_or_never().unwrap().unwrap();
    ProviderAnswer::of(bytes.boxed(), streamed, None, permit)
}

/// Text, thoughts and the form that is not text, or how it failed; and all that the client is shown.
async fn read_all(writes: Vec<Write>, streamed: bool) -> (Result<(String, String)>, String) {
    let mut answer = answer(writes, streamed);
    let (mut said, mut shown) = ((String::new(), String::new()), String::new());
    loop {
        match answer.next().await {
            Ok(Some(chunk)) => {
                said.0.push_str(&chunk.text);
                said.1.push_str(&chunk.reasoning);
                assert_eq!(chunk.unkept, None);
                shown.push_str(&chunk.json);
                shown.push('\n');
            }
            Ok(None) => return (Ok(said), shown),
            Err(error) => return (Err(error), shown),
        }
    }
}

async fn said(writes: Vec<Write>) -> std::result::Result<String, String> {
    let (said, _) = read_all(writes, true).await;
    said.map(|(text, _)| text).map_err(|error| match error {
        Error::Provider(failure) => failure.to_string(),
        other => panic!("{other:?}"),
    })
}

fn chunk(delta: serde_json::Value, reason: Option<&str>) -> Write {
    let choice = json!({ "index": 0, "delta": delta, "finish_reason": reason });
    Text(format!("data: {}\n\n", json!({ "choices": [choice] })))
}

fn says(text: &str, reason: Option<&str>) -> Write {
    chunk(json!({ "content": text }), reason)
}

fn done() -> Write {
    Text("data: [DONE]\n\n".to_owned())
}

#[tokio::test]
async fn a_reason_to_end_in_a_chunk_with_text_does_not_end_the_reply() {
    let stop = Some("stop");
    let thinks = || chunk(json!({ "reasoning_content": "Hm." }), stop);
    let (paused, first) = tokio::join!(
        said(vec![
            says("Half of", stop),
            Waits(2_500),
            says(" the answer", stop),
            done(),
        ]),
        said(vec![thinks(), Waits(2_500), says("391", stop), done()]),
    );
    assert_eq!(paused.unwrap(), "Half of the answer");
    assert_eq!(first.unwrap(), "391");
    let error = || Text("data: {\"error\":{\"message\":\"boom\"}}\n\n".to_owned());
    let failed = said(vec![says("Half of", stop), error(), done()]).await;
    assert!(failed.unwrap_err().ends_with("boom"));
    assert!(said(vec![says("Half of", stop), Breaks]).await.is_err());
    let unended = said(vec![says("Half of", Some("null"))]).await;
    assert!(unended.unwrap_err().ends_with("its answer broke off."));
    let unended = said(vec![says("Half of", stop), says(" the", None)]).await;
    assert!(unended.unwrap_err().ends_with("its answer broke off."));
    // After an end of its own, nothing takes the reply back.
    let late = vec![says("391", None), chunk(json!({}), stop), error()];
    assert_eq!(said(late).await.unwrap(), "391");
    let late = vec![says("391", None), chunk(json!({}), stop), Breaks];
    assert_eq!(said(late).await.unwrap(), "391");
    assert_eq!(said(vec![says("391", stop)]).await.unwrap(), "391");
    // A reason that comes with the last text alone is one: silence and a lost connection change nothing.
    let open = vec![says("39", None), says("1", stop), Breaks];
    assert_eq!(said(open).await.unwrap(), "391");
    let cut = vec![
        says("39", None),
        says("1", stop),
        says(" more", None),
        Breaks,
    ];
    assert!(said(cut).await.is_err());
}

#[tokio::test]
async fn a_whole_message_after_its_pieces_is_not_said_again() {
    let message =
        json!({ "role": "assistant", "content": "Hello 391", "reasoning_content": "Hm." });
    let whole = |delta: Option<serde_json::Value>| {
        let mut choice = json!({ "index": 0, "finish_reason": "stop", "message": message });
        if let Some(delta) = delta {
            choice["delta"] = delta;
        }
        Text(format!(
            "data: {}\n\n",
            json!({ "object": "chat.completion", "choices": [choice] })
        ))
    };
    let expected = ("Hello 391".to_owned(), "Hm.".to_owned());
    for delta in [None, Some(json!({})), Some(json!({ "content": "" }))] {
        let pieces = || {
            vec![
                chunk(json!({ "reasoning_content": "Hm." }), None),
                says("Hello ", None),
                says("391", None),
            ]
        };
        for streamed in [true, false] {
            let mut writes = pieces();
            writes.extend([whole(delta.clone()), done()]);
            let (found, shown) = read_all(writes, streamed).await;
            assert_eq!(found.unwrap(), expected, "{delta:?}");
            // The client's own library reads deltas alone.
            assert!(!shown.contains(r#""delta":{"role":"assistant","content":"Hello 391""#));
            let (found, _) = read_all(vec![whole(delta.clone()), done()], streamed).await;
            assert_eq!(found.unwrap(), expected, "{delta:?}");
        }
    }
    let (found, shown) = read_all(vec![whole(Some(json!({}))), done()], true).await;
    assert!(found.is_ok());
    assert!(
        shown.contains("\"delta\":{\"content\":\"Hello 391\""),
        "{shown}"
    );
}

#[tokio::test]
async fn half_a_character_that_stays_alone_leaves_a_whole_answer_as_it_is() {
    let json = r#"{"z":1,"choices":[{"x":2,"message":{"tool_calls":[{"id":"c"}],"content":"A\ud83d"},"finish_reason":"stop"}],"a":3}"#;
    let (found, shown) = read_all(vec![Text(json.to_owned())], false).await;
    assert_eq!(found.unwrap().0, "A\u{fffd}");
    assert_eq!(shown.trim_end(), json);
}

/// A chunk's JSON.
fn bare(text: &str, reason: Option<&str>) -> String {
    let choice = json!({ "index": 0, "delta": { "content": text }, "finish_reason": reason });
    json!({ "choices": [choice] }).to_string()
}

#[tokio::test]
async fn a_line_that_is_no_field_is_read_or_named() {
    for line in [
        format!(" data: {}", bare("B", None)),
        bare("B", None),
        format!("DATA: {}", bare("B", None)),
        format!("data : {}", bare("B", None)),
    ] {
        let writes = vec![
            says("A", None),
            Text(format!("{line}\n\n")),
            says("C", None),
            chunk(json!({}), Some("stop")),
            done(),
        ];
        assert_eq!(said(writes).await.unwrap(), "ABC", "{line}");
    }
    for (line, words) in [
        (r#"{"error":{"message":"words"}}"#, "words"),
        ("<html>away</html>", "It begins with: <html>away</html>"),
        ("text: more", "It begins with: text: more"),
    ] {
        let writes = vec![says("A", None), Text(format!("{line}\n\n")), done()];
        let failed = said(writes).await.unwrap_err();
        assert!(failed.ends_with(words), "{failed}");
    }
}

#[tokio::test]
async fn signs_of_life_end_no_stream() {
    for sign in [
        "data: {}",
        "data: null",
        "data: []",
        "data: ping",
        r#"data: {"object":"keepalive"}"#,
        r#"data: {"id":"a","model":"m"}"#,
        r#"data: {"timings":{}}"#,
        "event: done",
        "event: ping\r\ndata: 2024-12-22 15:33:27.463789\r",
        "event: Heartbeat\ndata: alive",
        "x-foo: bar\nevent: message\ndata: {}",
        r#"data: {"citations":["https://x"]}"#,
        " ",
        " : still here",
    ] {
        let writes = vec![
            says("A", None),
            Text(format!("{sign}\n\n")),
            says("B", None),
            chunk(json!({}), Some("stop")),
        ];
        assert_eq!(said(writes).await.unwrap(), "AB", "{sign}");
    }
    for end in ["data: [done]\n\n", "data: \"[DONE]\"\n\n", "[DONE]\n"] {
        let writes = vec![says("A", None), Text(end.to_owned())];
        assert_eq!(said(writes).await.unwrap(), "A", "{end}");
    }
    let other = r#"data: {"type":"response.output_text.delta","delta":"B"}"#;
    let writes = vec![says("A", None), Text(format!("{other}\n\n")), done()];
    assert!(said(writes).await.unwrap_err().contains("output_text"));
}

#[tokio::test]
async fn what_an_answer_begins_or_ends_with_is_named() {
    let writes = || (0..2_000).map(|_| Text(" ".repeat(4_096)));
    let failed = said(writes().collect()).await.unwrap_err();
    assert!(failed.ends_with("white space."), "{failed}");
    let packed = said(vec![Raw(b"\x1f\x8b\x08")]).await.unwrap_err();
    assert!(packed.contains("gzip"), "{packed}");
    let bytes = vec![Raw(b"\x28"), Raw(b"\xb5\x2f\xfd\x04")];
    let packed = said(bytes).await.unwrap_err();
    assert!(packed.contains("zstd"), "{packed}");
    let cut = said(vec![Text("{\"choices\":[{\"mess".to_owned())]).await;
    assert!(cut.unwrap_err().ends_with("its answer broke off."));
}
