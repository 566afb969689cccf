//! Metrics, as Prometheus reads them.

use crate::app::{PASSWORD, TestApp};
use crate::process::{Process, Scratch, output, text};
use crate::provider::{Provider, answers, says, says_when_told};
use crate::purge::until;
use crate::races::hold;
use crate::rows;
use api::connection::ClientTimeouts;
use api::{Observed, Observer};
use reqwest::StatusCode;
use serde_json::json;
use server::metrics::{Endpoint, Metrics};
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

/// The limits of the port of the metrics: an answer must be taken soon.
const PATIENCE: ClientTimeouts = ClientTimeouts {
    request: Duration::from_secs(60),
    idle: Duration::from_secs(60),
    answer: Duration::from_secs(1),
};

/// A service whose metrics are served on a port of their own.
struct Scraped {
    app: TestApp,
    address: SocketAddr,
    _endpoint: Endpoint,
}

impl Scraped {
    async fn spawn() -> Self {
        Self::with(&Provider::obliging()).await
    }

    async fn with(provider: &Provider) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let mut endpoint = None;
        let app = TestApp::spawn_with(|parts| {
            parts.provider = provider.connected();
            let started = Endpoint::start(listener, Metrics::of(parts), PATIENCE);
            endpoint = Some(started.unwrap());
        })
        .await;
        Self {
            app,
            address,
            _endpoint: endpoint.unwrap(),
        }
    }

    async fn scrape(&self) -> String {
        scrape(&format!("http://{}", self.address)).await
    }

    /// A client leaves while its request waits, and the request is counted.
    async fn leave(&self) {
        let conversation = self.app.alice().conversation(json!({})).await;
        let holder = hold(&self.app, &conversation).await;
        let line = format!("PATCH /v1/conversations/{conversation}");
        let body = json!({ "title": "T" }).to_string();
        let leaving = self
            .app
            .asked_by_alice(line.as_bytes(), body.as_bytes())
            .await;
        let pid = holder.query_one("select pg_backend_pid()", &[]).await;
        let pid: i32 = pid.unwrap().get(0);
        let waiting = format!(
            "select count(*) from pg_stat_activity where {pid} = any(pg_blocking_pids(pid))"
        );
        until(&self.app.schema, &waiting, 60, |count| count > 0).await;
        leaving.set_zero_linger().unwrap();
        drop(leaving);
        let deadline = Instant::now() + Duration::from_secs(60);
        while !self.scrape().await.contains("jan_http_left_total{") {
            assert!(Instant::now() < deadline, "it is not counted");
        }
        drop(holder);
    }

    /// The value of a series.
    async fn value(&self, series: &str) -> f64 {
        let text = self.scrape().await;
        let line = text.lines().find_map(|line| line.strip_prefix(series));
        let value = line.unwrap_or_else(|| panic!("no {series} in\n{text}"));
        value.trim().parse().unwrap()
    }
}

async fn scrape(url: &str) -> String {
    let answer = reqwest::get(format!("{url}/metrics")).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let kind = answer.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    assert_eq!(kind, "text/plain; version=0.0.4; charset=utf-8");
    answer.text().await.unwrap()
}

/// The names of the metrics in an answer.
fn names(text: &str) -> BTreeSet<String> {
    let types = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let names = types.filter_map(|line| line.split(' ').next());
    names.map(str::to_owned).collect()
}

/// The names with their labels, without the values.
fn series(text: &str) -> BTreeSet<String> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| Some(line.rsplit_once(' ')?.0.to_owned()))
        .collect()
}

/// A client of another address that asks again and again, and reads nothing.
async fn unread(address: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4 * 1024).unwrap();
    socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let mut stream = socket.connect(address).await.unwrap();
    let requests = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(1_000);
    // A connection that is refused takes none of them.
    let _ = stream.write_all(requests.as_bytes()).await;
    stream
}

/// Whether the other end has not reset the connection.
fn is_open(client: &TcpStream) -> bool {
    match client.try_write(b"G") {
        Ok(_) => true,
        Err(error) => error.kind() == ErrorKind::WouldBlock,
    }
}

