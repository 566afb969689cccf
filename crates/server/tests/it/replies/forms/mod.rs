//! The forms that providers really send, with their results: each as a reply in one piece, as a stream, and
//! as a regenerated reply. The texts are our own; the forms are known from the providers' documentation,
//! their trackers and their clients.

#![expect(
    clippy::too_many_lines,
    reason = "each is a table of what providers send"
)]

mod endings;
mod errors;
mod hosted;
mod local;
mod mistral;
mod rubbish;
mod think;

use super::path;
use crate::app::{Actor, TestApp};
use crate::events::events;
use crate::provider::{Play, Provider, STREAM, answers, says};
use futures_util::FutureExt as _;
use serde_json::{Value, json};
use std::panic::AssertUnwindSafe;

const CHAT: &str = "/v1/chat/completions";
const ERROR: &str = "model_provider_error";
const REFUSED: &str = "model_request_refused";

/// An answer of a provider, and its expected result.
struct Form {
    /// The provider, and the case.
    name: &'static str,
    /// The answer if a stream was asked for, with its head.
    streamed: Option<Play>,
    /// The answer otherwise.
    whole: Option<Play>,
    outcome: Outcome,
}

enum Outcome {
    /// This is stored, and the thoughts beside it.
    Reply(&'static str, Option<&'static str>),
    /// The client gets this code in a chat, and these words at the end of the message.
    Failure {
        code: &'static str,
        words: &'static str,
        should_retry: &'static str,
    },
}

use Outcome::Reply;

/// A failure that may have passed when it is asked again.
const fn passes(words: &'static str) -> Outcome {
    Outcome::Failure {
        code: ERROR,
        words,
        should_retry: "",
    }
}

/// A failure that stays.
const fn lasts(words: &'static str) -> Outcome {
    Outcome::Failure {
        code: ERROR,
        words,
        should_retry: "false",
    }
}

/// A failure that is the request's own.
const fn refuses(words: &'static str) -> Outcome {
    Outcome::Failure {
        code: REFUSED,
        words,
        should_retry: "",
    }
}

/// A stream of these bytes.
fn bytes(text: impl AsRef<[u8]>) -> Option<Play> {
    Some(Play::Bytes([STREAM.as_bytes(), text.as_ref()].concat()))
}

/// A stream of these chunks, and the usual end.
fn chunks(chunks: &[Value]) -> Option<Play> {
    let each = chunks.iter().map(|chunk| format!("data: {chunk}\n\n"));
    bytes(format!("{}data: [DONE]\n\n", each.collect::<String>()))
}

/// A stream of these deltas, each in a chunk of its own, that ends for this reason.
fn deltas(deltas: &[Value], reason: &str) -> Option<Play> {
    let mut all: Vec<_> = deltas.iter().map(delta).collect();
    all.push(ending(reason));
    chunks(&all)
}

fn delta(delta: &Value) -> Value {
    json!({ "model": "m", "choices": [{ "index": 0, "delta": delta, "finish_reason": null }] })
}

fn ending(reason: &str) -> Value {
    json!({ "model": "m", "choices": [{ "index": 0, "delta": {}, "finish_reason": reason }] })
}

/// A completion of this message.
fn message(message: Value, reason: &str) -> Option<Play> {
    let choice = json!({ "index": 0, "message": message, "finish_reason": reason });
    body(&json!({ "id": "c", "object": "chat.completion", "model": "m", "choices": [choice] }))
}

/// An answer in one piece.
fn body(json: &Value) -> Option<Play> {
    let kind = "Content-Type: application/json\r\n";
    Some(answers("200 OK", kind, &json.to_string()))
}

/// A failure with this status, however it was asked.
fn failure(name: &'static str, status: &str, body: &str, outcome: Outcome) -> Form {
    let play = answers(status, "Content-Type: application/json\r\n", body);
    Form {
        name,
        streamed: Some(play.clone()),
        whole: Some(play),
        outcome,
    }
}

/// An actor, a provider, and a conversation in which "Hm." is to be replaced.
struct Stage {
    provider: Provider,
    alice: Actor,
    _app: TestApp,
}

impl Stage {
    async fn set() -> Self {
        let provider = Provider::that(says(&["Hm."]));
        let app = TestApp::spawn_with(|parts| parts.provider = provider.connected()).await;
        Self {
            alice: app.alice(),
            provider,
            _app: app,
        }
    }

    /// The last item of a conversation, and how many there are.
    async fn last(&self, conversation: &str) -> (Value, usize) {
        let path = format!("/v1/conversations/{conversation}");
        let found = self.alice.get(&path).await.expect(200);
        let items = found["items"].as_array().unwrap();
        (items.last().unwrap().clone(), items.len())
    }

