//! A scripted model provider: a real listener that plays a test's script, and keeps its requests, byte for
//! byte.

use crate::db::RUNTIME;
use crate::proxy::at_once;
use domain::replies::ModelProvider;
use infra::llm::{BaseUrl, OpenAiCompatible, ProviderKey, ProviderSettings};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, watch};

/// The provider's behaviour for one request.
#[derive(Clone, Debug)]
pub(crate) enum Play {
    /// Says this, in these pieces: streamed, if that is asked for.
    Says(Vec<String>),
    /// The same, but each piece, and the end, waits for [`Provider::go_on`].
    SaysWhenTold(Vec<String>),
    /// Writes these bytes, the head included, and closes the connection.
    Bytes(Vec<u8>),
    /// Writes these bytes, and then falls silent.
    Hangs(Vec<u8>),
    /// Writes the first and then so many times the second, and closes the connection.
    Repeats(Vec<u8>, Vec<u8>, usize),
    /// Writes the first, and then the second every 20 ms, without an end.
    Drips(Vec<u8>, Vec<u8>),
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The first line and the headers.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The messages for the model, as `role: content`.
    pub(crate) fn prompt(&self) -> Vec<String> {
        let body = self.json();
        let messages = body["messages"].as_array().unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let said =
            |message: &Value| format!("{}: {}", text(&message["role"]), text(&message["content"]));
        messages.iter().map(said).collect()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1);
        let mut fields = lines.filter_map(|line| line.split_once(": "));
        let found = fields.find(|(field, _)| field.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value)
    }
}

/// An address where nobody listens, nor can, as long as this is held.
pub(crate) fn nobody() -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    socket
}

/// A provider of one test.
#[derive(Clone)]
pub(crate) struct Provider {
    address: SocketAddr,
    state: Arc<State>,
}

struct State {
    /// The next behaviours; when it is empty, `otherwise`.
    script: Mutex<VecDeque<Play>>,
    otherwise: Mutex<Play>,
    asked: watch::Sender<Vec<Asked>>,
    told: Semaphore,
}

/// Says "Certainly." to whatever it is asked; for tests that are about something else.
static OBLIGING: LazyLock<Provider> = LazyLock::new(|| Provider::that(says(&["Certain", "ly."])));

impl Provider {
    /// One that does this, every time.
    pub(crate) fn that(play: Play) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let provider = Self {
            address: listener.local_addr().unwrap(),
            state: Arc::new(State {
                script: Mutex::default(),
                otherwise: Mutex::new(play),
                asked: watch::Sender::default(),
                told: Semaphore::new(0),
            }),
        };
        let state = Arc::clone(&provider.state);
        RUNTIME.spawn(async move {
            let listener = TcpListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                // A client that hangs up early is not a failure here.
                let state = Arc::clone(&state);
                tokio::spawn(async move {
                    let _ = serve(stream, &state).await;
                });
            }
        });
        provider
    }

    pub(crate) fn obliging() -> Self {
        OBLIGING.clone()
    }

    /// Does these first, one for each request.
    pub(crate) fn then(self, plays: impl IntoIterator<Item = Play>) -> Self {
        self.state.script.lock().unwrap().extend(plays);
        self
    }

    /// Does this from now on.
    pub(crate) fn does(&self, play: Play) {
        *self.state.otherwise.lock().unwrap() = play;
    }

    /// The value for `LLM_BASE_URL`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Lets a [`Play::SaysWhenTold`] say so many more pieces.
    pub(crate) fn go_on(&self, pieces: usize) {
        self.state.told.add_permits(pieces);
    }

    /// All that it was asked.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.state.asked.borrow().clone()
    }

    /// The only thing that it was asked.
    #[track_caller]
    pub(crate) fn asked_once(&self) -> Asked {
        let asked = self.asked();
        assert_eq!(asked.len(), 1, "{asked:#?}");
        asked[0].clone()
    }

    /// Waits until it was asked so many times.
    pub(crate) async fn was_asked(&self, times: usize) -> Vec<Asked> {
        let mut asked = self.state.asked.subscribe();
        let enough = asked.wait_for(|asked| asked.len() >= times);
        let enough = tokio::time::timeout(Duration::from_secs(60), enough).await;
        enough.expect("the provider is not asked").unwrap().clone()
    }

    /// The service's view of it.
    pub(crate) fn connected(&self) -> Arc<dyn ModelProvider> {
        connected(&self.url(), |_| {})
    }

    pub(crate) fn connected_with(
        &self,
        change: impl FnOnce(&mut ProviderSettings),
    ) -> Arc<dyn ModelProvider> {
        connected(&self.url(), change)
    }
}

/// The service's view of a provider, which may differ from the usual.
pub(crate) fn connected(
    url: &str,
    change: impl FnOnce(&mut ProviderSettings),
) -> Arc<dyn ModelProvider> {
    let mut settings = ProviderSettings {
        base_url: BaseUrl::parse(url).unwrap(),
        api_key: ProviderKey::parse("sk-test"),
        model: Some("test-model".to_owned()),
        strict_roles: false,
        silence: Duration::from_secs(30),
        concurrency: 8,
        owner_concurrency: 8,
    };
    change(&mut settings);
    let _inside = RUNTIME.enter();
    Arc::new(OpenAiCompatible::new(settings, |_| {}).unwrap())
}

/// Says this, in these pieces.
pub(crate) fn says(pieces: &[&str]) -> Play {
    Play::Says(pieces.iter().map(|&piece| piece.to_owned()).collect())
}

