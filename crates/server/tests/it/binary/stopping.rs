//! The end of the service, also while replies are written.

use crate::db::Schema;
use crate::process::{Process, Scratch, text};
use crate::provider::{Provider, says_when_told};
use crate::purge::until;
use crate::replies::{contents, path, said};
use crate::slow_reader::SlowReader;
use api::connection::ClientTimeouts;
use futures_util::future::join_all;
use nix::sys::signal::Signal;
use serde_json::json;
use std::time::Instant;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

#[tokio::test]
async fn sigterm_lets_a_request_under_way_finish() {
    let schema = Schema::empty().await;
    let mut process = Process::external(schema.url(), &[]).await;
    process.ready().await;
    let address = process.url.replace("http://", "");
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let body = r#"{"title":"Finished"}"#;
    let (first, rest) = body.split_at(7);
    let head = format!(
        "POST /v1/conversations HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        process.alice().token.unwrap(),
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // The answer to Expect says that the request is in the service's hands.
    let mut answered = vec![0; 25];
    stream.read_exact(&mut answered).await.unwrap();
    assert_eq!(text(&answered), "HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(first.as_bytes()).await.unwrap();
    process.signal(Signal::SIGTERM);
    process.log.line("stopping").await;
    stream.write_all(rest.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let log = process.log.lines().join("\n");
    assert!(
        answer.starts_with("HTTP/1.1 201 Created"),
        "{answer}\n{log}"
    );
    assert_eq!(process.ended().await.code(), Some(0));
    assert_eq!(
        schema.value("select title from conversations").await,
        "Finished"
    );
    assert!(
        TcpStream::connect(&address).await.is_err(),
        "somebody listens still"
    );
}

#[tokio::test]
async fn sigterm_takes_no_connection_from_a_request_under_way() {
    let schema = Schema::migrated().await;
    let name = schema.value("select current_schema()").await;
    let schema = Schema::at(format!("{}&application_name={name}", schema.url()));
    let mut process = Process::external(schema.url(), &[]).await;
    process.ready().await;
    let lock = "begin; lock table conversations in access exclusive mode";
    let stuck = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' \
                 and application_name = current_setting('application_name')";
    // The workers take turns with connections, so that each has opened some to the database.
    let actors: Vec<_> = (0..8).map(|_| process.alice()).collect();
    for actor in &actors {
        actor.get("/healthz").await.expect(200);
    }
    let holder = Schema::at(schema.url().to_owned());
    holder.rows(lock).await;
    let lists = join_all(actors.iter().map(|actor| actor.get("/v1/conversations")));
    let (lists, ()) = tokio::join!(lists, async {
        until(&schema, stuck, 10, |count| count == 8).await;
        holder.rows("rollback").await;
    });
    for list in lists {
        list.expect(200);
    }
    // An idle worker ends at once. Work on other workers goes on.
    holder.rows(lock).await;
    let busy: Vec<_> = actors.into_iter().step_by(2).collect();
    let created = join_all(
        busy.iter()
            .map(|actor| actor.post("/v1/conversations", json!({}))),
    );
    let (created, ()) = tokio::join!(created, async {
        until(&schema, stuck, 10, |count| count == 4).await;
        process.signal(Signal::SIGTERM);
        process.log.line("stopping").await;
        holder.rows("rollback").await;
    });
    for created in created {
        created.expect(201);
    }
    assert_eq!(process.ended().await.code(), Some(0));
}

#[tokio::test]
async fn an_idle_service_stops_at_once_and_takes_its_postgres_along() {
    let scratch = Scratch::new();
    let settings = [("SHUTDOWN_TIMEOUT_SECONDS", "3600")];
    let mut process = Process::embedded(&scratch, &settings).await;
    process.ready().await;
    assert!(scratch.postmaster().is_some());
    let asked = Instant::now();
    process.anon().get("/healthz").await.expect(200);
    process.signal(Signal::SIGTERM);
    process.log.line("stopped").await;
    // Connections that are kept alive without a request do not hold it up until they would end anyway.
    assert!(asked.elapsed() < ClientTimeouts::USUAL.request);
    assert_eq!(process.ended().await.code(), Some(0));
    assert_eq!(scratch.postmaster(), None, "PostgreSQL runs still");
    let log = std::fs::read_to_string(scratch.path().join("postgres.log")).unwrap();
    assert!(log.contains("database system is shut down"), "{log}");
}

async fn service(schema: &Schema, provider: &Provider, finishing: &str) -> Process {
    let url = provider.url();
    let settings = [
        ("LLM_BASE_URL", url.as_str()),
        ("SHUTDOWN_TIMEOUT_SECONDS", finishing),
    ];
    let process = Process::external(schema.url(), &settings).await;
    process.ready().await;
    process
}

/// Begins a reply, and leaves when its first piece is there.
async fn begin_and_leave(process: &Process, path: &str, provider: &Provider) {
    let body = json!({ "stream": true });
    let client = SlowReader::post(&process.url, &process.alice(), path, &body).await;
    provider.was_asked(1).await;
    provider.go_on(1);
    let first = "event: item.delta\ndata: {\"text\":\"Be\"}\n\n";
    client.leaves_after(first).await;
}

#[tokio::test]
async fn a_service_that_is_killed_leaves_the_earlier_version_and_no_half_reply() {
    let schema = Schema::migrated().await;
    let provider = Provider::that(says_when_told(&["Be", "cause."]));
    let mut process = service(&schema, &provider, "25").await;
    let alice = process.alice();
    let (conversation, ids) = said(&alice, &[("user", "Why?"), ("assistant", "Hm.")]).await;
    let before = schema.contents_but_jobs().await;
    begin_and_leave(&process, &path(&conversation, &ids[1]), &provider).await;
    process.kill().await;
    assert_eq!(schema.contents_but_jobs().await, before);
    let process = service(&schema, &provider, "25").await;
    let said = contents(&process.alice(), &conversation).await;
    assert_eq!(said, ["Why?", "Hm."]);
}

#[tokio::test]
async fn a_service_that_is_told_to_stop_finishes_work_without_a_client() {
    let schema = Schema::migrated().await;
    let provider = Provider::that(says_when_told(&["Be", "cause."]));
    let mut process = service(&schema, &provider, "25").await;
    let alice = process.alice();
    let (conversation, ids) = said(&alice, &[("user", "Why?"), ("assistant", "Hm.")]).await;
    begin_and_leave(&process, &path(&conversation, &ids[1]), &provider).await;
    process.signal(Signal::SIGTERM);
    // By then all requests have ended.
    process
        .log
        .line("work without a client is finished first")
        .await;
    provider.go_on(2);
    assert_eq!(process.ended().await.code(), Some(0));
    let process = service(&schema, &provider, "25").await;
    let said = contents(&process.alice(), &conversation).await;
    assert_eq!(said, ["Why?", "Because."]);
}

#[tokio::test]
async fn a_service_that_is_told_to_stop_does_not_wait_for_ever() {
    let schema = Schema::migrated().await;
    let provider = Provider::that(says_when_told(&["Be", "cause."]));
    let mut process = service(&schema, &provider, "1").await;
    let alice = process.alice();
    let (conversation, ids) = said(&alice, &[("user", "Why?"), ("assistant", "Hm.")]).await;
    let before = schema.contents_but_jobs().await;
    begin_and_leave(&process, &path(&conversation, &ids[1]), &provider).await;
    process.signal(Signal::SIGTERM);
    // The model never comes to an end.
    assert_eq!(process.ended().await.code(), Some(0));
    process.log.line("everything is left as it was").await;
    assert_eq!(schema.contents_but_jobs().await, before);
}
