mod cancel;
mod create;
mod delete;
mod get;
mod input_items;
mod kills;
mod list;
mod repeats;
mod retention;
mod stopping;
mod told;

use crate::app::{Actor, TestApp};
use crate::provider::{Play, Provider, STREAM};
use serde_json::{Value, json};

pub(super) const PATH: &str = "/openai/v1/responses";

/// The beginning of a provider's stream: half of the arguments of a call.
const STREAM_OF_A_CALL: &str = concat!(
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n",
    r#"data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","type":"function","#,
    r#""function":{"name":"f","arguments":"{\"x\":"}}]}}]}"#,
    "\n\n",
);

/// A service that asks this provider.
async fn asking(provider: &Provider) -> TestApp {
    TestApp::spawn_with(|parts| parts.provider = provider.connected()).await
}

/// Makes a response.
async fn made(actor: &Actor, body: Value) -> Value {
    actor.post(PATH, body).await.expect(200)
}

/// The stored response, once it has ended.
pub(super) async fn ended(actor: &Actor, id: &str) -> Value {
    loop {
        let response = actor.get(&format!("{PATH}/{id}")).await.expect(200);
        if response["status"] != "in_progress" {
            return response;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

/// The events of a stream: each has its name and number, and the last one is followed by `[DONE]`.
pub(super) fn events(text: &str) -> Vec<Value> {
    let text = text.strip_suffix("data: [DONE]\n\n").expect("it ends");
    let mut events = Vec::new();
    for event in text.split("\n\n").filter(|event| !event.is_empty()) {
        let (name, data) = event.split_once('\n').unwrap();
        let data: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
        assert_eq!(name.strip_prefix("event: "), data["type"].as_str());
        events.push(data);
    }
    events
}

fn names(events: &[Value]) -> Vec<&str> {
    let names = events.iter().map(|event| event["type"].as_str().unwrap());
    names
        .map(|name| name.trim_start_matches("response."))
        .collect()
}

/// A provider's stream of these deltas, which ends for this reason.
fn streams(deltas: &[Value], reason: &str) -> Play {
    let chunk = |delta: &Value, reason: Value| {
        json!({
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_700_000_000,
            "model": "test-model-0613",
            "choices": [{ "index": 0, "delta": delta, "finish_reason": reason }],
        })
    };
    let usage = json!({ "choices": [], "usage": {
        "prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7,
        "prompt_tokens_details": { "cached_tokens": 1 },
        "completion_tokens_details": { "reasoning_tokens": 2 },
    } });
    let chunks = deltas.iter().map(|delta| chunk(delta, Value::Null));
    let last = [chunk(&json!({}), json!(reason)), usage];
    let data = chunks.chain(last).map(|chunk| format!("data: {chunk}\n\n"));
    let data: String = data.collect();
    Play::Bytes(format!("{STREAM}{data}data: [DONE]\n\n").into_bytes())
}

fn said(text: &str) -> Value {
    json!({ "content": text })
}
