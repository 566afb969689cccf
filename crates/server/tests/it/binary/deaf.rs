//! Standard error is not read: the program serves all the same, and ends when it is told to.

use crate::app::Actor;
use crate::process::{PATIENCE, Process, Scratch, program};
use nix::sys::signal::Signal;
use reqwest::Method;
use std::process::Stdio;
use std::time::Duration;
use tokio::time::timeout;

/// How long a request may take that does not have to wait.
const SOON: Duration = Duration::from_secs(60);

/// So many requests that their lines would fill any pipe a few times.
const MANY: usize = 600;

async fn answers(url: &str) {
    let actor = Actor::of(url, None);
    for number in 0..MANY {
        let path = ["/healthz", "/v1/conversations", "/nowhere"][number % 3];
        let request = actor.request(Method::GET, path);
        let request = request.header("x-request-id", "long".repeat(32));
        let answered = timeout(SOON, actor.sent(request)).await;
        let answer = answered.unwrap_or_else(|_| panic!("request {number} waits for the log"));
        assert_eq!(answer.status, [200, 401, 404][number % 3]);
    }
}

#[tokio::test]
async fn a_standard_error_that_is_not_read_does_not_delay_the_service() {
    let scratch = Scratch::new();
    scratch.with_cluster().await;
    let directory = scratch.path().to_str().unwrap();
    let settings = [("DATA_DIR", directory), ("LOG_LEVEL", "trace")];
    // Read until it says where it listens, and no further; the pipe stays open.
    let (mut process, _pipe) = Process::unheard(&settings).await;
    answers(&process.url).await;
    process.signal(Signal::SIGTERM);
    assert_eq!(process.ended().await.code(), Some(0));
}

#[tokio::test]
async fn a_standard_error_that_is_closed_does_not_delay_the_service() {
    let scratch = Scratch::new();
    scratch.with_cluster().await;
    let directory = scratch.path().to_str().unwrap();
    let (mut process, pipe) = Process::unheard(&[("DATA_DIR", directory)]).await;
    drop(pipe);
    answers(&process.url).await;
    process.signal(Signal::SIGTERM);
    assert_eq!(process.ended().await.code(), Some(0));
}

#[tokio::test]
async fn a_program_without_standard_error_ends_as_it_should() {
    let settings = [("HTTP_PORT", "no number")];
    let mut command = program(&["serve"], &settings);
    let shell = "exec \"$@\" 2>&-";
    let mut closed = tokio::process::Command::new("sh");
    closed
        .args(["-c", shell, "sh"])
        .arg(command.as_std().get_program());
    closed.env("HTTP_PORT", "no number").stdin(Stdio::null());
    for command in [&mut closed, command.stderr(Stdio::null())] {
        let ended = timeout(PATIENCE, command.status()).await.unwrap().unwrap();
        assert_eq!(ended.code(), Some(1));
    }
}