/// Says this, each piece when it is told to go on.
pub(crate) fn says_when_told(pieces: &[&str]) -> Play {
    Play::SaysWhenTold(pieces.iter().map(|&piece| piece.to_owned()).collect())
}

/// Answers with this status, these headers (each ends in `\r\n`) and this body.
pub(crate) fn answers(status: &str, headers: &str, body: &str) -> Play {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n");
    Play::Bytes(format!("{head}{headers}\r\n{body}").into_bytes())
}

/// Answers with a failure in OpenAI's words.
pub(crate) fn refuses(status: &str, message: &str) -> Play {
    let error = json!({ "error": {
        "message": message, "type": "some_error", "param": null, "code": null,
    } });
    let json = "Content-Type: application/json\r\n";
    answers(status, json, &error.to_string())
}

/// The head of a stream, which ends with the connection.
pub(crate) const STREAM: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";

/// An event of a stream in which `text` is said.
pub(crate) fn event(text: &str) -> String {
    let chunk = json!({
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_700_000_000,
        "model": "test-model-0613",
        "choices": [{ "index": 0, "delta": { "content": text }, "finish_reason": null }],
    });
    format!("data: {chunk}\n\n")
}

/// The last events of a stream.
pub(crate) fn end() -> String {
    let chunk = json!({
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_700_000_000,
        "model": "test-model-0613",
        "choices": [{ "index": 0, "delta": {}, "finish_reason": "stop" }],
    });
    format!("data: {chunk}\n\ndata: [DONE]\n\n")
}

/// A completion in one piece.
fn whole(text: &str) -> Play {
    let completion = json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1_700_000_000,
        "model": "test-model-0613",
        "choices": [{
            "index": 0, "message": { "role": "assistant", "content": text },
            "finish_reason": "stop",
        }],
        "usage": { "prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7 },
    });
    let json = "Content-Type: application/json\r\n";
    answers("200 OK", json, &completion.to_string())
}

/// The models of a provider that is asked for them.
pub(crate) fn models() -> Play {
    let model = |id: &str| json!({ "id": id, "object": "model", "created": 1_700_000_000, "owned_by": "tests" });
    let list = json!({ "object": "list", "data": [model("test-model"), model("other-model")] });
    let json = "Content-Type: application/json\r\n";
    answers("200 OK", json, &list.to_string())
}

/// One request and its treatment.
async fn serve(mut stream: TcpStream, state: &State) -> std::io::Result<()> {
    at_once(&stream);
    let Some(asked) = request(&mut stream).await? else {
        return Ok(());
    };
    let is_streamed = asked.body.contains("\"stream\":true");
    let is_list = asked.head.starts_with("GET ");
    let otherwise = state.otherwise.lock().unwrap().clone();
    if let (true, Play::SaysWhenTold(_)) = (is_list, &otherwise) {
        // A service asks for the list when it starts, which has no part in a script of chats.
        let Play::Bytes(list) = models() else {
            unreachable!()
        };
        stream.write_all(&list).await?;
        return stream.shutdown().await;
    }
    let next = state.script.lock().unwrap().pop_front();
    let play = next.unwrap_or(otherwise);
    state.asked.send_modify(|all| all.push(asked));
    let play = match play {
        Play::Says(_) if is_list => models(),
        Play::Says(pieces) if !is_streamed => whole(&pieces.concat()),
        play => play,
    };
    match play {
        Play::Says(pieces) => {
            stream.write_all(STREAM.as_bytes()).await?;
            for piece in pieces {
                stream.write_all(event(&piece).as_bytes()).await?;
            }
            stream.write_all(end().as_bytes()).await?;
        }
        Play::SaysWhenTold(pieces) if !is_streamed => {
            let told = state.told.acquire_many(pieces.len() as u32 + 1).await;
            told.unwrap().forget();
            let Play::Bytes(whole) = whole(&pieces.concat()) else {
                unreachable!()
            };
            stream.write_all(&whole).await?;
        }
        Play::SaysWhenTold(pieces) => {
            stream.write_all(STREAM.as_bytes()).await?;
            for piece in pieces {
                state.told.acquire().await.unwrap().forget();
                stream.write_all(event(&piece).as_bytes()).await?;
            }
            state.told.acquire().await.unwrap().forget();
            stream.write_all(end().as_bytes()).await?;
        }
        Play::Bytes(bytes) => stream.write_all(&bytes).await?,
        Play::Hangs(bytes) => {
            stream.write_all(&bytes).await?;
            // Until the other side gives up.
            stream.read_to_end(&mut Vec::new()).await?;
        }
        Play::Repeats(head, bytes, times) => {
            stream.write_all(&head).await?;
            for _ in 0..times {
                stream.write_all(&bytes).await?;
            }
        }
        Play::Drips(head, bytes) => {
            stream.write_all(&head).await?;
            loop {
                stream.write_all(&bytes).await?;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
    stream.shutdown().await
}

async fn request(stream: &mut TcpStream) -> std::io::Result<Option<Asked>> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
        // A first byte that is a control character begins a TLS handshake, which this provider does not know.
        if bytes[0] < b' ' {
            stream
                .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                .await?;
            return Ok(None);
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut body = bytes.split_off(end + 4);
    let mut asked = Asked {
        head,
        body: String::new(),
    };
    let length = asked.header("content-length");
    let length: usize = length.map_or(0, |length| length.parse().unwrap());
    while body.len() < length {
        if stream.read_buf(&mut body).await? == 0 {
            return Ok(None);
        }
    }
    asked.body = String::from_utf8(body).unwrap();
    Ok(Some(asked))
}
