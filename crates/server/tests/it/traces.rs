//! Traces, as a collector of OpenTelemetry gets them.

use crate::app::Actor;
use crate::process::{Process, Scratch};
use crate::provider::{Provider, nobody, says};
use nix::sys::signal::Signal;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use reqwest::Method;
use serde_json::json;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep};

/// What the collector does with each export.
#[derive(Clone, Copy)]
enum Manner {
    Takes,
    Refuses,
    /// It reads, and does not answer.
    IsSilent,
}

/// The heads and the bodies of exports.
type Exports = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// A collector on a port of its own, and what it was sent.
struct Collector {
    url: String,
    exports: Exports,
}

impl Collector {
    async fn that(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let exports = Exports::default();
        let kept = Arc::clone(&exports);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, manner, Arc::clone(&kept)));
            }
        });
        Self { url, exports }
    }

    fn spans(&self) -> Vec<Span> {
        let exports = self.exports.lock().unwrap();
        let decoded = exports
            .iter()
            .map(|(_, body)| ExportTraceServiceRequest::decode(body.as_slice()).unwrap());
        decoded
            .flat_map(|export| export.resource_spans)
            .flat_map(|resource| resource.scope_spans)
            .flat_map(|scope| scope.spans)
            .collect()
    }

    /// The first span of this name, once it has come.
    async fn span(&self, name: &str) -> Span {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let spans = self.spans();
            if let Some(span) = spans.iter().find(|span| span.name == name) {
                return span.clone();
            }
            let names: Vec<_> = spans.iter().map(|span| &span.name).collect();
            assert!(Instant::now() < deadline, "no {name} in {names:?}");
            sleep(Duration::from_millis(20)).await;
        }
    }
}

async fn serve(mut stream: TcpStream, manner: Manner, exports: Exports) -> std::io::Result<()> {
    let mut read = Vec::new();
    loop {
        let head = loop {
            if let Some(end) = read.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break read.drain(..end + 4).collect::<Vec<_>>();
            }
            if stream.read_buf(&mut read).await? == 0 {
                return Ok(());
            }
        };
        let head = String::from_utf8(head).unwrap();
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.parse().unwrap())
        });
        let length: usize = length.unwrap();
        while read.len() < length {
            stream.read_buf(&mut read).await?;
        }
        let body = read.drain(..length).collect();
        exports.lock().unwrap().push((head, body));
        let status = match manner {
            Manner::Takes => "200 OK",
            Manner::Refuses => "503 Service Unavailable",
            Manner::IsSilent => std::future::pending().await,
        };
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
        stream.write_all(answer.as_bytes()).await?;
    }
}

fn attribute(span: &Span, name: &str) -> Option<String> {
    use opentelemetry_proto::tonic::common::v1::any_value::Value;
    let attribute = span.attributes.iter().find(|it| it.key == name)?;
    match attribute.value.clone()?.value? {
        Value::StringValue(text) => Some(text),
        Value::IntValue(number) => Some(number.to_string()),
        Value::DoubleValue(number) => Some(number.to_string()),
        other => panic!("{other:?}"),
    }
}

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A service, its model, and its collector, after two requests of a client with a trace.
struct Traced {
    process: Process,
    collector: Collector,
    provider: Provider,
    token: String,
    _scratch: Scratch,
}