#[tokio::test]
async fn clients_that_read_no_metrics_keep_none_from_others_and_lose_their_connections() {
    let service = Scraped::spawn().await;
    let mut silent = Vec::new();
    for _ in 0..80 {
        silent.push(unread(service.address).await);
    }
    let scraped = timeout(Duration::from_secs(60), service.scrape()).await;
    scraped.expect("the metrics are there for others");
    let deadline = Instant::now() + Duration::from_secs(60);
    for client in silent {
        while is_open(&client) {
            assert!(Instant::now() < deadline, "the connection stays");
            sleep(Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test]
async fn each_metric_has_its_row_in_the_documents_and_each_row_its_metric() {
    let scraped = Scraped::spawn().await;
    // The first of what is shown once there is one.
    scraped.app.guest().await;
    scraped.app.anon().get("/nowhere").await;
    scraped.leave().await;
    let told = include_str!("../../../../docs/OPERATIONS.md");
    let rows = told.lines().filter_map(|line| line.strip_prefix("| `"));
    let is_metric = |name: &&str| name.starts_with("jan_") || name.starts_with("process_");
    let told: BTreeSet<_> = rows
        .filter_map(|row| row.split(['`', '{']).next())
        .filter(is_metric)
        .map(str::to_owned)
        .collect();
    assert_eq!(names(&scraped.scrape().await), told);
}

#[tokio::test]
async fn requests_are_counted_by_route_and_failures_by_code() {
    let scraped = Scraped::spawn().await;
    let alice = scraped.app.alice();
    let conversation = alice.conversation(json!({})).await;
    for _ in 0..3 {
        alice
            .get(&format!("/v1/conversations/{conversation}"))
            .await
            .expect(200);
    }
    alice.get("/v1/conversations/conv_nothing").await;
    scraped
        .app
        .raw(b"BREW /pot HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .await;
    let got = "method=\"GET\",route=\"/v1/conversations/{conversation_id}\"";
    let count = scraped
        .value(&format!("jan_http_requests_total{{{got},status=\"200\"}}"))
        .await;
    let timed = scraped
        .value(&format!("jan_http_request_duration_seconds_count{{{got}}}"))
        .await;
    assert_eq!((count, timed), (3.0, 4.0));
    let text = scraped.scrape().await;
    assert!(
        text.contains("jan_http_failures_total{code=\"conversation_not_found\"} 1"),
        "{text}"
    );
    assert!(text.contains("method=\"other\",route=\"(none)\""), "{text}");
    assert!(scraped.value("jan_http_received_bytes_total").await > 500.0);
    assert!(scraped.value("jan_http_sent_bytes_total").await > 500.0);
}

#[tokio::test]
async fn a_request_whose_client_leaves_is_counted_as_such_and_not_as_an_answer() {
    let scraped = Scraped::spawn().await;
    scraped.leave().await;
    let left = scraped.value("jan_http_left_total{method=\"PATCH\"}").await;
    assert_eq!(left, 1.0);
    let text = scraped.scrape().await;
    assert!(!text.contains("method=\"PATCH\",route="), "{text}");
}

#[tokio::test]
async fn a_client_that_closes_its_connection_during_a_chat_is_one_that_left() {
    let provider = Provider::that(says_when_told(&["Hello"]));
    let scraped = Scraped::with(&provider).await;
    for (number, is_streamed) in [(1, false), (2, true)] {
        let messages = json!([{ "role": "user", "content": "Hi" }]);
        let body = json!({ "messages": messages, "stream": is_streamed }).to_string();
        let line = b"POST /v1/chat/completions";
        let leaving = scraped.app.asked_by_alice(line, body.as_bytes()).await;
        let deadline = Instant::now() + Duration::from_secs(60);
        while provider.asked().len() < number {
            assert!(Instant::now() < deadline, "the model is not asked");
            sleep(Duration::from_millis(1)).await;
        }
        // As a browser does, and curl that waits no longer.
        drop(leaving);
        let left = format!("jan_http_left_total{{method=\"POST\"}} {number}\n");
        while !scraped.scrape().await.contains(&left) {
            assert!(Instant::now() < deadline, "it is not counted");
        }
    }
    let text = scraped.scrape().await;
    assert!(!text.contains("code=\"invalid_request\""), "{text}");
    assert!(!text.contains("/v1/chat/completions"), "{text}");
}

#[tokio::test]
async fn what_alerts_look_at_is_there_before_it_happens() {
    let text = Scraped::spawn().await.scrape().await;
    for series in [
        "jan_http_failures_total{code=\"internal_error\"} 0",
        "jan_audit_events_total{event=\"refresh_token_reused\"} 0",
        "jan_audit_events_total{event=\"sign_in_failed\"} 0",
        "jan_audit_events_total{event=\"sign_in_refused\"} 0",
    ] {
        assert!(text.contains(series), "no {series} in\n{text}");
    }
}

#[tokio::test]
async fn ten_thousand_conversations_leave_the_number_of_series_unchanged() {
    let scraped = Scraped::spawn().await;
    let alice = scraped.app.alice();
    let ids = rows::conversations(&scraped.app.schema, 10_000).await;
    let visit = async |id: &str| {
        let path = format!("/v1/conversations/{id}");
        alice.get(&path).await.expect(200);
        alice.say(id, "Hello").await;
        alice.get(&format!("{path}x")).await;
    };
    visit(&ids[0]).await;
    let before = series(&scraped.scrape().await);
    for id in ids.iter().skip(1).step_by(100) {
        visit(id).await;
    }
    let requests = "jan_http_requests_total{method=\"POST\",route=\"/v1/conversations/{conversation_id}/items\",status=\"201\"}";
    assert_eq!(scraped.value(requests).await, 101.0);
    assert_eq!(series(&scraped.scrape().await), before);
}

#[tokio::test]
async fn metrics_hold_no_secret_and_no_content() {
    let provider = Provider::that(says(&["A-WORD-OF-THE-MODEL"]));
    let scraped = Scraped::with(&provider).await;
    let (ada, session) = scraped.app.account("ada-the-first@example.org").await;
    let conversation = ada.conversation(json!({ "title": "A-TITLE" })).await;
    ada.say(&conversation, "A-MESSAGE").await;
    let key = ada
        .post("/auth/api-keys", json!({ "name": "A-KEY" }))
        .await
        .expect(201);
    let shared = ada.share(&conversation, json!({})).await;
    scraped
        .app
        .anon()
        .get(&format!("/conversations/share/{shared}"))
        .await
        .expect(200);
    let chat = json!({ "conversation": conversation, "messages": [{ "role": "user", "content": "A-QUESTION" }] });
    ada.post("/v1/chat/completions", chat).await.expect(200);
    ada.get("/v1/conversations?A-QUERY=1").await;
    ada.get("/A-PATH").await;
    let text = scraped.scrape().await;
    let owner = session["user"]["id"].as_str().unwrap_or("user_");
    for secret in [
        "A-",
        "ada",
        PASSWORD,
        "127.0.0.1",
        "conv_",
        "user_",
        "sk_",
        owner,
        &shared,
        &conversation,
        key["key"].as_str().unwrap(),
        session["access_token"].as_str().unwrap(),
    ] {
        assert!(!text.contains(secret), "{secret} in\n{text}");
    }
}

#[tokio::test]
async fn sign_ins_and_answers_of_models_are_counted() {
    let provider = Provider::that(says(&["One", " two"]));
    let scraped = Scraped::with(&provider).await;
    let (guest, _) = scraped.app.guest().await;
    assert_eq!(
        scraped
            .value("jan_audit_events_total{event=\"guest_made\"}")
            .await,
        1.0
    );
    let ask = json!({ "messages": [{ "role": "user", "content": "Count" }] });
    guest
        .post("/v1/chat/completions", ask.clone())
        .await
        .expect(200);
    assert_eq!(scraped.value("jan_generations_completed_total").await, 1.0);
    let tokens = scraped
        .value("jan_generation_tokens_total{direction=\"completion\"}")
        .await;
    assert!(tokens > 0.0, "{tokens}");
    let mut streamed = ask.clone();
    streamed["stream"] = json!(true);
    guest.post("/v1/chat/completions", streamed).await;
    assert_eq!(scraped.value("jan_generations_completed_total").await, 2.0);
    provider.does(answers("500 Internal Server Error", "", "no"));
    guest.post("/v1/chat/completions", ask).await;
    assert_eq!(
        scraped
            .value("jan_generation_failures_total{kind=\"failed\"}")
            .await,
        1.0
    );
    assert_eq!(scraped.value("jan_generations_running").await, 0.0);
    assert_eq!(scraped.value("jan_generations_dropped_total").await, 0.0);
}

#[tokio::test]
async fn a_scrape_is_answered_while_all_connections_are_in_use() {
    let scraped = Scraped::spawn().await;
    let (alice, bob) = (scraped.app.alice(), scraped.app.bob());
    let mut holders = Vec::new();
    let mut stuck = Vec::new();
    for actor in [&alice, &bob] {
        let conversation = actor.conversation(json!({})).await;
        holders.push(hold(&scraped.app, &conversation).await);
        for _ in 0..12 {
            let (actor, path) = (actor.clone(), format!("/v1/conversations/{conversation}"));
            stuck.push(tokio::spawn(async move {
                actor.patch(&path, json!({ "title": "T" })).await.status
            }));
        }
    }
    scraped.app.have_queued(1).await;
    // The rows are held until this has been answered.
    let text = scraped.scrape().await;
    let in_use = scraped
        .value("jan_database_connections{state=\"in_use\"}")
        .await;
    let most = scraped.value("jan_database_connections_most").await;
    assert_eq!(in_use, most, "{text}");
    assert!(
        scraped
            .value("jan_admission_waiting{resource=\"database\"}")
            .await
            > 0.0
    );
    for holder in holders {
        holder.batch_execute("rollback").await.unwrap();
    }
    for answer in stuck {
        assert_eq!(answer.await.unwrap(), 200);
    }
}

/// Holds the thread of each request whose answer is ready, until the sender of `goes_on` is dropped.
struct Held {
    begins: std::sync::mpsc::Sender<()>,
    goes_on: Mutex<std::sync::mpsc::Receiver<()>>,
}

impl Observer for Held {
    fn answered(&self, _: Observed<'_>) {
        let _ = self.begins.send(());
        let _ = self.goes_on.lock().unwrap().recv();
    }

    fn left(&self, _: &actix_web::http::Method) {}
}

#[tokio::test]
async fn a_scrape_needs_no_thread_of_requests() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut endpoint = None;
    let (begins, begun) = std::sync::mpsc::channel();
    let (goes_on, waits) = std::sync::mpsc::channel();
    let app = TestApp::spawn_with(|parts| {
        endpoint = Some(Endpoint::start(listener, Metrics::of(parts), PATIENCE).unwrap());
        parts.observer = Some(Arc::new(Held {
            begins,
            goes_on: Mutex::new(waits),
        }));
    })
    .await;
    let anon = app.anon();
    let held = tokio::spawn(async move { anon.get("/healthz").await.status });
    // The only worker of the service is busy now, and stays so.
    tokio::task::spawn_blocking(move || begun.recv())
        .await
        .unwrap()
        .unwrap();
    let scraped = tokio::time::timeout(Duration::from_secs(20), scrape(&url)).await;
    assert!(scraped.unwrap().contains("jan_build_info"));
    assert!(!held.is_finished());
    drop(goes_on);
    assert_eq!(held.await.unwrap(), 200);
}

#[tokio::test]
async fn the_program_serves_metrics_where_it_is_told_to_and_nowhere_else() {
    let scratch = Scratch::new();
    let process = Process::embedded(&scratch, &[("METRICS_PORT", "0")]).await;
    let line = process.log.line("metrics: http://127.0.0.1:").await;
    let (_, url) = line.split_once("metrics: ").unwrap();
    let url = url.trim_end().strip_suffix("/metrics").unwrap();
    let text = scrape(url).await;
    assert!(text.contains("jan_database_schema_ready 1"), "{text}");
    assert!(
        text.contains("jan_admission_units{resource=\"passwords\"}"),
        "{text}"
    );
    let elsewhere = reqwest::get(format!("{url}/v1/conversations"))
        .await
        .unwrap();
    assert_eq!(elsewhere.status(), StatusCode::NOT_FOUND);
    assert_eq!(process.anon().get("/metrics").await.status, 404);
}

#[tokio::test]
async fn a_port_that_is_taken_is_told_in_one_sentence() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let scratch = Scratch::new();
    let settings = [
        ("DATA_DIR", scratch.path().to_str().unwrap()),
        ("HTTP_PORT", "0"),
        ("METRICS_PORT", &port),
    ];
    let run = output(&["serve"], &settings).await;
    assert_eq!(run.status.code(), Some(1));
    let said = text(&run.stderr).trim_end();
    let sentence = format!("jan-conversations: METRICS_PORT {port} is taken");
    assert!(
        said.starts_with(&sentence) && said.lines().count() == 1,
        "{said}"
    );
}
