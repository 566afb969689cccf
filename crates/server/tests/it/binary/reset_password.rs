//! `jan-conversations reset-password`, beside a service that runs and without one.

use super::refusal;
use crate::app::{PASSWORD, SECRET};
use crate::db::Schema;
use crate::process::{Process, Scratch, output, program, text};
use nix::sys::signal::Signal;
use serde_json::json;
use std::process::{Output, Stdio};
use tokio::io::AsyncWriteExt as _;

const EMAIL: &str = "ada@example.org";

/// The new password, which is all that stands on standard output; the audit trail is in the log.
#[track_caller]
fn new_password(run: &Output) -> String {
    let said = text(&run.stderr);
    assert_eq!(run.status.code(), Some(0), "{said}");
    assert!(
        said.contains("password_reset") && !said.contains(EMAIL),
        "{said}"
    );
    let password = text(&run.stdout).strip_suffix('\n').unwrap().to_owned();
    assert!(password.len() == 20 && password.bytes().all(|b| b.is_ascii_alphanumeric()));
    assert!(!said.contains(&password));
    password
}

async fn works(process: &Process, password: &str) {
    let login = json!({ "email": EMAIL, "password": password });
    process.anon().post("/auth/login", login).await.expect(200);
    let old = json!({ "email": EMAIL, "password": PASSWORD });
    let answer = process.anon().post("/auth/login", old).await;
    answer.refused("sign_in_failed", None);
}

#[tokio::test]
async fn it_works_beside_the_service_of_a_data_directory_and_without_it() {
    let scratch = Scratch::new();
    let settings = [("DATA_DIR", scratch.path().to_str().unwrap())];
    let arguments = ["reset-password", " Ada@example.org"];
    let said = refusal(&arguments, &settings).await;
    assert!(said.contains("contains no database"), "{said}");
    let mut process = Process::embedded(&scratch, &[]).await;
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    let session = process
        .anon()
        .post("/auth/register", body)
        .await
        .expect(201);
    works(
        &process,
        &new_password(&output(&arguments, &settings).await),
    )
    .await;
    let body = json!({ "refresh_token": session["refresh_token"] });
    let answer = process.anon().post("/auth/refresh-token", body).await;
    answer.refused("refresh_token_invalid", None);
    process.signal(Signal::SIGTERM);
    process.ended().await;
    let password = new_password(&output(&arguments, &settings).await);
    let process = Process::embedded(&scratch, &[]).await;
    works(&process, &password).await;
}

#[tokio::test]
async fn it_takes_a_password_from_standard_input_and_refuses_a_bad_one() {
    let schema = Schema::empty().await;
    let settings = [("DATABASE_URL", schema.url()), ("JWT_SECRET", SECRET)];
    let process = Process::external(schema.url(), &[("REGISTRATION", "true")]).await;
    process.ready().await;
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    process
        .anon()
        .post("/auth/register", body)
        .await
        .expect(201);
    let given = async |password: &str| {
        let mut command = program(&["reset-password", "--stdin", EMAIL], &settings);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(password.as_bytes()).await.unwrap();
        drop(input);
        child.wait_with_output().await.unwrap()
    };
    for weak in ["", "\n", "short\n", "password1\n", "        \n"] {
        let run = given(weak).await;
        assert_eq!(run.status.code(), Some(1), "{weak:?}");
    }
    let run = given("a password of the operator's\r\nand no more").await;
    assert_eq!((run.status.code(), text(&run.stdout)), (Some(0), ""));
    works(&process, "a password of the operator's").await;
    for nobody in ["nobody@example.org", "nobody"] {
        let said = refusal(&["reset-password", nobody], &settings).await;
        assert!(!said.contains("password="), "{said}");
    }
}