impl Traced {
    async fn asked() -> Self {
        let collector = Collector::that(Manner::Takes).await;
        let provider = Provider::that(says(&["A-WORD-OF-THE-MODEL"]));
        let (model, scratch) = (provider.url(), Scratch::new());
        let settings = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url.as_str()),
            ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=A-SECRET"),
            ("OTEL_BSP_SCHEDULE_DELAY", "50"),
            ("LLM_BASE_URL", &model),
            ("LLM_API_KEY", "A-KEY-OF-THE-MODEL"),
        ];
        let process = Process::embedded(&scratch, &settings).await;
        let session = process.anon().post("/auth/guest-login", json!({})).await;
        let token = session.expect(201)["access_token"]
            .as_str()
            .unwrap()
            .to_owned();
        let guest = Actor::of(&process.url, Some(token.clone()));
        let ask = json!({ "messages": [{ "role": "user", "content": "A-QUESTION" }] });
        for (path, body, status) in [
            ("/v1/conversations", json!({ "title": "A-TITLE" }), 201),
            ("/v1/chat/completions", ask, 200),
        ] {
            let request = guest.request(Method::POST, path);
            let request = request.header("traceparent", format!("00-{TRACE}-{PARENT}-01"));
            let request = request.header("content-type", "application/json");
            guest
                .sent(request.body(body.to_string()))
                .await
                .expect(status);
        }
        guest.get("/v1/conversations?A-QUERY=1").await;
        guest.get("/A-PATH").await;
        Self {
            process,
            collector,
            provider,
            token,
            _scratch: scratch,
        }
    }

    /// Headers of any size and any bytes change no answer, and little of them goes on to the model.
    async fn takes_hostile_headers(&self) {
        let guest = Actor::of(&self.process.url, Some(self.token.clone()));
        let many = |number: usize| (0..number).map(|n| format!("k{n}=v{n}"));
        let parent = format!("00-{TRACE}-{PARENT}-01");
        let long = "x".repeat(60_000);
        let ask = json!({ "messages": [{ "role": "user", "content": "Hello" }] });
        for headers in [
            vec![("traceparent", "0".repeat(100_000).into_bytes())],
            vec![("traceparent", format!("{parent}-{long}").into_bytes())],
            vec![("traceparent", b"00-\xff\xfe-\x80-01".to_vec())],
            vec![
                ("traceparent", parent.clone().into_bytes()),
                (
                    "tracestate",
                    many(6_000).collect::<Vec<_>>().join(",").into_bytes(),
                ),
                (
                    "baggage",
                    many(2_000).collect::<Vec<_>>().join(",").into_bytes(),
                ),
            ],
            vec![
                ("traceparent", parent.clone().into_bytes()),
                ("tracestate", format!("k={long},{long}=v").into_bytes()),
            ],
            vec![
                ("traceparent", parent.clone().into_bytes()),
                ("tracestate", b"k=\xff,\xc3\x28=v".to_vec()),
            ],
            vec![(
                "baggage",
                many(7_000).collect::<Vec<_>>().join(",").into_bytes(),
            )],
        ] {
            let mut request = guest
                .request(Method::POST, "/v1/chat/completions")
                .json(&ask);
            for (name, value) in headers {
                request = request.header(name, value);
            }
            guest.sent(request).await.expect(200);
        }
        for asked in self.provider.asked() {
            let state = asked.header("tracestate").unwrap_or_default();
            assert!(state.len() < 20_000, "{} bytes", state.len());
            assert_eq!(asked.header("baggage"), None);
        }
    }
}

fn is_below<'a>(above: &'a Span) -> impl Fn(&Span) -> bool + 'a {
    move |span| span.parent_span_id == above.span_id
}