    /// The result of a chat: the stored reply, or the error and whether to try again.
    async fn chat(&self, conversation: &str, stream: bool) -> Result<Value, (Value, String)> {
        let question = json!({ "role": "user", "content": "Why?" });
        let body =
            json!({ "conversation": conversation, "messages": [question], "stream": stream });
        let answer = self.alice.post(CHAT, body).await;
        let should_retry = answer.header("x-should-retry").to_owned();
        if answer.status != 200 {
            return Err((answer.json()["error"].clone(), should_retry));
        }
        if stream && !answer.text().ends_with("data: [DONE]\n\n") {
            let last = answer
                .text()
                .trim_end()
                .rsplit("data: ")
                .next()
                .unwrap()
                .to_owned();
            let error: Value = serde_json::from_str(&last).unwrap();
            return Err((error["error"].clone(), should_retry));
        }
        Ok(self.last(conversation).await.0)
    }

    /// The result of a reply that is written anew.
    async fn regenerate(&self, conversation: &str, stream: bool) -> Result<Value, (Value, String)> {
        let (last, _) = self.last(conversation).await;
        let path = path(conversation, last["id"].as_str().unwrap());
        let answer = self.alice.post(&path, json!({ "stream": stream })).await;
        let should_retry = answer.header("x-should-retry").to_owned();
        if answer.status != 200 {
            return Err((answer.json()["error"].clone(), should_retry));
        }
        if stream {
            let (name, data) = events(answer.text()).pop().unwrap();
            if name == "error" {
                return Err((data["error"].clone(), should_retry));
            }
            assert_eq!(name, "item.completed");
            return Ok(data["item"].clone());
        }
        Ok(answer.json())
    }

    async fn try_form(&self, form: Form) {
        let opening = json!({ "title": "Mine", "items": [
            { "role": "user", "content": "What?" }, { "role": "assistant", "content": "Hm." },
        ] });
        let conversation = self.alice.conversation(opening).await;
        for (way, play) in [("whole", &form.whole), ("stream", &form.streamed)] {
            let Some(play) = play else { continue };
            self.provider.does(play.clone());
            let name = format!("{} ({way})", form.name);
            let found = self.chat(&conversation, way == "stream").await;
            form.check(&name, found);
        }
        let Some(streamed) = &form.streamed else {
            return;
        };
        self.provider.does(streamed.clone());
        for stream in [false, true] {
            let name = format!("{} (anew, {stream})", form.name);
            let found = self.regenerate(&conversation, stream).await;
            form.check_anew(&name, found);
        }
        if let Outcome::Failure { .. } = form.outcome {
            let (last, count) = self.last(&conversation).await;
            assert_eq!((count, &last["version"]), (2, &json!(1)), "{}", form.name);
            assert_eq!(last["content"], "Hm.", "{}", form.name);
        }
    }
}

impl Form {
    fn check(&self, name: &str, found: Result<Value, (Value, String)>) {
        match (&self.outcome, found) {
            (Reply(..), Ok(item)) => self.assert_reply(name, &item),
            (
                Outcome::Failure {
                    code,
                    words,
                    should_retry,
                },
                Err((error, header)),
            ) => {
                assert_eq!(error["code"], *code, "{name}: {error}");
                self.assert_words(name, &error, words);
                // Within a stream, it is too late for a header.
                let is_early = !header.is_empty() || *code != ERROR;
                assert!(header == *should_retry || !is_early, "{name}: {header}");
                if name.ends_with("(whole)") {
                    assert_eq!(header, *should_retry, "{name}: {error}");
                }
            }
            (_, found) => panic!("{name}: {found:#?}"),
        }
    }

    /// A refusal of the service's own request is a failure of the server.
    fn check_anew(&self, name: &str, found: Result<Value, (Value, String)>) {
        match (&self.outcome, found) {
            (Reply(..), Ok(item)) => self.assert_reply(name, &item),
            (Outcome::Failure { words, .. }, Err((error, _))) => {
                self.assert_words(name, &error, words);
            }
            (_, found) => panic!("{name}: {found:#?}"),
        }
    }

    fn assert_reply(&self, name: &str, item: &Value) {
        let Reply(content, reasoning) = self.outcome else {
            return;
        };
        assert_eq!(item["content"], content, "{name}");
        assert_eq!(item["reasoning"].as_str(), reasoning, "{name}");
        assert_eq!(item["role"], "assistant", "{name}");
    }

    fn assert_words(&self, name: &str, error: &Value, words: &str) {
        let message = error["message"].as_str().unwrap();
        assert!(message.ends_with(words), "{name}: {message}");
    }
}

/// Each is tried, so that one run tells of all that are wrong.
async fn each_form_has_its_expected_result(forms: Vec<Form>) {
    let stage = Stage::set().await;
    println!("{} forms", forms.len());
    let mut wrong = Vec::new();
    for form in forms {
        let name = form.name;
        let tried = AssertUnwindSafe(stage.try_form(form)).catch_unwind();
        if tried.await.is_err() {
            wrong.push(name);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