#[tokio::test]
async fn a_request_is_traced_from_its_client_to_the_database_and_to_the_model() {
    let traced = Traced::asked().await;
    let collector = &traced.collector;
    let created = collector.span("POST /v1/conversations").await;
    assert_eq!(
        (hex(&created.trace_id), hex(&created.parent_span_id)),
        (TRACE.into(), PARENT.into())
    );
    assert_eq!(
        attribute(&created, "http.response.status_code").unwrap(),
        "201"
    );
    assert_eq!(
        attribute(&created, "http.route").unwrap(),
        "/v1/conversations"
    );
    let asked = collector.span("POST /v1/chat/completions").await;
    let chat = collector.span("chat").await;
    assert!(is_below(&asked)(&chat), "{chat:?}");
    assert_eq!(hex(&chat.trace_id), TRACE);
    assert!(chat.end_time_unix_nano > chat.start_time_unix_nano);
    let spans = collector.spans();
    let mut units = spans.iter().filter(|span| span.name == "database");
    let unit = units.find(|unit| is_below(&created)(unit)).unwrap();
    assert!(attribute(unit, "jan.waited_ms").is_some(), "{unit:?}");
    // The provider continues the trace.
    let asked = traced.provider.asked();
    let mut carried = asked.iter().filter_map(|asked| asked.header("traceparent"));
    let carried = carried.next().unwrap();
    assert_eq!(carried, format!("00-{TRACE}-{}-01", hex(&chat.span_id)));
    traced.takes_hostile_headers().await;
    // A failure has its code.
    let failed = collector.span("GET (none)").await;
    assert_eq!(attribute(&failed, "error.type").unwrap(), "route_not_found");
}

#[tokio::test]
async fn traces_hold_no_content_and_no_secret_and_the_log_has_none_of_their_spans() {
    let mut traced = Traced::asked().await;
    traced.process.signal(Signal::SIGTERM);
    assert_eq!(traced.process.ended().await.code(), Some(0));
    let exports = traced.collector.exports.lock().unwrap();
    assert!(!exports.is_empty());
    for (head, body) in exports.iter() {
        assert!(head.starts_with("POST /v1/traces HTTP/1.1"), "{head}");
        assert!(head.contains("authorization: A-SECRET"), "{head}");
        // The texts only: the random bytes of ids may look like anything.
        let text = format!(
            "{:?}",
            ExportTraceServiceRequest::decode(body.as_slice()).unwrap()
        );
        for secret in [
            "A-",
            &traced.token,
            "user_",
            "conv_",
            "127.0.0.1",
            "listening",
        ] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        assert!(text.contains("jan-conversations"), "{text}");
    }
    let log = traced.process.log.lines().join("\n");
    for absent in ["A-SECRET", "otel", "traceparent", TRACE] {
        assert!(!log.contains(absent), "{absent} in {log}");
    }
    // Each line of a request has the request's own span.
    assert!(log.contains("method=POST request_id=\"req_"), "{log}");
}

/// A service whose spans are lost, which serves all the same, says so once, and ends in time.
/// `timeout` is in milliseconds: on a busy machine an answer takes long, too, and the first problem is told.
async fn serves_without(collector: &str, timeout: &str, problem: &str) {
    let scratch = Scratch::new();
    let settings = [
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", collector),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", timeout),
        ("OTEL_BSP_SCHEDULE_DELAY", "20"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "8"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "8"),
    ];
    let mut process = Process::embedded(&scratch, &settings).await;
    for _ in 0..100 {
        process.anon().get("/readyz").await.expect(200);
    }
    process
        .log
        .line_with(&["WARN", "traces cannot be exported", problem])
        .await;
    process.signal(Signal::SIGTERM);
    assert_eq!(process.ended().await.code(), Some(0));
    let lines = process.log.lines();
    let told = lines.iter().filter(|line| line.contains("traces cannot"));
    assert_eq!(told.count(), 1, "{lines:#?}");
}

#[tokio::test]
async fn a_collector_that_is_away_costs_requests_nothing() {
    let nobody = nobody();
    let away = format!("http://{}/v1/traces", nobody.local_addr().unwrap());
    serves_without(&away, "10000", "cannot be reached").await;
}

#[tokio::test]
async fn a_collector_that_is_silent_costs_requests_nothing() {
    let collector = Collector::that(Manner::IsSilent).await;
    serves_without(&collector.url, "300", "does not answer in time").await;
}

#[tokio::test]
async fn a_collector_that_refuses_costs_requests_nothing() {
    let collector = Collector::that(Manner::Refuses).await;
    serves_without(&collector.url, "10000", "answers 503").await;
}
